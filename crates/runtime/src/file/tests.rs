use super::*;

const TAG: &str = "\"a-64\"";
const DATE: &str = "Tue, 14 Nov 2023 22:13:20 GMT";

#[test]
fn ranges_and_validators() {
    let none = Conditions::default();
    check(none, Wanted::All);
    check(Conditions { range: Some("bytes=0-9"), ..none }, Wanted::Part { start: 0, end: 10 });
    check(Conditions { range: Some("bytes=90-"), ..none }, Wanted::Part { start: 90, end: 100 });
    check(Conditions { range: Some("bytes=-5"), ..none }, Wanted::Part { start: 95, end: 100 });
    check(Conditions { range: Some("bytes=50-500"), ..none }, Wanted::Part { start: 50, end: 100 });
    check(Conditions { range: Some("bytes=100-"), ..none }, Wanted::Impossible);
    check(Conditions { range: Some("bytes=-0"), ..none }, Wanted::Impossible);
    check(Conditions { range: Some("bytes=9-0"), ..none }, Wanted::All);
    check(Conditions { range: Some("bytes=0-1,5-6"), ..none }, Wanted::All);
    check(Conditions { range: Some("lines=1-2"), ..none }, Wanted::All);
    check(Conditions { if_none_match: Some("\"x\", W/\"a-64\""), ..none }, Wanted::Nothing);
    check(Conditions { if_none_match: Some("\"x\""), if_modified_since: Some(DATE), ..none }, Wanted::All);
    check(Conditions { if_modified_since: Some(DATE), ..none }, Wanted::Nothing);
    let old = Conditions { range: Some("bytes=0-9"), if_range: Some("\"old\""), ..none };
    check(old, Wanted::All);
    check(Conditions { if_range: Some(TAG), ..old }, Wanted::Part { start: 0, end: 10 });
}

#[track_caller]
fn check(conditions: Conditions<'_>, expected: Wanted) {
    assert_eq!(decide(&conditions, 100, TAG, DATE), expected);
}

#[test]
fn dates_and_types() {
    assert_eq!(http_date(1_700_000_000), DATE);
    assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(content_type(Path::new("/a/LOGO.SVG")), "image/svg+xml");
    assert_eq!(content_type(Path::new("/a/x.unknown")), "application/octet-stream");
}
