use super::*;

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| (name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap()))
        .collect()
}

#[track_caller]
fn check_tag(asked: &str, stored: &str, expected: bool) {
    let viewer = headers(&[("if-none-match", asked)]);
    assert_eq!(not_modified(&viewer, StatusCode::OK, &headers(&[("etag", stored)])), expected, "{asked}");
}

#[test]
fn e133_tags_are_compared_weakly() {
    check_tag("\"a\"", "\"a\"", true);
    check_tag("W/\"a\"", "\"a\"", true);
    check_tag("\"a\"", "W/\"a\"", true);
    check_tag("\"b\", \"a\"", "\"a\"", true);
    check_tag("\"b\",W/\"a,b\"", "\"a,b\"", true);
    check_tag("\"b\"", "\"a\"", false);
    check_tag("*", "\"a\"", true);
    check_tag("a", "\"a\"", true);
    check_tag("", "\"a\"", false);
    check_tag("\"a", "\"b\"", false);
    check_tag(",,,W/", "\"b\"", false);
}

#[test]
fn e133_a_tag_beats_a_date() {
    let stored = headers(&[("etag", "\"a\""), ("last-modified", "Tue, 01 Jan 2030 00:00:00 GMT")]);
    let since = ("if-modified-since", "Tue, 01 Jan 2030 00:00:00 GMT");
    assert!(not_modified(&headers(&[since]), StatusCode::OK, &stored));
    assert!(!not_modified(&headers(&[since, ("if-none-match", "\"b\"")]), StatusCode::OK, &stored));
    let earlier = ("if-modified-since", "Mon, 31 Dec 2029 23:59:59 GMT");
    assert!(!not_modified(&headers(&[earlier]), StatusCode::OK, &stored));
    assert!(!not_modified(&headers(&[("if-modified-since", "yesterday")]), StatusCode::OK, &stored));
    assert!(!not_modified(&headers(&[since]), StatusCode::NOT_FOUND, &stored));
}
