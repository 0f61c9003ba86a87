//! Bodies: base64 out of events, and the choice between text and base64 into answers.

use std::borrow::Cow;

use base64_simd::STANDARD;

use super::json;
use super::request::Sender;

/// The longest payload of an invocation, both ways, in bytes (Lambda's own figure: 6 MiB and 100).
pub const PAYLOAD_MAX: usize = 6_291_556;

/// The bytes of a request's body.
pub(super) fn decode(text: Cow<'_, str>, is_base64: bool) -> Cow<'_, [u8]> {
    if is_base64 {
        return Cow::Owned(STANDARD.decode_to_vec(text.as_bytes()).unwrap_or_else(|_| lenient(&text)));
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// How a body stands in the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    Text,
    Base64,
}

/// Appends the body as a JSON string in the spelling that suits it.
pub(super) fn write(out: &mut Vec<u8>, body: &[u8], sender: Sender, binary: bool) -> Spelling {
    let text = if binary { None } else { std::str::from_utf8(body).ok() };
    match text {
        Some(text) if !cheaper_as_base64(text, sender) => {
            json::write_string(out, text);
            Spelling::Text
        }
        _ => {
            out.reserve(STANDARD.encoded_length(body.len()) + 64);
            out.push(b'"');
            STANDARD.encode_append(body, out);
            out.push(b'"');
            Spelling::Base64
        }
    }
}

/// Escaping long text takes nine times as long as encoding it, at a third more bytes. A REST API
/// would deliver the base64 as it is, unless its binary media types say otherwise.
fn cheaper_as_base64(text: &str, sender: Sender) -> bool {
    let ceiling = match sender {
        Sender::RestApi => 0,
        Sender::LoadBalancer => LOAD_BALANCER_TEXT_MAX,
        _ => PAYLOAD_MAX - ENVELOPE_ROOM,
    };
    text.len() >= LARGE_TEXT && STANDARD.encoded_length(text.len()) <= ceiling
}

/// Whether content of this type is never text, whatever its bytes look like.
pub fn is_binary_type(content_type: &[u8]) -> bool {
    let end = content_type.iter().position(|&byte| byte == b';').unwrap_or(content_type.len());
    let media_type = content_type[..end].trim_ascii().to_ascii_lowercase();
    let Some(slash) = media_type.iter().position(|&byte| byte == b'/') else { return false };
    let (family, subtype) = (&media_type[..slash], &media_type[slash + 1..]);
    match family {
        b"image" => !subtype.ends_with(b"+xml"),
        b"audio" | b"video" | b"font" => true,
        b"application" => BINARY_APPLICATIONS.contains(&subtype),
        _ => false,
    }
}

/// PHP's reading of base64: what isn't in the alphabet is passed over.
fn lenient(text: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for digit in text.bytes().filter_map(base64_digit) {
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            decoded.push((bits >> count & 0xff) as u8);
        }
    }
    decoded
}

const fn base64_digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

const BINARY_APPLICATIONS: [&[u8]; 11] = [
    b"octet-stream",
    b"pdf",
    b"zip",
    b"gzip",
    b"x-gzip",
    b"x-tar",
    b"wasm",
    b"msword",
    b"vnd.ms-excel",
    b"vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"vnd.openxmlformats-officedocument.wordprocessingml.document",
];

/// Below this the choice isn't worth the bytes.
const LARGE_TEXT: usize = 64 * 1024;

/// What an answer has around its body, heads over 10 KB being refused by every front end.
const ENVELOPE_ROOM: usize = 16 * 1024;

/// A load balancer takes 1 MB.
const LOAD_BALANCER_TEXT_MAX: usize = 1_000_000;
