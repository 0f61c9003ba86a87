//! An HTTP request read whole, within the limits, in the form that `events` takes.

use std::borrow::Cow;
use std::io;
use std::net::{IpAddr, Ipv4Addr};

use access::Peer;
use bytes::Bytes;
use events::front_end::Source;
use http::header::{CONTENT_LENGTH, COOKIE, HOST};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// Why a body can't be had.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// It is larger than the front end takes.
    TooLarge,
    /// The connection broke.
    Broken(String),
}

/// Reads a body of at most `limit` bytes. One that announces more is not read at all.
pub(crate) async fn body(
    headers: &HeaderMap,
    body: UnsyncBoxBody<Bytes, io::Error>,
    limit: usize,
) -> Result<Bytes, BodyError> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > limit as u64) {
        return Err(BodyError::TooLarge);
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge),
        Err(error) => Err(BodyError::Broken(error.to_string())),
    }
}

/// Bytes of the request line and the header lines, as they stood on the wire.
pub(crate) fn head_bytes(parts: &Parts) -> usize {
    let target = parts.uri.path_and_query().map_or(1, |target| target.as_str().len());
    let line = parts.method.as_str().len() + target + " HTTP/1.1 \r\n".len();
    let lines: usize = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    line + lines
}

/// The request's headers as text, `Host` first if only HTTP/2's `:authority` names it.
pub(crate) fn header_lines(parts: &Parts) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    let mut lines = Vec::with_capacity(parts.headers.len() + 1);
    if !parts.headers.contains_key(HOST)
        && let Some(authority) = parts.uri.authority()
    {
        lines.push((Cow::Borrowed("host"), Cow::Borrowed(authority.as_str())));
    }
    for (name, value) in &parts.headers {
        if name != COOKIE {
            lines.push((Cow::Borrowed(name.as_str()), text(value)));
        }
    }
    // HTTP/2 may send a line for each cookie; beyond HTTP/2 they are one (RFC 9113, 8.2.3).
    let cookies: Vec<Cow<'_, str>> = parts.headers.get_all(COOKIE).iter().map(text).collect();
    match cookies.len() {
        0 => {}
        1 => lines.extend(cookies.into_iter().map(|cookie| (Cow::Borrowed("cookie"), cookie))),
        _ => lines.push((Cow::Borrowed("cookie"), Cow::Owned(cookies.join("; ")))),
    }
    lines
}

/// The host that the client asked for, without port; in brackets if it is an IPv6 address.
pub(crate) fn host(parts: &Parts) -> Option<&str> {
    let named = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = named.or_else(|| parts.uri.authority().map(http::uri::Authority::as_str))?;
    let port = host.rfind(':').filter(|at| host[at + 1..].bytes().all(|byte| byte.is_ascii_digit()));
    Some(port.map_or(host, |at| &host[..at]))
}

/// The other end of the connection; loopback for a request that no listener received.
pub(crate) fn source(parts: &Parts) -> Source {
    parts.extensions.get::<Peer>().map_or(
        Source { address: IpAddr::V4(Ipv4Addr::LOCALHOST), port: 80, secure: false },
        |peer| Source {
            address: peer.address.ip().to_canonical(),
            port: peer.local_port,
            secure: peer.secure,
        },
    )
}

/// UTF-8, or else each byte as the character of that number, so that none is lost.
fn text(value: &HeaderValue) -> Cow<'_, str> {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(value.as_bytes().iter().map(|byte| char::from(*byte)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(lines: &[(&str, &[u8])]) -> Parts {
        let mut request = http::Request::builder().uri("/a?b=c");
        for (name, value) in lines {
            request = request.header(*name, HeaderValue::from_bytes(value).unwrap());
        }
        request.body(()).unwrap().into_parts().0
    }

    #[track_caller]
    fn check_host(sent: &str, expected: &str) {
        assert_eq!(host(&parts(&[("host", sent.as_bytes())])), Some(expected));
    }

    #[test]
    fn hosts() {
        check_host("a.example", "a.example");
        check_host("localhost:8080", "localhost");
        check_host("127.0.0.1:8080", "127.0.0.1");
        check_host("[::1]:8080", "[::1]");
        check_host("[::1]", "[::1]");
        assert_eq!(host(&parts(&[])), None);
    }

    #[test]
    fn lines_keep_every_byte() {
        let parts = parts(&[
            ("x-latin", b"caf\xe9"),
            ("cookie", b"a=1"),
            ("cookie", b"b=2"),
            ("x-utf", b"caf\xc3\xa9"),
        ]);
        let lines = header_lines(&parts);
        let shown: Vec<_> = lines.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        assert_eq!(shown, ["x-latin: café", "x-utf: café", "cookie: a=1; b=2"]);
    }

    #[test]
    fn size_of_a_head() {
        // GET /a?b=c HTTP/1.1 + x: 1
        assert_eq!(head_bytes(&parts(&[("x", b"1")])), 21 + 6);
    }
}
