//! Text files → what ties the project to one developer's machine or to one mirror of a registry.

use std::path::Path;

use super::Finding;
use super::sources::Source;

/// What must not stand in a file: where this checkout and its developer's home are.
pub(crate) struct Machine {
    paths: Vec<String>,
}

impl Machine {
    /// `root` is the checkout's folder. One right below `/` is nobody's own: an application's paths
    /// look like that.
    pub(crate) fn new(root: &Path, home: Option<&Path>) -> Self {
        let own = |path: &Path| path.components().count() > 2;
        let checkout = own(root).then(|| root.display().to_string());
        // Below a home, what is hidden is the machine's; `/root` alone may be meant as any root's.
        let home =
            home.filter(|home| home.components().count() > 1).map(|home| format!("{}/.", home.display()));
        Self { paths: checkout.into_iter().chain(home).collect() }
    }
}

pub(crate) fn check(sources: &[Source], machine: &Machine) -> Vec<Finding> {
    let others = sources.iter().filter(|source| !source.path.starts_with(OURSELVES));
    others.flat_map(|source| check_file(source, machine)).collect()
}

fn check_file(source: &Source, machine: &Machine) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in source.text.lines().enumerate() {
        let mut found = |message: String| {
            findings.push(Finding::new(format!("{}:{}", source.path, index + 1), message));
        };
        if let Some(path) = machine.paths.iter().find(|path| line.contains(path.as_str())) {
            found(format!("names `{path}`, a path of one machine; write it relative to the project"));
        }
        if let Some(option) = REGISTRY_OPTIONS.iter().find(|option| line.contains(**option)) {
            found(format!(
                "chooses a registry by `{option}`; leave it to the user's package client where packages come from"
            ));
        }
    }
    findings.extend(check_lock(source));
    findings
}

/// A lock file made behind a mirror would name the mirror as the source of each package.
fn check_lock(source: &Source) -> Option<Finding> {
    if !source.path.ends_with("Cargo.lock") {
        return None;
    }
    let other = source.text.lines().find(|line| line.starts_with("source = ") && *line != INDEX)?;
    Some(Finding::new(&source.path, format!("has a package from elsewhere than crates.io: {other}")))
}

const OURSELVES: &str = "xtask/src/tidy/traces_of_machines";
const REGISTRY_OPTIONS: [&str; 4] = ["--index-url", "--extra-index-url", "--registry", "replace-with"];
const INDEX: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

#[cfg(test)]
mod tests;
