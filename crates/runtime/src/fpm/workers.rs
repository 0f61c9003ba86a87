//! php-fpm's workers as the system sees them: the socket doesn't tell which process took it.

use std::fs;

use rustix::process::Pid;

/// A child process of php-fpm.
pub(super) struct Worker {
    pub(super) pid: Pid,
    title: String,
}

impl Worker {
    /// Whether it's a worker of any pool.
    pub(super) fn is_any(&self) -> bool {
        self.title.contains(": pool ")
    }

    /// php-fpm writes its pool into its title: `php-fpm: pool NAME`.
    pub(super) fn is_of(&self, pool: &str) -> bool {
        self.title.split_once("pool ").is_some_and(|(_, name)| name.trim_end_matches(['\0', ' ']) == pool)
    }
}

/// The children of a process.
pub(super) fn of(parent: Pid) -> Vec<Worker> {
    let parent = parent.as_raw_nonzero();
    let listed = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
    let pids: Vec<i32> = match listed {
        Ok(text) => text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect(),
        // Kernels may be built without that list.
        Err(_) => fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter(|&pid| parent_of(pid) == Some(parent.get()))
            .collect(),
    };
    pids.into_iter()
        .filter_map(|pid| {
            let title = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
            Some(Worker { pid: Pid::from_raw(pid)?, title: String::from_utf8_lossy(&title).into_owned() })
        })
        .collect()
}

fn parent_of(pid: i32) -> Option<i32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()
}
