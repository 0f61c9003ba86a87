use super::*;

#[track_caller]
fn check(input: &str, expected: Result<(), Violation>) {
    let verdict = Framing::default().inspect(input.as_bytes());
    assert_eq!(verdict.map_err(|refused| refused.violation), expected, "{input:?}");
    fuzz_framing(input.as_bytes());
}

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n";

#[test]
fn ordinary_messages_follow_one_another() {
    check(&format!("{GET}\r\n{GET}\r\n"), Ok(()));
    check(&format!("\r\n{GET}Content-Length: 5\r\n\r\nhello{GET}\r\n"), Ok(()));
    check(&format!("{GET}Content-Length: 0\r\ncontent-length: 0\r\n\r\n{GET}\r\n"), Ok(()));
    check(
        &format!(
            "{GET}Transfer-Encoding: Chunked\r\n\r\n5;x=y\r\nhel\nl\r\n0\r\nTrailer: a\r\n\r\n{GET}\r\n"
        ),
        Ok(()),
    );
    check(&format!("{GET}X-Binary: \u{e9}\t\r\n\r\n"), Ok(()));
    check("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\n", Ok(()));
}

#[test]
fn two_lengths_or_a_length_and_an_encoding_are_refused() {
    check(
        &format!("{GET}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"),
        Err(Violation::LengthAndEncoding),
    );
    check(
        &format!("{GET}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"),
        Err(Violation::LengthAndEncoding),
    );
    check(&format!("{GET}Content-Length: 5\r\nContent-Length: 6\r\n\r\n"), Err(Violation::MalformedLength));
    for length in ["5, 5", "+5", "-1", "0x5", "", "5 5", "99999999999999999999"] {
        check(&format!("{GET}Content-Length: {length}\r\n\r\n"), Err(Violation::MalformedLength));
    }
    for encoding in ["gzip", "chunked, gzip", "xchunked", "chunked, chunked", "\x0bchunked"] {
        check(&format!("{GET}Transfer-Encoding: {encoding}\r\n\r\n"), Err(Violation::MalformedEncoding));
    }
    check("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", Err(Violation::MalformedEncoding));
}

#[test]
fn lines_end_in_one_way_and_headers_have_one_form() {
    check("GET / HTTP/1.1\nHost: a\r\n\r\n", Err(Violation::BareLineEnd));
    check(&format!("{GET}X: a\n\r\n"), Err(Violation::BareLineEnd));
    check(&format!("{GET}X: a\rb\r\n\r\n"), Err(Violation::BareLineEnd));
    check(&format!("{GET}X: a\0b\r\n\r\n"), Err(Violation::Nul));
    check(&format!("{GET}X: a\r\n b\r\n\r\n"), Err(Violation::FoldedHeader));
    check(&format!("{GET}X : a\r\n\r\n"), Err(Violation::MalformedHeader));
    check(&format!("{GET}: a\r\n\r\n"), Err(Violation::MalformedHeader));
    check(&format!("{GET}X\r\n\r\n"), Err(Violation::MalformedHeader));
    check(&format!("{GET}X: {}\r\n\r\n", "a".repeat(LINE_BYTES)), Err(Violation::TooLong));
}

#[test]
fn chunks_end_where_they_say() {
    let chunked = |body: &str| format!("{GET}Transfer-Encoding: chunked\r\n\r\n{body}");
    check(&chunked("5\r\nhelloX\r\n"), Err(Violation::MalformedChunk));
    check(&chunked("5\r\nhello\n"), Err(Violation::BareLineEnd));
    check(&chunked("-5\r\n"), Err(Violation::MalformedChunk));
    check(&chunked("\r\n"), Err(Violation::MalformedChunk));
    check(&chunked("fffffffffffffffff\r\n"), Err(Violation::MalformedChunk));
}

#[test]
fn what_is_before_the_violation_is_in_order() {
    let first = format!("{GET}\r\n");
    let input = format!("{first}{GET}X: a\n\r\n");
    let refused = Framing::default().inspect(input.as_bytes()).unwrap_err();
    assert_eq!(&input[refused.in_order..], "\n\r\n");
}
