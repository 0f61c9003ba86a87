//! What a function streamed: a prelude, eight NUL bytes, and the body as it is.

use std::borrow::Cow;

use super::answer::streamed;
use super::{FrontEnd, Header, Malformed, Reply};

/// Reads a streamed answer that has been collected, or as much of it as [`prelude_is_known`] wants.
/// One without a prelude is a body of bytes on a Function URL, and none on a REST API.
///
/// Source: Lambda developer guide, "response streaming"; API Gateway developer guide, "stream the
/// integration response"; a missing `statusCode` was recorded to mean 200.
pub fn interpret_stream<'a>(front_end: &FrontEnd, payload: &'a [u8]) -> Result<Reply<'a>, Malformed> {
    match split(payload) {
        Some((prelude, body)) => streamed(front_end, prelude, body),
        None if matches!(front_end, FrontEnd::RestApi { .. }) => Err(Malformed::NoPrelude),
        None => Ok(Reply {
            status: 200,
            headers: vec![Header::new("Content-Type", "application/octet-stream")],
            body: Cow::Borrowed(payload),
        }),
    }
}

/// Whether enough of a stream is `collected` to tell where its prelude ends, or that it has none;
/// then [`interpret_stream`] reads it, and what follows is body.
pub fn prelude_is_known(collected: &[u8]) -> bool {
    let begins_one = collected.is_empty() || collected.starts_with(b"{");
    !begins_one || split(collected).is_some() || collected.len() >= PRELUDE_LIMIT + SEPARATOR.len()
}

/// Whether a prelude begins it.
pub(super) fn has_prelude(payload: &[u8]) -> bool {
    split(payload).is_some()
}

/// Prelude and body; `None` if there is no separator where a prelude would end.
fn split(payload: &[u8]) -> Option<(&[u8], &[u8])> {
    if !payload.starts_with(b"{") {
        return None;
    }
    let head = &payload[..payload.len().min(PRELUDE_LIMIT + SEPARATOR.len())];
    let at = head.windows(SEPARATOR.len()).position(|window| window == SEPARATOR)?;
    Some((&payload[..at], &payload[at + SEPARATOR.len()..]))
}

const SEPARATOR: [u8; 8] = [0; 8];

/// A prelude ends within the first 16 KB.
const PRELUDE_LIMIT: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(payload: &[u8], expected: &str) {
        let found = match interpret_stream(&FrontEnd::FunctionUrl, payload) {
            Err(malformed) => format!("{malformed:?}"),
            Ok(reply) => {
                let lines: Vec<_> =
                    reply.headers.iter().map(|header| format!("{}: {}", header.name, header.value)).collect();
                format!("{} [{}] {}", reply.status, lines.join(", "), String::from_utf8_lossy(&reply.body))
            }
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn preludes() {
        check(
            b"{\"statusCode\":201,\"headers\":{\"a\":\"b\"},\"cookies\":[\"c=d\"]}\0\0\0\0\0\0\0\0body\0",
            "201 [Set-Cookie: c=d, a: b, Content-Type: application/octet-stream] body\0",
        );
        check(b"{}\0\0\0\0\0\0\0\0", "200 [Content-Type: application/octet-stream] ");
        check(b"plain", "200 [Content-Type: application/octet-stream] plain");
        check(b"{\"a\":1}", "200 [Content-Type: application/octet-stream] {\"a\":1}");
        check(b"{x}\0\0\0\0\0\0\0\0", "NotAnObject");
        let rest = FrontEnd::RestApi { binary_media_types: Vec::new() };
        assert_eq!(interpret_stream(&rest, b"plain"), Err(Malformed::NoPrelude));
        assert!(prelude_is_known(b"plain") && prelude_is_known(b"{}\0\0\0\0\0\0\0\0"));
        assert!(!prelude_is_known(b"") && !prelude_is_known(b"{}\0\0\0\0\0\0\0"));
        assert!(prelude_is_known(&vec![b'{'; PRELUDE_LIMIT + 8]));
        check(b"", "200 [Content-Type: application/octet-stream] ");
    }
}
