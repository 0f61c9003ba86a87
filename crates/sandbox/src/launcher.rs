//! The other life of the binary: re-executed by Davy, it encloses one process and keeps it.
//!
//! ```text
//! davy ─► launcher ── unshare, clone ──► supervisor (PID 1 inside) ── fork, exec ──► the process
//!            └─ exits                       └─ its death ends everything inside
//! ```
//!
//! A process of its own with a single thread, because between `fork` and `exec` a daemon's copy may
//! not even allocate memory, while here mounts are described, read and reported in plain Rust.
//! The supervisor becomes Davy's own child (`CLONE_PARENT`), so the launcher need not stay.

mod filter;
mod privileges;
mod supervisor;
mod system;
mod tree;

use std::fmt;
use std::io::Read;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

use rustix::thread::UnshareFlags;

use crate::specification::{Report, Specification};
use privileges::Privileges;

/// Takes over if this process was started as a launcher, and never returns then. Must be the first
/// call of `main`, while the process has one thread.
pub fn run_if_asked() {
    if std::env::args_os().next().is_some_and(|name| name == ARGUMENT_ZERO) {
        let status = run();
        #[expect(clippy::exit, reason = "this process is a launcher: `main` is not to go on")]
        std::process::exit(status);
    }
}

fn run() -> i32 {
    // If it fails, somebody other than Davy started this: there is nobody to tell.
    let Ok(mut control) = take_control() else { return 2 };
    match launch(&mut control) {
        Ok(()) => 0,
        Err(failure) => {
            supervisor::report(&control, &Report::Failed(failure.to_string()));
            1
        }
    }
}

/// Moves the socket away from standard input, where the process is to find `/dev/null`.
fn take_control() -> std::io::Result<UnixStream> {
    let control = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
    let nothing = std::fs::File::open("/dev/null")?;
    rustix::stdio::dup2_stdin(nothing.as_fd())?;
    Ok(UnixStream::from(control))
}

fn launch(control: &mut UnixStream) -> Result<(), Failure> {
    let specification = read(control).map_err(|error| Failure::new("read the specification", error))?;
    let privileges = Privileges::of_this_process();
    if specification.tree.is_some() {
        let mut namespaces = UnshareFlags::NEWNS | UnshareFlags::NEWIPC | UnshareFlags::NEWUTS;
        if privileges == Privileges::Ordinary {
            namespaces |= UnshareFlags::NEWUSER;
        }
        let identity = privileges::Identity::of_this_process();
        system::unshare(namespaces).map_err(|error| Failure::new("make namespaces", error))?;
        if privileges == Privileges::Ordinary {
            identity.map().map_err(|error| Failure::new("map the user", error))?;
        }
    }
    match system::clone_beside(specification.tree.is_some())
        .map_err(|error| Failure::new("start the supervisor", error))?
    {
        Some(pid) => supervisor::report(control, &Report::Pid(pid)),
        None => supervisor::supervise(control, &specification, privileges),
    }
    Ok(())
}

fn read(control: &mut UnixStream) -> std::io::Result<Specification> {
    let mut length = [0; 4];
    control.read_exact(&mut length)?;
    let mut text = vec![0; u32::from_le_bytes(length) as usize];
    control.read_exact(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

/// What could not be done, and what the kernel said.
#[derive(Debug)]
struct Failure {
    what: String,
    error: std::io::Error,
}

impl Failure {
    fn new(what: impl Into<String>, error: impl Into<std::io::Error>) -> Self {
        Self { what: what.into(), error: error.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "cannot {}: {}", self.what, self.error)
    }
}

/// The launcher's name in a process list, and what it recognises itself by.
pub(crate) const ARGUMENT_ZERO: &str = "davy-environment";
