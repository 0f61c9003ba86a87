//! Paths: what an event has, back into what the viewer's request line had.

use std::borrow::Cow;

use super::request::Sender;

/// The encoded path without its stage; it begins with a slash.
pub(super) fn target<'a>(path: &'a str, sender: Sender, stage: Option<&str>) -> Cow<'a, str> {
    let path = match (sender, stage) {
        (Sender::HttpApi1 | Sender::HttpApi2, Some(stage)) => without_stage(path, stage),
        _ => path,
    };
    let path = match path {
        "" => "/",
        path => path,
    };
    let encoded = match sender {
        // Only HTTP APIs in format 2.0 decode the path; nothing tells which escapes were there.
        Sender::HttpApi2 => encode(path, is_path_byte),
        // The others pass on what the viewer sent. Only what can't have been in a request line is
        // encoded, so that nothing ends the line early.
        _ => encode(path, |byte| byte.is_ascii_graphic()),
    };
    if encoded.starts_with('/') { encoded } else { Cow::Owned(format!("/{encoded}")) }
}

/// A named stage is the first segment of an HTTP API's path, kept there in front of the route's part.
fn without_stage<'a>(path: &'a str, stage: &str) -> &'a str {
    match path.strip_prefix('/').and_then(|rest| rest.strip_prefix(stage)) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
        _ => path,
    }
}

/// Percent-encodes every byte that isn't `plain`.
pub(super) fn encode(text: &str, plain: impl Fn(u8) -> bool) -> Cow<'_, str> {
    let Some(first) = text.bytes().position(|byte| !plain(byte)) else { return Cow::Borrowed(text) };
    let mut encoded = String::with_capacity(text.len() + 12);
    encoded.push_str(&text[..first]);
    for byte in text.bytes().skip(first) {
        if plain(byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(HEXADECIMAL[usize::from(byte >> 4)]));
            encoded.push(char::from(HEXADECIMAL[usize::from(byte & 15)]));
        }
    }
    Cow::Owned(encoded)
}

/// RFC 3986, 3.3: `pchar` and the slash; `%`, `?` and `#` aren't among them.
const fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/' | b':' | b'@')
        || matches!(byte, b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=')
}

const HEXADECIMAL: &[u8; 16] = b"0123456789ABCDEF";
