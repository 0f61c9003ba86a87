//! One edge at a time: which are allowed and which are found.

use super::*;
use crate::tidy::tests::check_first;

#[track_caller]
fn check_edge(from: &str, to: &str, kind: Kind, expected: Option<&str>) {
    let graph = Graph::default().with(from, &[(to, kind)], |_| ()).with(to, &[], |_| ());
    check_first(&check(&graph), expected);
}

#[test]
fn the_direction_is_downwards_only() {
    check_edge("edge", "bucket", Kind::Normal, None);
    check_edge("bucket", "edge", Kind::Normal, Some("crate `bucket`: depends on `edge`"));
    check_edge("lambda", "bucket", Kind::Normal, Some("depends on `bucket`"));
    check_edge("trace", "events", Kind::Normal, Some("on nothing of ours"));
    check_edge("cli", "deploy", Kind::Normal, None);
}

#[test]
fn those_aside_depend_on_what_is_named_alone() {
    check_edge("runtime", "fastcgi", Kind::Normal, None);
    check_edge("runtime", "telemetry", Kind::Normal, Some("only on fastcgi, events, trace"));
    check_edge("deploy", "stack", Kind::Build, Some("only on template, package"));
}

#[test]
fn the_fakes_are_for_tests_alone() {
    check_edge("gateway", "testkit", Kind::Development, None);
    check_edge("gateway", "testkit", Kind::Normal, Some("depends on `testkit`"));
    check_edge("testkit", "lambda", Kind::Normal, None);
}

#[test]
fn nothing_depends_on_the_command_line() {
    check_edge("console", "cli", Kind::Normal, Some("depends on `cli`"));
    check_edge("testkit", "cli", Kind::Normal, Some("nothing depends on `cli`"));
}

#[test]
fn a_crate_without_a_place_is_found() {
    let findings = check(&Graph::default().with("helpers", &[], |_| ()));
    assert_eq!(findings.len(), 1);
    assert!(findings[0].message.contains("has no place"), "{}", findings[0]);
}
