//! What is to be started, and how it is enclosed.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use crate::process::{Output, Process};
use crate::spawner;
use crate::specification::{Limits, Specification, Tree};

/// A process to start.
#[derive(Clone, Debug)]
pub struct Enclosure {
    /// The binary that becomes the launcher.
    pub launcher: PathBuf,
    /// What is executed, by its path inside.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its environment, whole: nothing is inherited.
    pub environment: BTreeMap<String, String>,
    /// Where it starts, by the path inside.
    pub directory: PathBuf,
    /// What it sees of this machine; `None` runs it unenclosed.
    pub tree: Option<Tree>,
    /// A folder, by its path inside, of which every executable file is started beside the program,
    /// with the same environment: Lambda's `/opt/extensions`.
    pub companions: Option<PathBuf>,
    /// What each of its processes may use.
    pub limits: Limits,
}

/// Why nothing was started.
#[derive(Debug)]
pub struct SpawnError {
    program: PathBuf,
    why: std::io::Error,
}

impl Enclosure {
    /// Starts it. The tree is built meanwhile: what fails there is told by [`Process::wait`].
    pub async fn spawn(self) -> Result<(Process, Output), SpawnError> {
        let Self { launcher, program, arguments, environment, directory, tree, companions, limits } = self;
        let enclosed = tree.is_some();
        let specification = Specification {
            program: program.clone(),
            arguments,
            environment,
            directory,
            tree,
            companions,
            limits,
        };
        let failed = |why| SpawnError { program, why };
        match spawner::spawn(launcher, specification).await {
            Ok(spawned) => Process::adopt(spawned, enclosed).map_err(failed),
            Err(why) => Err(failed(why)),
        }
    }
}

impl fmt::Display for SpawnError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "cannot start {} enclosed: {}", self.program.display(), self.why)
    }
}

impl std::error::Error for SpawnError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.why)
    }
}
