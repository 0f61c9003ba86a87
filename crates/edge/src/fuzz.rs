//! The body of the fuzz target for a request's way to its decisions.

use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, COOKIE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, RANGE};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::cache_control::Directives;
use crate::conditional::not_modified;
use crate::forwarding::Encodings;
use crate::range::wanted;
use crate::{date, matching};

/// Takes the first line for a path, and each other one for the value of every header that the
/// decisions read: all are decided without a panic.
///
/// # Panics
/// If a normalised path is none.
pub fn fuzz_request(data: &[u8]) {
    let mut lines = data.split(|&byte| byte == b'\n');
    let path = String::from_utf8_lossy(lines.next().unwrap_or_default());
    let normalized = matching::normalized(&path);
    assert!(normalized == path || normalized.starts_with('/'), "{path:?} became {normalized:?}");
    let _ = matching::matches(&path, &normalized);
    for line in lines {
        let Ok(value) = HeaderValue::from_bytes(line) else { continue };
        let mut headers = HeaderMap::new();
        for name in [ACCEPT_ENCODING, CACHE_CONTROL, COOKIE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, RANGE] {
            headers.append(name, value.clone());
        }
        let _ = Directives::of(&headers);
        let _ = Encodings { gzip: true, brotli: true }.accepted(&headers);
        let _ = not_modified(&headers, StatusCode::OK, &headers);
        let _ = date::parse(line);
        let _ = wanted(line, 1_000);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_requests_are_decided_too() {
        for seed in [
            "/a/../%2e%2e//\nbytes=0-,-1\nW/\"\nmax-age=\"\\",
            "%ff%00\n\"\n,=;\nThu, 01 Jan 1970 00:00:00 GM\u{e9}",
            "..\n*",
            "\n\u{e9}\u{e9}\u{e9}, 01 Jan 1970 00:00:00 GMT",
        ] {
            fuzz_request(seed.as_bytes());
        }
    }
}
