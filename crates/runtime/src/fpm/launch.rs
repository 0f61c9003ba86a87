//! Starting php-fpm so that it dies with the runtime, whatever kills that.
//!
//! The kernel sends a process a signal at its parent's death if it asked for that itself. php-fpm
//! doesn't ask, so the runtime starts itself once more, asks, and becomes php-fpm.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::{Signal, getppid, set_parent_process_death_signal};

use crate::failure::StartFailure;

/// The command that becomes `program`; its arguments follow.
pub(super) fn command(program: &Path) -> io::Result<Command> {
    let mut command = super::command(&std::env::current_exe()?);
    command.arg(BECOME).arg(std::process::id().to_string()).arg(program);
    Ok(command)
}

/// Becomes php-fpm if that is what the arguments ask for; then it returns only to tell its failure.
pub fn become_php_fpm(arguments: &[OsString]) -> Option<StartFailure> {
    let [_, request, parent, program, rest @ ..] = arguments else { return None };
    if request != BECOME {
        return None;
    }
    // TERM lets the master end its workers; KILL would leave them.
    let asked = set_parent_process_death_signal(Some(Signal::TERM));
    let parent_lives = getppid().is_some_and(|pid| *parent == *pid.as_raw_nonzero().to_string());
    let error = match asked {
        Ok(()) if parent_lives => super::command(Path::new(program)).args(rest).exec(),
        Ok(()) => io::Error::other("the runtime ended meanwhile"),
        Err(error) => error.into(),
    };
    let what = format!("run {}", PathBuf::from(program).display());
    Some(StartFailure::Preparation { what, error })
}

const BECOME: &str = "--become-php-fpm";
