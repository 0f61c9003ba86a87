//! One module a subcommand: what it asks of the other crates, and how the answer is shown.

mod apart;
pub(crate) mod build;
pub(crate) mod cache;
pub(crate) mod clean;
pub(crate) mod completions;
pub(crate) mod doctor;
pub(crate) mod init;
pub(crate) mod invoke;
pub(crate) mod load;
pub(crate) mod logs;
pub(crate) mod parameters;
pub(crate) mod php;
pub(crate) mod traces;
pub(crate) mod up;
pub(crate) mod validate;

use std::path::{Path, PathBuf};

use stack::StartError;
use telemetry::Reader;

use crate::exit::{Exit, Failure};

/// A stack's refusal to start, with the exit code that `--help` promises.
pub(crate) fn start_failure(error: &StartError) -> Failure {
    let exit = match error {
        StartError::AddressInUse { .. } | StartError::NoPortLeft { .. } | StartError::Bind { .. } => {
            Exit::AddressInUse
        }
        StartError::StateInUse { .. } => Exit::StateInUse,
        StartError::NoPhp | StartError::NoBootstrap { .. } => Exit::Missing,
        StartError::State { .. } | StartError::Template { .. } | StartError::Service { .. } => Exit::Failed,
    };
    let failure = Failure::new(exit, error.to_string());
    match error.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// Davy's Lambda runtime: beside this executable, or where cargo puts a build of it.
pub(crate) fn bootstrap() -> Result<PathBuf, Failure> {
    let executable = std::env::current_exe()
        .map_err(|error| Failure::new(Exit::Defect, format!("cannot find my own executable: {error}")))?;
    let folder = executable.parent().unwrap_or(Path::new("."));
    let looked_for = vec![folder.join("bootstrap"), folder.join("../lib/davy/bootstrap")];
    match looked_for.iter().find(|path| path.is_file()) {
        Some(path) => Ok(path.clone()),
        None => Err(start_failure(&StartError::NoBootstrap { looked_for })),
    }
}

/// The traces and logs that a stack keeps in `state`.
pub(crate) fn reader(state: &Path) -> Result<Reader, Failure> {
    let path = state.join("telemetry.db");
    if !path.exists() {
        return Err(Failure::new(
            Exit::Failed,
            format!("no stack has run with its state in {} yet", state.display()),
        )
        .hint("run davy up first, or name the stack's folder with --folder"));
    }
    Reader::open(&path).map_err(|error| Failure::new(Exit::Failed, error.to_string()))
}
