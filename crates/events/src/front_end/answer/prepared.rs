//! A response while it is put together out of an answer's fields.

use std::borrow::Cow;

use super::object::{self, Object};
use super::{Fate, Header, Malformed, Reply, bytes};

/// A response in the making.
pub(super) struct Prepared<'a> {
    status: u16,
    headers: Vec<Header>,
    body: Cow<'a, [u8]>,
}

/// What may stand in `body`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bodies {
    /// A string; base64 if `isBase64Encoded` says so.
    Strings,
    /// A string, sent as it is whatever `isBase64Encoded` says.
    Undecoded,
    /// A string, or other JSON, which is sent as its text.
    AnyJson,
}

impl<'a> Prepared<'a> {
    pub(super) fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Cow::Borrowed(&[]) }
    }

    /// Takes `headers`.
    pub(super) fn single_values(&mut self, object: &Object<'_>) -> Result<(), Malformed> {
        let Some(headers) = object.object("headers", "`headers` to be an object of strings")? else {
            return Ok(());
        };
        for (name, value) in headers.fields() {
            self.line(name, value, "every value in `headers` to be a string")?;
        }
        Ok(())
    }

    /// Takes `multiValueHeaders`.
    pub(super) fn multiple_values(&mut self, object: &Object<'_>) -> Result<(), Malformed> {
        let expected = "every value in `multiValueHeaders` to be a list of strings";
        let Some(headers) = object.object("multiValueHeaders", expected)? else { return Ok(()) };
        for (name, values) in headers.fields().filter(|(_, values)| *values != "null") {
            for value in list(values).ok_or(Malformed::FieldType(expected))? {
                self.line(name, value, expected)?;
            }
        }
        Ok(())
    }

    /// Takes `cookies`.
    pub(super) fn cookies(&mut self, object: &Object<'_>, first: bool) -> Result<(), Malformed> {
        let expected = "`cookies` to be a list of strings";
        let Some(cookies) = object.field("cookies") else { return Ok(()) };
        let headers = std::mem::take(&mut self.headers);
        for cookie in list(cookies).ok_or(Malformed::FieldType(expected))? {
            self.line("Set-Cookie", cookie, expected)?;
        }
        let at = if first { self.headers.len() } else { 0 };
        self.headers.splice(at..at, headers);
        Ok(())
    }

    /// Takes `body` and `isBase64Encoded`.
    pub(super) fn body(&mut self, object: &Object<'a>, accepted: Bodies) -> Result<(), Malformed> {
        let Some(found) = object.field("body") else { return Ok(()) };
        let Some(text) = object::string(found) else {
            if accepted != Bodies::AnyJson {
                return Err(Malformed::FieldType("`body` to be a string"));
            }
            self.body = object::compact(found);
            return Ok(());
        };
        let encoded = object.field("isBase64Encoded") == Some("true") && accepted != Bodies::Undecoded;
        self.body = if encoded {
            let decoded = base64_simd::STANDARD.decode_to_vec(text.as_bytes());
            Cow::Owned(decoded.map_err(|_| Malformed::Base64)?)
        } else {
            bytes(text)
        };
        Ok(())
    }

    /// Gives every name the spelling in which it came first.
    pub(super) fn unify_spelling(&mut self) {
        for at in 1..self.headers.len() {
            let (before, rest) = self.headers.split_at_mut(at);
            let later = &mut rest[0].name;
            if let Some(first) = before.iter().find(|header| header.name.eq_ignore_ascii_case(later)) {
                later.clone_from(&first.name);
            }
        }
    }

    /// Takes out, or renames, the lines that are not the function's to write.
    pub(super) fn keep_for_the_front_end(&mut self, fate: impl Fn(&str) -> Fate) {
        self.headers.retain_mut(|header| match fate(&header.name) {
            Fate::Sent => true,
            Fate::Dropped => false,
            Fate::Renamed => {
                header.name.insert_str(0, "x-amzn-Remapped-");
                true
            }
        });
    }

    /// The response; `default_type` is its type if the function named none and it may have a body.
    pub(super) fn reply(self, default_type: &str) -> Reply<'a> {
        let Self { status, headers, body } = self;
        let mut reply = Reply { status, headers, body };
        if !default_type.is_empty() && !matches!(status, 204 | 304) && !reply.has("content-type") {
            reply.headers.push(Header::new("Content-Type", default_type));
        }
        reply
    }

    /// One line: text, or a number or boolean in its JSON spelling; a null is none.
    fn line(&mut self, name: &str, json: &str, expected: &'static str) -> Result<(), Malformed> {
        if json == "null" {
            return Ok(());
        }
        let value = match object::string(json) {
            Some(text) => text,
            None if json.starts_with(['{', '[']) => return Err(Malformed::FieldType(expected)),
            None => Cow::Borrowed(json),
        };
        if !is_token(name) || value.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
            return Err(Malformed::HeaderLine(name.chars().take(80).collect()));
        }
        // A response has one type; the last one named counts.
        if name.eq_ignore_ascii_case("content-type") {
            self.headers.retain(|header| !header.name.eq_ignore_ascii_case(name));
        }
        self.headers.push(Header { name: name.to_owned(), value: value.into_owned() });
        Ok(())
    }
}

/// The items of a JSON list, as JSON texts.
fn list(json: &str) -> Option<Vec<&str>> {
    let items: Vec<&serde_json::value::RawValue> = serde_json::from_str(json).ok()?;
    Some(items.into_iter().map(serde_json::value::RawValue::get).collect())
}

/// RFC 9110, 5.6.2.
fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
