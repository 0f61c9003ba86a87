use super::*;

#[test]
fn a_reply_with_a_length() {
    let head = check(
        b"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: 7\r\nlambda-runtime-deadline-ms: 1700\r\n\
          Content-Length: 2\r\n\r\n{}",
        b"{}",
    );
    assert_eq!((head.request_id.as_str(), head.deadline), ("7", Some(Timestamp::from_millis(1700))));
}

#[test]
fn a_reply_in_chunks() {
    check(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4;x=y\r\n\":1}\r\n0\r\n\r\n",
        b"{\"a\":1}",
    );
}

#[test]
fn replies_without_a_body() {
    check(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", b"");
    assert!(check(b"HTTP/1.1 202 Accepted\r\nConnection: close\r\n\r\n", b"").closes);
}

#[test]
fn what_is_no_reply_is_an_error() {
    for bytes in [
        b"SSH-2.0-OpenSSH\r\n".as_slice(),
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff0\r\n",
    ] {
        assert!(Decoder::default().advance(&mut bytes.to_vec()).is_err(), "{}", bytes.escape_ascii());
    }
}

#[track_caller]
fn check(bytes: &[u8], body: &[u8]) -> ReplyHead {
    fuzz(bytes);
    let mut input = bytes.to_vec();
    let (head, range) = Decoder::default().advance(&mut input).unwrap().unwrap();
    assert_eq!(input[range], *body);
    head
}

proptest::proptest! {
    #[test]
    fn any_bytes(data in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300),
        head in proptest::sample::select(vec!["", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n", "HTTP/1.1 "])) {
        fuzz(&[head.as_bytes(), &data].concat());
    }
}
