//! `DAVY_INIT`: a script that is run once, before php-fpm starts, and whose lines join the environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::failure::StartFailure;
use crate::settings::Settings;

/// Runs the script, if there is one, and adds what it prints to the environment.
pub(super) fn run(
    settings: &Settings,
    environment: &mut BTreeMap<String, String>,
) -> Result<(), StartFailure> {
    let Some(script) = &settings.init else { return Ok(()) };
    let php = php(settings.php_fpm.as_deref(), environment);
    let what = || format!("run DAVY_INIT with {}", php.display());
    let output = super::command(&php)
        .arg(script)
        .current_dir(&settings.task_root)
        .env_clear()
        .envs(&*environment)
        .stdin(Stdio::null())
        // Straight into the log.
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| StartFailure::Preparation { what: what(), error })?;
    if !output.status.success() {
        return Err(StartFailure::Init { script: script.clone(), status: output.status.to_string() });
    }
    environment.extend(String::from_utf8_lossy(&output.stdout).lines().filter_map(variable));
    Ok(())
}

/// `NAME=value`; other lines are talk.
fn variable(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once('=')?;
    let starts = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (starts && plain).then(|| (name.to_owned(), value.to_owned()))
}

/// The `php` that belongs to a php-fpm: `/usr/sbin/php-fpm8.2` → `php8.2`, beside it or in `PATH`.
fn php(php_fpm: Option<&Path>, environment: &BTreeMap<String, String>) -> PathBuf {
    let name = php_fpm.and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or("php-fpm");
    let name = name.replacen("php-fpm", "php", 1);
    let beside = php_fpm.and_then(Path::parent).into_iter().map(Path::to_owned);
    let path = environment.get("PATH").map_or("", String::as_str);
    let folders = beside.chain(path.split(':').map(PathBuf::from)).chain([PathBuf::from("/usr/bin")]);
    folders
        .map(|folder| folder.join(&name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| PathBuf::from(name))
}

#[cfg(test)]
mod tests {
    use super::variable;

    #[test]
    fn lines_that_are_variables() {
        assert_eq!(variable("A_1=b=c"), Some(("A_1".to_owned(), "b=c".to_owned())));
        for talk in ["no variable", "two words=x", "=x", "1A=x"] {
            assert_eq!(variable(talk), None, "{talk}");
        }
    }
}
