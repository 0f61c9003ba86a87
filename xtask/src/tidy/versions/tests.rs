//! Two ceilings: the workspace's, and the runtime's.

use super::*;
use crate::tidy::graph::Kind;
use crate::tidy::tests::check_first;

#[track_caller]
fn check_version(name: &str, version: Option<&str>, origin: Origin, expected: Option<&str>) {
    let graph = Graph::default()
        .with("runtime", &[("events", Kind::Normal)], |package| {
            package.rust_version = Some("1.85".to_owned());
        })
        .with(name, &[], |package| {
            package.rust_version = version.map(str::to_owned);
            package.origin = origin;
        });
    check_first(&check(&graph), expected);
}

#[test]
fn each_crate_keeps_under_its_ceiling() {
    check_version("edge", Some("1.95"), Origin::Ours, None);
    check_version("edge", Some("1.96"), Origin::Ours, Some("asks for Rust 1.96"));
    check_version("events", Some("1.85.1"), Origin::Ours, None);
    check_version("events", Some("1.95"), Origin::Ours, Some("at most 1.85"));
}

#[test]
fn ours_name_theirs() {
    check_version("edge", None, Origin::Ours, Some("names no rust-version"));
    check_version("hyper", None, Origin::Others, None);
}
