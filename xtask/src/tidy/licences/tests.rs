//! SPDX expressions as crates write them.

use super::*;
use crate::tidy::graph::Kind;
use crate::tidy::tests::check_first;

#[track_caller]
fn check_license(license: Option<&str>, expected: Option<&str>) {
    let carried = Graph::default().with("cli", &[("other", Kind::Normal)], |_| ());
    let graph = carried.with("other", &[], |package| {
        package.origin = Origin::Others;
        package.license = license.map(str::to_owned);
    });
    check_first(&check(&graph), expected);
}

#[test]
fn permissive_terms_pass() {
    check_license(Some("MIT"), None);
    check_license(Some("MIT/Apache-2.0"), None);
    check_license(Some("LGPL-2.1-or-later OR MIT"), None);
    check_license(Some("(MIT OR Apache-2.0) AND Unicode-3.0"), None);
    check_license(Some("Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT"), None);
}

#[test]
fn others_are_found() {
    check_license(Some("GPL-3.0-only"), Some("`GPL-3.0-only`"));
    check_license(Some("MIT AND LGPL-3.0-only"), Some("none of the permissive"));
    check_license(Some("(MIT"), Some("`(MIT`"));
    check_license(None, Some("names no licence"));
}

#[test]
fn what_only_tests_need_may_be_anything() {
    let graph = Graph::default().with("browser", &[("webdriver", Kind::Normal)], |_| ()).with(
        "webdriver",
        &[],
        |package| {
            package.origin = Origin::Others;
            package.license = Some("MPL-2.0".to_owned());
        },
    );
    check_first(&check(&graph), None);
}
