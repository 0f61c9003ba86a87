//! Rust files → those that hold "all of something", or do not say what they turn into what.

use std::fmt;

use super::Finding;
use super::sources::Source;

pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        sources.iter().filter(|source| source.is_rust()).flat_map(check_file).collect();
    let spread = Spread::of(sources);
    if spread.median > MEDIAN || spread.p90 > P90 {
        findings
            .push(Finding::new("the Rust files", format!("{spread}; at most {MEDIAN} and {P90} are wanted")));
    }
    findings
}

fn check_file(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut found = |message: String| findings.push(Finding::new(&source.path, message));
    let lines = source.text.lines().count();
    if lines > HARD_STOP {
        found(format!(
            "has {lines} lines, at most {HARD_STOP} are allowed; split it by its reader's questions"
        ));
    }
    // A `tests.rs` is part of the module beside it, which says what both are about.
    if !source.path.ends_with("/tests.rs") && !source.text.starts_with("//! ") {
        found("does not open with `//!`: say what the file turns into what".to_owned());
    }
    if source.path.ends_with("/mod.rs") {
        found("is a mod.rs; name the file after its module, beside the module's folder".to_owned());
    }
    findings
}

/// How long the files are that are not tests.
pub(crate) struct Spread {
    files: usize,
    median: usize,
    p90: usize,
    longest: usize,
}

impl Spread {
    pub(crate) fn of(sources: &[Source]) -> Self {
        let files = sources.iter().filter(|source| source.is_rust() && !source.is_test());
        let mut lengths: Vec<usize> = files.map(|source| source.text.lines().count()).collect();
        lengths.sort_unstable();
        let at = |hundredths: usize| lengths.get(lengths.len() * hundredths / 100).copied().unwrap_or(0);
        let longest = lengths.last().copied().unwrap_or(0);
        Self { files: lengths.len(), median: at(50), p90: at(90), longest }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { files, median, p90, longest } = self;
        write!(formatter, "{files} files, median {median} lines, p90 {p90}, longest {longest}")
    }
}

const MEDIAN: usize = 200;
const P90: usize = 500;
const HARD_STOP: usize = 800;

#[cfg(test)]
mod tests;
