use super::*;

/// Feeds `text` byte by byte and in one go: the requests must be the same.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    for step in [1, 7, text.len()] {
        let (mut wire, mut found) = (Wire::default(), Vec::new());
        let (mut head, mut body): (Option<Head>, Vec<u8>) = (None, Vec::new());
        for bytes in text.as_bytes().chunks(step) {
            wire.buffer.extend_from_slice(bytes);
            loop {
                if head.is_none() {
                    head = wire.head().unwrap();
                    if head.is_none() {
                        break;
                    }
                }
                match wire.piece().unwrap() {
                    None => break,
                    Some(Piece::Data(data)) => body.extend_from_slice(&data),
                    Some(Piece::End(trailers)) => {
                        let Head { method, path, .. } = head.take().unwrap();
                        let body = String::from_utf8(std::mem::take(&mut body)).unwrap();
                        found.push(format!("{method} {path} {body:?} {trailers:?}"));
                    }
                }
                if wire.buffer.is_empty() && head.is_none() {
                    break;
                }
            }
        }
        assert_eq!(found, expected, "in steps of {step}");
    }
}

#[test]
fn requests_one_after_the_other() {
    check("GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n", &["GET /a \"\" []", "GET /b \"\" []"]);
    check(
        "POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\n\r\n",
        &["POST /a \"hello\" []", "GET /b \"\" []"],
    );
}

#[test]
fn chunks_and_trailers() {
    check(
        "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: v\r\n\r\n",
        &["POST /a \"abcde\" [(\"t\", \"v\")]"],
    );
    check("POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", &["POST /a \"\" []"]);
}

#[track_caller]
fn malformed(text: &str) {
    let mut wire = Wire { buffer: BytesMut::from(text), body: Body::None };
    let result = wire.head().and_then(|head| if head.is_some() { wire.piece().map(drop) } else { Ok(()) });
    assert_eq!(result, Err(Malformed), "{text}");
    fuzz_wire(text.as_bytes());
}

#[test]
fn two_ends_are_none() {
    malformed("POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n");
    malformed("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n");
    malformed("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n");
    malformed("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n");
    malformed("\0\0\0\0");
}
