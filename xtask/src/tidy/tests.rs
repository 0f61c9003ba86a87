//! The project as it stands keeps its own rules; that each rule can fail is tested beside the rule.

use super::*;

#[test]
fn the_project_is_tidy() {
    let findings = Project::read(&root()).unwrap().findings();
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

/// The first finding says this, or there is none.
#[track_caller]
pub(super) fn check_first(findings: &[Finding], expected: Option<&str>) {
    match (findings.first(), expected) {
        (None, None) => (),
        (Some(found), Some(part)) if found.to_string().contains(part) => (),
        (found, expected) => panic!("expected {expected:?}, found {found:?}"),
    }
}
