//! The dependency graph → crates that ask for a newer compiler than the one they must build with.

use super::Finding;
use super::graph::{Graph, Origin};

pub(crate) fn check(graph: &Graph) -> Vec<Finding> {
    let portable = graph.tree("runtime");
    graph
        .packages()
        .filter_map(|package| {
            let in_runtime =
                portable.iter().any(|other| other.name == package.name && other.version == package.version);
            let ceiling = if in_runtime { RUNTIME } else { WORKSPACE };
            let found = match (package.rust_version.as_deref(), package.origin) {
                (Some(version), _) if number(version)? <= ceiling => return None,
                (Some(version), _) => format!("asks for Rust {version}"),
                (None, Origin::Ours) => "names no rust-version".to_owned(),
                (None, Origin::Others) => return None,
            };
            let reason = if in_runtime {
                "it is cross-built with Debian's compiler"
            } else {
                "the workspace's compiler"
            };
            Some(Finding::new(
                format!("crate `{} {}`", package.name, package.version),
                format!("{found}; at most {}.{} may be asked for: {reason}", ceiling.0, ceiling.1),
            ))
        })
        .collect()
}

fn number(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next().and_then(Result::ok).unwrap_or(0)))
}

const WORKSPACE: (u32, u32) = (1, 95);
/// Debian trixie's compiler, with its arm64 standard library.
const RUNTIME: (u32, u32) = (1, 85);

#[cfg(test)]
mod tests;
