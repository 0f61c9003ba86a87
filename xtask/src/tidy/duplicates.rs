//! The dependency graph → crates that `davy` or `bootstrap` would carry in two incompatible versions.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use super::graph::{Graph, Origin, Package};

pub(crate) fn check(graph: &Graph) -> Vec<Finding> {
    ["cli", "runtime"].into_iter().flat_map(|binary| check_binary(graph, binary)).collect()
}

fn check_binary(graph: &Graph, binary: &str) -> Vec<Finding> {
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in graph.tree(binary).into_iter().filter(|package| package.origin == Origin::Others) {
        versions.entry(&package.name).or_default().insert(compatible(package));
    }
    versions
        .into_iter()
        .filter(|(name, versions)| versions.len() > 1 && !ALLOWED.iter().any(|(allowed, _)| allowed == name))
        .map(|(name, versions)| {
            let versions: Vec<&str> = versions.into_iter().collect();
            Finding::new(
                format!("crate `{binary}`"),
                format!(
                    "carries `{name}` in versions {}; raise who holds the old one back, or write down why it may stay",
                    versions.join(" and ")
                ),
            )
        })
        .collect()
}

/// The part of a version that must be equal for two uses to share one build: `1`, `0.9`, `0.0.3`.
fn compatible(package: &Package) -> &str {
    let version = package.version.as_str();
    let significant = version.split('.').take_while(|part| *part == "0").count() + 1;
    version.match_indices('.').nth(significant - 1).map_or(version, |(end, _)| &version[..end])
}

/// Each with who brings the second version and why it does no harm.
const ALLOWED: [(&str, &str); 2] = [
    ("getrandom", "ring still uses 0.2; both ask the kernel"),
    ("syn", "tracing-attributes still uses 2; a derive macro is not in the binary"),
];

#[cfg(test)]
mod tests;
