//! Files that are too long, and one that says nothing of itself.

use super::*;

fn file(path: &str, lines: usize) -> Source {
    Source::new(path, format!("//! One thing.\n{}", "\n".repeat(lines - 1)))
}

#[test]
fn the_hard_stop_holds_for_every_file() {
    assert_eq!(check(&[file("crates/edge/tests/cache.rs", 800)]), []);
    let findings = check(&[file("crates/edge/tests/cache.rs", 801)]);
    assert!(findings[0].message.starts_with("has 801 lines"), "{}", findings[0]);
}

#[test]
fn the_usual_file_is_short() {
    let findings = check(&[file("crates/edge/src/a.rs", 10), file("crates/edge/src/b.rs", 201)]);
    assert!(findings[0].message.contains("median 201"), "{}", findings[0]);
    assert_eq!(check(&[file("crates/edge/src/a.rs", 10), file("crates/edge/src/a/tests.rs", 700)]), []);
}

#[test]
fn a_file_says_what_it_is() {
    let findings = check(&[Source::new("crates/edge/src/a.rs", "use std::fmt;\n")]);
    assert!(findings[0].message.contains("does not open with `//!`"), "{}", findings[0]);
    let findings = check(&[Source::new("crates/edge/src/a/mod.rs", "//! One thing.\n")]);
    assert!(findings[0].message.contains("is a mod.rs"), "{}", findings[0]);
}
