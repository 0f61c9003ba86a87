use proptest::prelude::*;

use super::*;

#[test]
fn heads_as_php_writes_them() {
    check(b"Content-type: text/html\r\n\r\nbody", None, &["Content-type=text/html"], b"body");
    check(b"Status: 302 Found\r\nLocation: /a\r\n\r\n", Some(302), &["Location=/a"], b"");
    check(b"X-A: 1\nX-A: 2\n\nbody\n", None, &["X-A=1", "X-A=2"], b"body\n");
    check(b"X-Time: 10:11\r\nX-Empty:\r\n\r\n", None, &["X-Time=10:11", "X-Empty="], b"");
    check(b"12345: x\r\nStatus: 418\r\n\r\nhi", Some(418), &["12345=x"], b"hi");
}

#[test]
fn nothing_is_lost_without_header_lines() {
    check(b"\r\nafter an empty block", None, &[], b"after an empty block");
    check(b"\nafter an empty block", None, &[], b"after an empty block");
    check(b"only line", None, &[], b"only line");
    check(b"", None, &[], b"");
}

#[test]
fn a_status_that_is_none_counts_as_absent() {
    check(b"Status: abc\r\n\r\n", None, &[], b"");
    check(b"Status: 099\r\n\r\n", None, &[], b"");
    check(b"Status: 2\r\n\r\n", None, &[], b"");
}

#[track_caller]
fn check(response: &[u8], status: Option<u16>, fields: &[&str], body: &[u8]) {
    let start = HeadSearch::default().body_start_at_end(response);
    let head = Head::parse(&response[..start]);
    let found: Vec<String> = head
        .fields
        .iter()
        .map(|field| format!("{}={}", field.name.escape_ascii(), field.value.escape_ascii()))
        .collect();
    assert_eq!((head.status, &response[start..]), (status, body));
    assert_eq!(found, fields);
}

proptest! {
    #[test]
    fn any_bytes(data in prop::collection::vec(
        prop_oneof![Just(b'\n'), Just(b'\r'), Just(b':'), any::<u8>()], 0..200)) {
        fuzz_head(&data);
    }
}
