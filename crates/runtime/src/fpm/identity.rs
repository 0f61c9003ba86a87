//! Whom the workers run as.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::settings::Settings;

/// Whom the workers run as.
pub(super) enum Identity {
    /// The runtime isn't root: its own user, as in Lambda.
    Own,
    /// The runtime is root and can give that up.
    Unprivileged,
    /// The runtime is root, and so are the workers.
    Root {
        /// Why, if that's worth telling.
        why: Option<String>,
    },
}

impl Identity {
    pub(super) fn choose(settings: &Settings) -> Self {
        if !rustix::process::geteuid().is_root() {
            return Self::Own;
        }
        if settings.php_fpm_conf.is_some() {
            // The configuration says it.
            return Self::Root { why: None };
        }
        if maps_one_user_only() {
            // This root is nobody in particular outside its namespace, and can't become another.
            return Self::Root { why: None };
        }
        match unreadable(&settings.front_controller_file(), &settings.task_root) {
            None => Self::Unprivileged,
            Some(path) => Self::Root {
                why: Some(format!(
                    "PHP runs as root, because user {NOBODY} may not read {}. Make it readable for all \
                     (chmod o+rX), and PHP runs unprivileged.",
                    path.display()
                )),
            },
        }
    }
}

/// The first part of `file`'s path that is closed to others.
fn unreadable<'a>(file: &'a Path, folder: &'a Path) -> Option<&'a Path> {
    file.ancestors().chain(folder.ancestors()).find(|path| {
        let wanted = if path.is_dir() { 0o1 } else { 0o4 };
        fs::metadata(path).is_ok_and(|metadata| metadata.mode() & wanted == 0)
    })
}

/// Whether this is a user namespace with nobody else in it.
fn maps_one_user_only() -> bool {
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    let users: u64 = map.lines().filter_map(|line| line.split_whitespace().nth(2)?.parse::<u64>().ok()).sum();
    users <= 1
}

/// `nobody` and `nogroup`, by number: a layer's base may have no such names.
pub(super) const NOBODY: u32 = 65_534;
