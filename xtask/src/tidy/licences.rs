//! The dependency graph → what our binaries carry under terms that a user of Apache-2.0 software would not expect.

use std::collections::BTreeMap;

use super::Finding;
use super::graph::{Graph, Origin};

pub(crate) fn check(graph: &Graph) -> Vec<Finding> {
    // What only tests are built from is handed on to nobody.
    let carried: BTreeMap<_, _> = BINARIES
        .iter()
        .flat_map(|binary| graph.tree(binary))
        .map(|package| ((&package.name, &package.version), package))
        .collect();
    carried
        .into_values()
        .filter(|package| package.origin == Origin::Others)
        .filter(|package| !IN_TESTS_ALONE.iter().any(|(name, _)| *name == package.name))
        .filter_map(|package| {
            let place = format!("dependency `{} {}`", package.name, package.version);
            match package.license.as_deref() {
                None => Some(Finding::new(place, "names no licence; read its sources before it stays")),
                Some(license) if permits(license) => None,
                Some(license) => Some(Finding::new(
                    place,
                    format!("is under `{license}`, none of the permissive licences that we accept; find another crate"),
                )),
            }
        })
        .collect()
}

/// Whether an SPDX expression lets us choose permissive terms alone. `/` is the old way to write `OR`.
fn permits(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let permitted = any(&mut rest);
    permitted && rest.is_empty()
}

fn any(words: &mut &[&str]) -> bool {
    let mut permitted = all(words);
    while next_is(words, "OR") {
        permitted |= all(words);
    }
    permitted
}

fn all(words: &mut &[&str]) -> bool {
    let mut permitted = one(words);
    while next_is(words, "AND") {
        permitted &= one(words);
    }
    permitted
}

fn one(words: &mut &[&str]) -> bool {
    if next_is(words, "(") {
        let permitted = any(words);
        return next_is(words, ")") && permitted;
    }
    let Some((license, rest)) = words.split_first() else { return false };
    *words = rest;
    // An exception only gives more rights.
    if next_is(words, "WITH") {
        *words = words.get(1..).unwrap_or_default();
    }
    PERMISSIVE.contains(license)
}

fn next_is(words: &mut &[&str], word: &str) -> bool {
    match words.split_first() {
        Some((first, rest)) if *first == word => {
            *words = rest;
            true
        }
        _ => false,
    }
}

const BINARIES: [&str; 2] = ["cli", "runtime"];
const PERMISSIVE: [&str; 13] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

/// What tests may use under other terms, since nothing of it is shipped; each with why it must be.
const IN_TESTS_ALONE: [(&str, &str); 1] =
    [("webdriver", "MPL-2.0; the types with which fantoccini speaks to chromedriver")];

#[cfg(test)]
mod tests;
