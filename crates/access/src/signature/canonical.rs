//! The forms in which both sides of a signature must agree on a request.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// A query's parameters, decoded, in their order. A name without `=` has an empty value.
pub(super) fn parameters(query: &str) -> impl Iterator<Item = (String, String)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

/// The query with every name and value encoded once, sorted, without `left_out`.
pub(super) fn query(query: &str, left_out: &str) -> String {
    let mut pairs: Vec<(String, String)> = parameters(query)
        .filter(|(name, _)| name != left_out)
        .map(|(name, value)| (encode(&name), encode(&value)))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// The path encoded once: clients escape differently on the wire, but sign this form. Slashes and
/// dots stay as they are, because a key may hold `//` and `..`.
pub(super) fn path(raw: &str) -> String {
    if raw.is_empty() {
        return "/".to_owned();
    }
    percent_encoding::percent_encode(&percent_decode_str(raw).collect::<Vec<u8>>(), PATH).to_string()
}

/// The path as every service but S3 signs it: what is on the wire, encoded once more.
pub(super) fn path_on_the_wire(raw: &str) -> String {
    if raw.is_empty() { "/".to_owned() } else { utf8_percent_encode(raw, PATH).to_string() }
}

/// A header's value: trimmed, inner runs of spaces as one. Clients sign a text's UTF-8 even where
/// they send its Latin-1.
pub(super) fn header_value(value: &[u8]) -> Vec<u8> {
    let latin1 = || value.iter().copied().map(char::from).collect::<String>().into_bytes();
    let value = &if std::str::from_utf8(value).is_ok() { value.to_vec() } else { latin1() };
    let words = value.split(|byte| *byte == b' ' || *byte == b'\t').filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(&b' ')
}

pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

fn decode(text: &str) -> String {
    let text = if text.contains('+') { Cow::Owned(text.replace('+', " ")) } else { Cow::Borrowed(text) };
    percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

/// All but the unreserved characters of RFC 3986, as the S3 API reference's `UriEncode` says.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const PATH: &AsciiSet = &UNRESERVED.remove(b'/');
