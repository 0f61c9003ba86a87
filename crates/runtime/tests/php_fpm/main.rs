//! The bootstrap with the installed php-fpm and a fake Runtime API.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod configuration;
mod differential;
mod faults;
mod requests;
mod scripts;
mod streaming;

use std::path::PathBuf;

use testkit::runtime_api::{Bootstrap, BootstrapConfig};
use testkit::waiting::{PATIENCE, until};

/// A bootstrap on these files, with a folder that goes when it does.
struct Site {
    bootstrap: Bootstrap,
    _folder: tempfile::TempDir,
}

impl std::ops::Deref for Site {
    type Target = Bootstrap;

    fn deref(&self) -> &Bootstrap {
        &self.bootstrap
    }
}

impl std::ops::DerefMut for Site {
    fn deref_mut(&mut self) -> &mut Bootstrap {
        &mut self.bootstrap
    }
}

/// Starts one with `index.php` and these variables.
fn site(script: &str, environment: &[(&str, &str)]) -> Site {
    site_of(&[("index.php", script)], "index.php", environment)
}

fn site_of(files: &[(&str, &str)], handler: &str, environment: &[(&str, &str)]) -> Site {
    let folder = tempfile::Builder::new().prefix("davy-test").tempdir_in("/tmp").unwrap();
    // Workers are another user where the tests run as root.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).unwrap();
    let config = BootstrapConfig {
        program: PathBuf::from(env!("CARGO_BIN_EXE_bootstrap")),
        folder: folder.path().to_owned(),
        handler: handler.to_owned(),
        environment: environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    };
    Site { bootstrap: Bootstrap::start(&config, files), _folder: folder }
}

/// Waits until a process has ended.
#[track_caller]
fn wait_for_end(pid: u32) {
    let stat = || std::fs::read_to_string(format!("/proc/{pid}/stat"));
    let ended = || stat().map_or(true, |stat| stat.contains(") Z ")).then_some(());
    until(PATIENCE, ended).unwrap_or_else(|| panic!("process {pid} is still there"));
}

/// Sends a signal to a process that a test's own bootstrap started.
fn kill(pid: u32, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}
