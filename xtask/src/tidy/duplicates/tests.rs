//! Which two versions count as two.

use super::*;
use crate::tidy::graph::Kind;

#[track_caller]
fn check_versions(one: &str, other: &str, expected: usize) {
    let (one, other) = (format!("hyper {one}"), format!("hyper {other}"));
    let others = |package: &mut Package| package.origin = Origin::Others;
    let graph = Graph::default()
        .with("cli", &[(&one, Kind::Normal), (&other, Kind::Normal)], |_| ())
        .with(&one, &[], others)
        .with(&other, &[], others);
    assert_eq!(check(&graph).len(), expected, "{one}, {other}");
}

#[test]
fn incompatible_versions_are_found() {
    check_versions("0.14.32", "1.12.0", 1);
    check_versions("0.8.1", "0.9.0", 1);
    check_versions("0.0.3", "0.0.4", 1);
}

#[test]
fn compatible_ones_are_one() {
    check_versions("1.12.0", "1.13.1", 0);
    check_versions("0.9.0", "0.9.5", 0);
}
