//! Finds the php-fpm of this machine, whatever version its distribution put into its name.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// An installed php-fpm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhpFpm {
    /// The binary.
    pub path: PathBuf,
    /// The version in its name, `(8, 2)` for `php-fpm8.2`; `None` for plain `php-fpm`.
    pub version: Option<(u8, u8)>,
}

impl PhpFpm {
    /// All that are installed in `folders`, the newest first, plain names last.
    ///
    /// `folders` are those of `PATH` and [`PhpFpm::SYSTEM_FOLDERS`], which a user's `PATH` lacks.
    pub fn installed(folders: impl IntoIterator<Item = PathBuf>) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for folder in folders {
            // /sbin and /usr/sbin are one folder on most systems.
            let Ok(folder) = folder.canonicalize() else { continue };
            let Ok(entries) = std::fs::read_dir(&folder) else { continue };
            for entry in entries.flatten() {
                let Some(version) = version_in(&entry.file_name()) else { continue };
                let path = entry.path();
                if executable(&path) && found.iter().all(|known| known.path != path) {
                    found.push(Self { path, version });
                }
            }
        }
        found
            .sort_by(|left, right| right.version.cmp(&left.version).then_with(|| left.path.cmp(&right.path)));
        found
    }

    /// Where distributions install php-fpm.
    pub const SYSTEM_FOLDERS: [&str; 3] = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin"];
}

/// `Some(None)` for `php-fpm`, `Some(Some((8, 2)))` for `php-fpm8.2`, `None` for anything else.
#[expect(clippy::option_option, reason = "a php-fpm without a version in its name is one all the same")]
fn version_in(name: &OsStr) -> Option<Option<(u8, u8)>> {
    let rest = name.to_str()?.strip_prefix("php-fpm")?;
    if rest.is_empty() {
        return Some(None);
    }
    let (major, minor) = rest.trim_start_matches('-').split_once('.')?;
    Some(Some((major.parse().ok()?, minor.parse().ok()?)))
}

fn executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests;
