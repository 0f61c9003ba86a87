//! A tree that is too large, and one with an executor in it.

use super::*;
use crate::tidy::tests::check_first;

#[track_caller]
fn check_tree(lines: &str, expected: Option<&str>) {
    check_first(&check(&Tree::parse(lines)), expected);
}

#[test]
fn twenty_crates_pass_and_one_more_is_found() {
    let others =
        |count| (0..count).map(|number| format!("crate{number} v1.0.0")).collect::<Vec<_>>().join("\n");
    let ours =
        "runtime v0.1.0 (/home/user/davy/crates/runtime)\nevents v0.1.0 (/home/user/davy/crates/events)\n";
    check_tree(&format!("{ours}{}", others(20)), None);
    check_tree(&format!("{ours}{}", others(21)), Some("needs 21 crates of others"));
}

#[test]
fn a_crate_counts_once() {
    let lines = "serde v1.0.229\nserde v1.0.229 (*)\nserde_derive v1.0.229 (proc-macro)\n";
    assert_eq!(Tree::parse(lines).size(), 2);
}

#[test]
fn an_executor_is_found() {
    check_tree("tokio v1.54.1\n", Some("needs `tokio`, an async runtime"));
}
