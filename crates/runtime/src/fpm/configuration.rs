//! php-fpm's configuration and PHP's settings, written for one environment.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::Pool;
use super::identity::{Identity, NOBODY};
use crate::settings::Settings;

/// Writes the built-in configuration; gives its path.
pub(super) fn write_conf(
    home: &Path,
    pools: &[Pool],
    environment: &BTreeMap<String, String>,
    settings: &Settings,
    identity: &Identity,
) -> io::Result<PathBuf> {
    let names: Vec<(&str, &Path)> =
        pools.iter().map(|pool| (pool.name.as_str(), pool.path.as_path())).collect();
    let path = home.join("php-fpm.conf");
    fs::write(&path, conf(&names, environment, settings, identity))?;
    Ok(path)
}

fn conf(
    pools: &[(&str, &Path)],
    environment: &BTreeMap<String, String>,
    settings: &Settings,
    identity: &Identity,
) -> String {
    let mut conf = String::from(
        "[global]\n\
         daemonize = no\n\
         error_log = /proc/self/fd/2\n\
         ; Notices at each start say nothing that helps.\n\
         log_level = warning\n\
         ; Lines stay whole up to here.\n\
         log_limit = 1048576\n",
    );
    // With several workers only php-fpm knows whose line it is, and says so around it.
    let decorate = if settings.concurrency > 1 { "yes" } else { "no" };
    for (name, path) in pools {
        _ = write!(
            conf,
            "[{name}]\n\
             listen = {}\n\
             pm = static\n\
             pm.max_children = 1\n\
             catch_workers_output = yes\n\
             decorate_workers_output = {decorate}\n\
             ; FPM_SOCKETS and the runtime's secrets are not PHP's.\n\
             clear_env = yes\n",
            path.display()
        );
        if matches!(identity, Identity::Unprivileged) {
            _ = write!(conf, "user = {NOBODY}\ngroup = {NOBODY}\n");
        }
        for name in environment.keys().filter(|name| php_may_see(name)) {
            _ = writeln!(conf, "env[{name}] = ${name}");
        }
    }
    conf
}

/// Whether a variable of the runtime's is PHP's too.
fn php_may_see(name: &str) -> bool {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // The last two are those of one invocation; php-fpm would keep them for all.
    plain
        && !name.is_empty()
        && !["FPM_SOCKETS", "DAVY_ORIGIN_SECRET", "PHP_INI_SCAN_DIR", "LAMBDA_REQUEST_ID", "_X_AMZN_TRACE_ID"]
            .contains(&name)
}

/// Writes PHP's settings, and the entrance of a shipped opcode cache; gives the folder to scan.
pub(super) fn write_ini(home: &Path, settings: &Settings, identity: &Identity) -> io::Result<PathBuf> {
    let folder = home.join("conf.d");
    fs::create_dir(&folder)?;
    let mut ini = ini(settings);
    if let Some(shipped) = &settings.opcode_cache {
        let entrance = home.join("opcache");
        link_cache(shipped, &entrance)?;
        if matches!(identity, Identity::Unprivileged) {
            std::os::unix::fs::chown(&entrance, Some(NOBODY), Some(NOBODY))?;
        }
        _ = write!(
            ini,
            "opcache.file_cache = {}\nopcache.file_cache_read_only = 1\nopcache.file_cache_consistency_checks = 0\n",
            entrance.display()
        );
    }
    fs::write(folder.join("davy.ini"), ini)?;
    Ok(folder)
}

/// PHP before 8.5 wants the cache's folder writable, so it gets one whose entries lead to the shipped
/// cache: reading works, and writing fails silently.
fn link_cache(shipped: &Path, entrance: &Path) -> io::Result<()> {
    fs::create_dir(entrance)?;
    for entry in fs::read_dir(shipped)?.flatten() {
        symlink(entry.path(), entrance.join(entry.file_name()))?;
    }
    Ok(())
}

fn ini(settings: &Settings) -> String {
    let mut ini = String::new();
    for (name, value, reason) in SETTINGS {
        _ = write!(ini, "; {reason}\n{name} = {value}\n");
    }
    if settings.streaming {
        ini.push_str("; What the script flushes is on its way.\noutput_buffering = 0\n");
    }
    let (timestamps, protection, lifetime) = if settings.editable { (1, 2, 2) } else { (0, 0, 3_600) };
    _ = write!(
        ini,
        "; As much as the function has, but for the runtime and php-fpm themselves.\n\
         memory_limit = {}M\n\
         ; Deployed code doesn't change; code that does is looked at each time.\n\
         opcache.validate_timestamps = {timestamps}\n\
         ; Timestamps are whole seconds: what was written in the last two may be written again unseen.\n\
         opcache.file_update_protection = {protection}\n\
         realpath_cache_ttl = {lifetime}\n",
        settings.memory_megabytes.saturating_sub(32).max(64)
    );
    ini
}

/// The distribution's own folders, ours, and the application's, which is read last.
pub(super) fn scan_folders(
    environment: &BTreeMap<String, String>,
    ours: &Path,
    settings: &Settings,
) -> String {
    let first = environment.get("PHP_INI_SCAN_DIR").map_or("", String::as_str);
    let application = settings.task_root.join("php/conf.d");
    format!("{first}:{}:{}", ours.display(), application.display())
}

/// Settings for Lambda, each with its reason.
const SETTINGS: &[(&str, &str, &str)] = &[
    ("display_errors", "0", "A viewer is shown no errors,"),
    ("log_errors", "1", "the log is,"),
    ("html_errors", "0", "as text,"),
    ("fastcgi.logging", "0", "once: php-fpm passes it on already."),
    ("expose_php", "0", "The version is nobody's business."),
    ("variables_order", "\"EGPCS\"", "Configuration comes from the environment."),
    ("max_execution_time", "0", "The function's timeout ends a script, counted in real time."),
    ("post_max_size", "6M", "As much as an event carries."),
    ("upload_max_filesize", "6M", "The same."),
    ("sys_temp_dir", "/tmp", "The only folder that is writable."),
    ("session.save_path", "/tmp", "The same."),
    ("opcache.enable", "1", "Compiled code is kept in memory."),
    ("opcache.revalidate_freq", "0", "An edit shows at once, where edits are looked for."),
    ("opcache.max_accelerated_files", "20000", "A large application has that many."),
    ("opcache.interned_strings_buffer", "16", "The same."),
    ("zend.assertions", "-1", "As php.ini-production has it."),
];

#[cfg(test)]
mod tests;
