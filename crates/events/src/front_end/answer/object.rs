//! The JSON of an answer, taken apart no further than is asked: fields keep their text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Malformed, Tolerance};

/// What a function returned.
pub(super) enum Returned<'a> {
    Object(Object<'a>),
    /// A JSON string, its text.
    Text(Cow<'a, str>),
    /// Any other JSON: an array, a number, a boolean, null.
    Json(&'a str),
    NotJson(&'a [u8]),
}

/// A JSON object: its fields in order, and the text of the whole.
pub(super) struct Object<'a> {
    fields: Vec<(Cow<'a, str>, &'a RawValue)>,
    pub(super) text: &'a str,
}

impl<'a> Returned<'a> {
    pub(super) fn read(payload: &'a [u8]) -> Self {
        let Ok(text) = std::str::from_utf8(payload) else { return Self::NotJson(payload) };
        let read = match text.trim_start().as_bytes().first() {
            Some(b'{') => Object::read(text).map(Self::Object),
            Some(b'"') => string(text).map(Self::Text),
            _ => serde_json::from_str::<&RawValue>(text).ok().map(|_| Self::Json(text)),
        };
        read.unwrap_or(Self::NotJson(payload))
    }
}

impl<'a> Object<'a> {
    /// The object that `text` is.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        serde_json::from_str::<Fields<'a>>(text).ok().map(|Fields(fields)| Self { fields, text })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The field's JSON text; the last one if the name is there twice, and nothing if it is null.
    pub(super) fn field(&self, name: &str) -> Option<&'a str> {
        let (_, value) = self.fields.iter().rfind(|(known, _)| known == name)?;
        Some(value.get()).filter(|text| *text != "null")
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.field(name).is_some()
    }

    /// Every field: name and JSON text.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.fields.iter().map(|(name, value)| (name.as_ref(), value.get()))
    }

    /// The object in the field `name`; `expected` says what should be there.
    pub(super) fn object(&self, name: &str, expected: &'static str) -> Result<Option<Self>, Malformed> {
        match self.field(name) {
            None => Ok(None),
            Some(text) => Self::read(text).map(Some).ok_or(Malformed::FieldType(expected)),
        }
    }

    /// Refuses fields that are not among `names`.
    pub(super) fn only(&self, names: &[&str]) -> Result<(), Malformed> {
        match self.fields.iter().find(|(name, _)| !names.contains(&name.as_ref())) {
            Some((name, _)) => Err(Malformed::UnknownField(name.clone().into_owned())),
            None => Ok(()),
        }
    }

    /// `statusCode`: a whole number, or such a number as text where that is accepted.
    pub(super) fn status(&self, as_text: Tolerance) -> Result<u16, Malformed> {
        let found = self.field("statusCode").ok_or(Malformed::NoStatus)?;
        let digits = match string(found) {
            Some(text) if as_text == Tolerance::Accepted => text,
            Some(_) => return Err(Malformed::Status(found.to_owned())),
            None => Cow::Borrowed(found),
        };
        match digits.parse() {
            // 1xx are no answers: HTTP sends another one after them.
            Ok(status @ 200..=599) => Ok(status),
            _ => Err(Malformed::Status(found.chars().take(40).collect())),
        }
    }
}

/// The text of a JSON string; `None` if `json` is something else.
pub(super) fn string(json: &str) -> Option<Cow<'_, str>> {
    serde_json::from_str::<Text<'_>>(json).ok().map(|Text(text)| text)
}

/// Valid JSON without the white space between its tokens.
pub(super) fn compact(json: &str) -> Cow<'_, [u8]> {
    let mut inside = false;
    let mut escaped = false;
    let kept = json.bytes().filter(|byte| {
        if inside {
            inside = escaped || *byte != b'"';
            escaped = !escaped && *byte == b'\\';
            return true;
        }
        inside = *byte == b'"';
        !matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
    });
    Cow::Owned(kept.collect())
}

struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some((Text(name), value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
            fields.push((name, value));
        }
        Ok(Fields(fields))
    }
}
