//! A request's body inside an event: as text or as base64, written once, straight into the event.

use serde::Serialize;

use super::request::Request;
use super::switches::{DoubtfulBodies, Switches};

/// How a body stands in the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// No body: the key is missing.
    Absent,
    /// No body: `null`.
    Null,
    /// A JSON string.
    Text,
    /// A JSON string of base64.
    Base64,
}

impl Form {
    /// The value of `isBase64Encoded`.
    pub(super) fn is_base64(self) -> bool {
        self == Self::Base64
    }
}

/// The form that HTTP APIs and Function URLs give a body that is there: text for the few types that
/// are known to come as text, base64 for everything else.
///
/// A body that claims to be text and is no UTF-8 goes as base64 too: a JSON string can't hold it.
pub(super) fn by_type(request: &Request<'_>, switches: &Switches) -> Form {
    let kind = media_type(request.header("content-type").unwrap_or_default());
    let doubtful = match switches.doubtful_bodies {
        DoubtfulBodies::Base64 => request.header("content-encoding").is_some(),
        DoubtfulBodies::Text => false,
    };
    let text = starts_with_ignoring_case(kind, "text/")
        || ["application/json", "application/xml", "application/javascript"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(kind))
        || (switches.doubtful_bodies == DoubtfulBodies::Text && kind.to_ascii_lowercase().ends_with("+json"));
    if text && !doubtful && std::str::from_utf8(request.body).is_ok() { Form::Text } else { Form::Base64 }
}

/// Whether `kind` is among a REST API's `binary` media types: the same type, `type/*`, or `*/*`,
/// which matches everything, a missing type too. `*/type` matches nothing, as recorded.
pub fn matches_media_type(binary: &[String], kind: Option<&str>) -> bool {
    let kind = kind.map(media_type).unwrap_or_default();
    binary.iter().any(|pattern| {
        if pattern == "*/*" {
            return true;
        }
        match pattern.strip_suffix('*').filter(|prefix| prefix.ends_with('/')) {
            Some(prefix) => starts_with_ignoring_case(kind, prefix),
            None => !pattern.starts_with('*') && !kind.is_empty() && pattern.eq_ignore_ascii_case(kind),
        }
    })
}

/// The event's JSON: the fields of `head`, then the body.
pub(super) fn with_body(head: &impl Serialize, body: &[u8], form: Form) -> Vec<u8> {
    let mut json = Vec::with_capacity(HEAD_BYTES + body.len() + body.len() / 3);
    write_json(&mut json, head);
    if form == Form::Absent {
        return json;
    }
    // `head` is an object with fields: `{"…":…}`.
    json.pop();
    json.extend_from_slice(b",\"body\":");
    match form {
        Form::Absent | Form::Null => json.extend_from_slice(b"null"),
        Form::Text => write_json(&mut json, &String::from_utf8_lossy(body)),
        Form::Base64 => {
            json.push(b'"');
            base64_simd::STANDARD.encode_append(body, &mut json);
            json.push(b'"');
        }
    }
    json.push(b'}');
    json
}

/// `text/html` of `text/html; charset=utf-8`.
fn media_type(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn write_json(json: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    serde_json::to_writer(json, value).expect("memory takes every byte, and the maps' keys are text");
}

/// What an event has besides its body, usually.
const HEAD_BYTES: usize = 2_048;
