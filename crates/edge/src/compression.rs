//! Whether an origin's answer is compressed on its way into the cache, and how its head and body change
//! then (E-120 to E-126).

use std::io;

use async_compression::Level;
use async_compression::tokio::bufread::{BrotliEncoder, GzipEncoder};
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use http::header::{ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, VARY};
use http::{HeaderMap, HeaderValue, StatusCode, Version};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, StreamBody};
use tokio_util::io::{ReaderStream, StreamReader};

use crate::forwarding::Encodings;

/// `CloudFront`'s two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Gzip,
    Brotli,
}

/// What the decision looks at besides the answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    /// The behavior's `Compress`.
    pub compress: bool,
    /// The encodings that the behavior allows.
    pub allowed: Encodings,
    pub viewer: &'a HeaderMap,
    pub version: Version,
}

/// The coding that the answer gets, or `None`.
pub(crate) fn wanted(asked: &Asked<'_>, status: StatusCode, headers: &HeaderMap) -> Option<Coding> {
    if !asked.compress || asked.version == Version::HTTP_10 || headers.contains_key(CONTENT_ENCODING) {
        return None;
    }
    if !matches!(status, StatusCode::OK | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) {
        return None;
    }
    let length: u64 = headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()?;
    if !LENGTHS.contains(&length) || !is_compressible(headers.get(CONTENT_TYPE)?) {
        return None;
    }
    let encodings = asked.allowed.accepted(asked.viewer)?;
    // E-120: of both, brotli.
    Some(if encodings.starts_with("br") { Coding::Brotli } else { Coding::Gzip })
}

/// The head of what is compressed: its coding, a weak tag, and a `Vary` (E-125).
pub(crate) fn change_head(coding: Coding, headers: &mut HeaderMap) {
    headers.remove(CONTENT_LENGTH);
    headers.remove(ACCEPT_RANGES);
    headers.insert(
        CONTENT_ENCODING,
        HeaderValue::from_static(match coding {
            Coding::Gzip => "gzip",
            Coding::Brotli => "br",
        }),
    );
    if let Some(tag) = headers.remove(ETAG)
        && let Some(weak) = weakened(&tag)
    {
        headers.insert(ETAG, weak);
    }
    let varies = headers.get_all(VARY).iter().any(|line| {
        line.to_str()
            .is_ok_and(|line| line.split(',').any(|name| name.trim().eq_ignore_ascii_case("accept-encoding")))
    });
    if !varies {
        headers.append(VARY, HeaderValue::from_static("Accept-Encoding"));
    }
}

/// A strong tag made weak, a weak one as it is, nothing for what is no tag.
fn weakened(tag: &HeaderValue) -> Option<HeaderValue> {
    let text = tag.to_str().ok()?;
    let quoted = |text: &str| text.len() >= 2 && text.starts_with('"') && text.ends_with('"');
    match text.strip_prefix("W/") {
        Some(opaque) => quoted(opaque).then(|| tag.clone()),
        None if quoted(text) => HeaderValue::from_str(&format!("W/{text}")).ok(),
        None => None,
    }
}

/// The body, compressed as it comes.
pub(crate) fn compress(
    coding: Coding,
    body: UnsyncBoxBody<Bytes, io::Error>,
) -> UnsyncBoxBody<Bytes, io::Error> {
    let reader = StreamReader::new(body.into_data_stream());
    match coding {
        Coding::Gzip => {
            let encoder = GzipEncoder::with_quality(reader, Level::Precise(GZIP_LEVEL));
            StreamBody::new(ReaderStream::with_capacity(encoder, CHUNK).map_ok(Frame::data)).boxed_unsync()
        }
        Coding::Brotli => {
            let encoder = BrotliEncoder::with_quality(reader, Level::Precise(BROTLI_LEVEL));
            StreamBody::new(ReaderStream::with_capacity(encoder, CHUNK).map_ok(Frame::data)).boxed_unsync()
        }
    }
}

fn is_compressible(kind: &HeaderValue) -> bool {
    let Ok(kind) = kind.to_str() else { return false };
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    TYPES.contains(&kind.as_str())
}

/// E-123.
const LENGTHS: std::ops::RangeInclusive<u64> = 1_000..=10_000_000;
/// Levels at which a core compresses faster than a network carries.
const GZIP_LEVEL: i32 = 6;
const BROTLI_LEVEL: i32 = 5;
const CHUNK: usize = 32 * 1024;

/// CloudFront developer guide, "Serve compressed files", the file types.
const TYPES: [&str; 46] = [
    "application/dash+xml",
    "application/eot",
    "application/font",
    "application/font-sfnt",
    "application/javascript",
    "application/json",
    "application/opentype",
    "application/otf",
    "application/pkcs7-mime",
    "application/protobuf",
    "application/rss+xml",
    "application/truetype",
    "application/ttf",
    "application/vnd.apple.mpegurl",
    "application/vnd.mapbox-vector-tile",
    "application/vnd.ms-fontobject",
    "application/xhtml+xml",
    "application/xml",
    "application/x-font-opentype",
    "application/x-font-truetype",
    "application/x-font-ttf",
    "application/x-httpd-cgi",
    "application/x-javascript",
    "application/x-mpegurl",
    "application/x-opentype",
    "application/x-otf",
    "application/x-perl",
    "application/x-ttf",
    "font/eot",
    "font/opentype",
    "font/otf",
    "font/ttf",
    "image/svg+xml",
    "text/css",
    "text/csv",
    "text/html",
    "text/javascript",
    "text/js",
    "text/plain",
    "text/richtext",
    "text/tab-separated-values",
    "text/xml",
    "text/x-component",
    "text/x-java-source",
    "text/x-script",
    "vnd.apple.mpegurl",
];

#[cfg(test)]
mod tests;
