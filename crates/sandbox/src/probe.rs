//! Whether this machine lets Davy enclose: tried for real, once, at start.

use std::io::Read;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, WaitOptions};

use crate::specification::{Limits, Report, Specification, Tree};
use crate::{Isolation, spawner};

/// Encloses `/bin/true` with this very binary, whose `main` must begin with
/// `sandbox::launcher::run_if_asked()`. Takes some milliseconds, and waits for them.
pub fn probe() -> Isolation {
    match std::env::current_exe() {
        Ok(launcher) => probe_with(&launcher),
        Err(error) => Isolation::Unenclosed { why: format!("cannot find Davy's own binary: {error}") },
    }
}

/// The same with another binary as the launcher.
pub fn probe_with(launcher: &Path) -> Isolation {
    let folder = std::env::temp_dir().join(format!("davy-probe-{}", std::process::id()));
    let result = attempt(launcher, &folder);
    let _ = std::fs::remove_dir_all(&folder);
    match result {
        Ok(()) => Isolation::Enclosed,
        Err(why) => Isolation::Unenclosed { why },
    }
}

fn attempt(launcher: &Path, folder: &Path) -> Result<(), String> {
    let (mount_point, task) = (folder.join("root"), folder.join("task"));
    for folder in [&mount_point, &task] {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
    }
    let specification = Specification {
        program: PathBuf::from("/bin/true"),
        arguments: Vec::new(),
        environment: [].into(),
        directory: PathBuf::from("/"),
        tree: Some(Tree { mount_point, task, temporary_bytes: 1 << 20, ..Tree::default() }),
        companions: None,
        limits: Limits::default(),
    };
    let mut spawned = spawner::start(launcher, &specification).map_err(|error| error.to_string())?;
    let mut reports = String::new();
    let _ = spawned.control.read_to_string(&mut reports);
    let _ = rustix::process::waitpid(Pid::from_raw(spawned.pid), WaitOptions::empty());
    match reports.lines().next().and_then(Report::parse) {
        Some(Report::Exit(0)) => Ok(()),
        Some(Report::Failed(why) | Report::Unstarted(why)) => Err(why),
        other => Err(format!("/bin/true ended with {other:?}")),
    }
}
