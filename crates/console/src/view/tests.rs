use super::*;

#[test]
fn numbers_are_grouped_and_counted() {
    assert_eq!(grouped(1), "1");
    assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
    assert_eq!((counted(1, "request"), counted(0, "hit")), ("1 request".into(), "0 hits".into()));
}

#[test]
fn a_share_that_is_not_nothing_shows() {
    assert_eq!((percent(0.0), percent(0.000_1), percent(0.5), percent(7.0)), (0, 1, 50, 100));
    assert!(share(1, 0).abs() < f64::EPSILON);
}

#[test]
fn a_link_has_the_fields_that_are_not_empty() {
    assert_eq!(link("/", &[("path", ""), ("status", "")]), "/");
    assert_eq!(link("/", &[("path", "/a&b"), ("status", ""), ("cold", "1")]), "/?path=%2Fa%26b&cold=1");
}

#[test]
fn json_is_indented_and_anything_else_left_alone() {
    assert_eq!(pretty(b"{\"a\":1}"), "{\n  \"a\": 1\n}");
    assert_eq!(pretty(b"\xffplain"), "\u{fffd}plain");
}
