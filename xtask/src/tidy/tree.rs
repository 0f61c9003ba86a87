//! `cargo tree` of the runtime → whether it is still as small as its cold start needs it to be.

use std::collections::BTreeSet;
use std::path::Path;

use super::Finding;
use super::graph::cargo;

/// The crates of others that `bootstrap` is built from.
pub(crate) struct Tree(BTreeSet<String>);

impl Tree {
    /// From `cargo tree`, because `cargo metadata` adds what other members make optional parts bring.
    pub(crate) fn read(root: &Path) -> anyhow::Result<Self> {
        let arguments =
            ["tree", "--package", "runtime", "--edges", "normal,build", "--prefix", "none", "--locked"];
        Ok(Self::parse(&String::from_utf8(cargo(root, &arguments)?)?))
    }

    fn parse(lines: &str) -> Self {
        // `serde v1.0.229` is another's, `events v0.1.0 (/folder)` ours.
        let others = lines.lines().filter(|line| !line.contains("(/"));
        Self(others.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
    }

    pub(crate) fn size(&self) -> usize {
        self.0.len()
    }
}

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut found = |message: String| findings.push(Finding::new("crate `runtime`", message));
    if tree.size() > LARGEST {
        let names: Vec<&str> = tree.0.iter().map(String::as_str).collect();
        found(format!(
            "needs {} crates of others, at most {LARGEST} are allowed: {}",
            tree.size(),
            names.join(", ")
        ));
    }
    for executor in tree.0.iter().filter(|name| EXECUTORS.contains(&name.as_str())) {
        found(format!("needs `{executor}`, an async runtime; it waits in one poll(2) loop instead"));
    }
    findings
}

const LARGEST: usize = 20;
const EXECUTORS: [&str; 6] =
    ["async-executor", "async-std", "embassy-executor", "futures-executor", "smol", "tokio"];

#[cfg(test)]
mod tests;
