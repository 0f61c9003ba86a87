//! The dependency graph → every crate of ours that depends against the direction of ARCHITECTURE.md.

use super::Finding;
use super::graph::{Graph, Kind, Package};

/// A crate may depend on the crates of the ranks before its own, or on exactly those that are named for it.
pub(crate) fn check(graph: &Graph) -> Vec<Finding> {
    graph.ours().flat_map(|package| check_package(graph, package)).collect()
}

fn check_package(graph: &Graph, package: &Package) -> Vec<Finding> {
    let place = format!("crate `{}`", package.name);
    let Some(allowed) = Allowed::to(&package.name) else {
        return vec![Finding::new(
            place,
            "has no place in the direction of dependencies; give it one in xtask/src/tidy/directions.rs and ARCHITECTURE.md",
        )];
    };
    let dependencies = package.edges.iter().filter_map(|edge| Some((graph.target(edge)?, edge.kind)));
    dependencies
        .filter(|(target, kind)| {
            graph.ours().any(|ours| ours.name == target.name) && !allowed.holds(&target.name, *kind)
        })
        .map(|(target, _)| {
            Finding::new(&place, format!("depends on `{}`, which it may not: {allowed}", target.name))
        })
        .collect()
}

/// Which crates of ours another may depend on.
enum Allowed {
    Below(usize),
    Only(&'static [&'static str]),
    Everything,
}

impl Allowed {
    fn to(name: &str) -> Option<Self> {
        if let Some((_, only)) = ASIDE.iter().find(|(aside, _)| *aside == name) {
            return Some(Self::Only(only));
        }
        if TESTS.contains(&name) {
            return Some(Self::Everything);
        }
        RANKS.iter().position(|rank| rank.contains(&name)).map(Self::Below)
    }

    fn holds(&self, target: &str, kind: Kind) -> bool {
        // Tests may use the fakes; nothing else may, and nothing at all may use `cli`.
        if TESTS.contains(&target) {
            return kind == Kind::Development || matches!(self, Self::Everything);
        }
        match self {
            Self::Everything => target != TOP,
            Self::Only(only) => only.contains(&target),
            // The topmost may use those aside too: it is what starts them.
            Self::Below(rank) if RANKS[*rank].contains(&TOP) => target != TOP,
            Self::Below(rank) => RANKS[..*rank].iter().any(|below| below.contains(&target)),
        }
    }
}

impl std::fmt::Display for Allowed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Everything => formatter.write_str("nothing depends on `cli`"),
            Self::Only(only) => write!(formatter, "only on {}", only.join(", ")),
            Self::Below(0) => formatter.write_str("on nothing of ours"),
            Self::Below(rank) => write!(formatter, "only on {}", RANKS[..*rank].concat().join(", ")),
        }
    }
}

const RANKS: [&[&str]; 8] = [
    &["fastcgi", "events", "trace", "template", "access"],
    &["telemetry", "sandbox"],
    &["lambda", "bucket", "database"],
    &["gateway"],
    &["edge"],
    &["stack"],
    &["console"],
    &[TOP],
];
const TOP: &str = "cli";
const ASIDE: [(&str, &[&str]); 5] = [
    ("runtime", &["fastcgi", "events", "trace"]),
    ("package", &["template", "sandbox"]),
    ("deploy", &["template", "package"]),
    ("scaffold", &["template"]),
    ("xtask", &[]),
];
const TESTS: [&str; 2] = ["testkit", "browser"];

#[cfg(test)]
mod tests;
