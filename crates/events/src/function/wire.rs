//! The event's fields as they come, borrowed wherever JSON's escapes allow it.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Every field of every HTTP event that a function needs.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wire<'a> {
    #[serde(borrow, default)]
    pub(super) warmer: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) version: Option<Scalar<'a>>,
    #[serde(borrow, default)]
    pub(super) http_method: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) raw_path: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) path: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) raw_query_string: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) cookies: Option<Vec<Text<'a>>>,
    #[serde(borrow, default)]
    pub(super) headers: Option<Pairs<'a>>,
    #[serde(borrow, default)]
    pub(super) multi_value_headers: Option<Pairs<'a>>,
    #[serde(borrow, default)]
    pub(super) query_string_parameters: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) multi_value_query_string_parameters: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) request_context: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) body: Option<Text<'a>>,
    #[serde(default)]
    pub(super) is_base64_encoded: Option<bool>,
}

/// What a function needs of `requestContext`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireContext<'a> {
    #[serde(borrow, default)]
    pub(super) domain_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) stage: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) protocol: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) http: Option<WireHttp<'a>>,
    #[serde(borrow, default)]
    pub(super) identity: Option<WireIdentity<'a>>,
    #[serde(default)]
    pub(super) elb: Option<IgnoredAny>,
}

/// `requestContext.http` of payload format 2.0.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireHttp<'a> {
    #[serde(borrow, default)]
    pub(super) method: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) protocol: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) source_ip: Option<Text<'a>>,
}

/// `requestContext.identity` of payload format 1.0.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireIdentity<'a> {
    #[serde(borrow, default)]
    pub(super) source_ip: Option<Text<'a>>,
}

/// A string. serde borrows a `Cow` only where it stands by itself, so not inside an `Option`.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// A string, or a number or truth value as PHP would write it.
pub(super) struct Scalar<'a>(pub(super) Cow<'a, str>);

/// A map of names to one value or a list of them, in its order.
pub(super) struct Pairs<'a>(pub(super) Vec<(Cow<'a, str>, Entry<'a>)>);

/// What stands under a name.
pub(super) enum Entry<'a> {
    None,
    One(Cow<'a, str>),
    Many(Vec<Cow<'a, str>>),
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Entry::deserialize(deserializer)? {
            Entry::One(text) => Ok(Self(text)),
            Entry::None | Entry::Many(_) => Err(serde::de::Error::custom("expected one value")),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a map of names to values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::with_capacity(16);
        while let Some((Text(name), value)) = map.next_entry()? {
            pairs.push((name, value));
        }
        Ok(Pairs(pairs))
    }

    /// PHP writes an empty map as a list, and so do tools made with it.
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        match list.next_element::<IgnoredAny>()? {
            None => Ok(Pairs(Vec::new())),
            Some(_) => Err(serde::de::Error::custom("a list where a map belongs")),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Entry<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntryVisitor)
    }
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value or a list of values")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Entry::One(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Entry::One(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(Entry::One(Cow::Borrowed(if truth { "1" } else { "" })))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Entry::One(Cow::Owned(number.to_string())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Entry::One(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Entry::One(Cow::Owned(number.to_string())))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Entry::None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element::<Entry<'de>>()? {
            match value {
                Entry::One(text) => values.push(text),
                Entry::None => {}
                Entry::Many(_) => return Err(serde::de::Error::custom("a list inside a list of values")),
            }
        }
        Ok(Entry::Many(values))
    }
}
