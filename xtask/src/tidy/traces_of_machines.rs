//! Text files → what ties the project to one developer's machine or to one mirror of a registry.

use super::Finding;
use super::sources::Source;

pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    sources.iter().filter(|source| !source.path.starts_with(OURSELVES)).flat_map(check_file).collect()
}

fn check_file(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in source.text.lines().enumerate() {
        let mut found = |message: String| {
            findings.push(Finding::new(format!("{}:{}", source.path, index + 1), message));
        };
        if let Some(path) = PATHS.iter().find(|path| line.contains(**path)) {
            found(format!("names `{path}`, a path of one machine; write it relative to the project"));
        }
        if let Some(host) = HOSTS.iter().find(|host| line.contains(**host)) {
            found(format!(
                "names the host `{host}`; leave it to the user's package client where packages come from"
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
const PATHS: [&str; 5] = ["/work/main", "/work/shared", "/work/.", "/root/.", "/tmp/bash_jobs"];
const HOSTS: [&str; 7] = [
    "index.crates.io",
    "static.crates.io",
    "deb.debian.org",
    "security.debian.org",
    "files.pythonhosted.org",
    "pypi.org",
    "registry.npmjs.org",
];
const INDEX: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

#[cfg(test)]
mod tests;
