//! The work tree and its dependency graph → what breaks an invariant of the project, each with what to do.
//!
//! Every check is a function from what it looks at to its findings, so that a made-up input proves that it can fail.

mod directions;
mod duplicates;
mod forbidden;
mod graph;
mod licences;
mod sizes;
mod sources;
mod traces_of_machines;
mod tree;
mod versions;

use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use self::graph::Graph;
use self::sources::Source;
use self::traces_of_machines::Machine;
use self::tree::Tree;

/// Looks at the whole project and prints what it found.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let project = Project::read(&root())?;
    let findings = project.findings();

    let mut out = std::io::stdout().lock();
    for finding in &findings {
        writeln!(out, "{finding}")?;
    }
    writeln!(out, "tidy: {}", sizes::Spread::of(&project.sources))?;
    writeln!(out, "tidy: `runtime` needs {} crates of others", project.runtime.size())?;
    writeln!(out, "tidy: {} problems", findings.len())?;
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What breaks an invariant: where, what, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) place: String,
    pub(crate) message: String,
}

impl Finding {
    pub(crate) fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.message)
    }
}

/// All that the checks look at.
struct Project {
    sources: Vec<Source>,
    graph: Graph,
    runtime: Tree,
    machine: Machine,
}

impl Project {
    fn read(root: &Path) -> anyhow::Result<Self> {
        let home = std::env::var_os("HOME").map(PathBuf::from);
        Ok(Self {
            sources: sources::read(root)?,
            graph: Graph::read(root)?,
            runtime: Tree::read(root)?,
            machine: Machine::new(&root.canonicalize()?, home.as_deref()),
        })
    }

    fn findings(&self) -> Vec<Finding> {
        [
            directions::check(&self.graph),
            tree::check(&self.runtime),
            duplicates::check(&self.graph),
            licences::check(&self.graph),
            versions::check(&self.graph),
            sizes::check(&self.sources),
            forbidden::check(&self.sources),
            traces_of_machines::check(&self.sources, &self.machine),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[cfg(test)]
mod tests;
