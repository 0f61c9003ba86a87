//! Percent-decoding, and a query string as the maps of an event.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// `%41` to `A`, once. Bytes that make no UTF-8 become U+FFFD, because an event is UTF-8; a `%` that
/// begins no escape stays.
pub fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if let Some(byte) = escape(&bytes[at..]) {
            decoded.push(byte);
            at += 3;
        } else {
            decoded.push(bytes[at]);
            at += 1;
        }
    }
    Cow::Owned(match String::from_utf8(decoded) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

/// The query's values by name, decoded, `+` as a space.
pub(super) fn decoded(query: &str) -> BTreeMap<Cow<'_, str>, Vec<Cow<'_, str>>> {
    grouped(query, |text| {
        if text.contains('+') {
            Cow::Owned(decode(&text.replace('+', " ")).into_owned())
        } else {
            decode(text)
        }
    })
}

/// The query's values by name, as they came.
pub(super) fn raw(query: &str) -> BTreeMap<Cow<'_, str>, Vec<Cow<'_, str>>> {
    grouped(query, Cow::Borrowed)
}

/// A query's map with the values of one name joined by commas.
pub(super) fn joined<'a>(
    values: BTreeMap<Cow<'a, str>, Vec<Cow<'a, str>>>,
) -> BTreeMap<Cow<'a, str>, Cow<'a, str>> {
    values
        .into_iter()
        .map(|(name, mut values)| {
            let value = if values.len() == 1 { values.remove(0) } else { Cow::Owned(values.join(",")) };
            (name, value)
        })
        .collect()
}

/// A map with the last value of each name.
pub(super) fn last<K: Ord + AsRef<str>, V: AsRef<str>>(values: &BTreeMap<K, Vec<V>>) -> BTreeMap<&str, &str> {
    values
        .iter()
        .filter_map(|(name, values)| values.last().map(|value| (name.as_ref(), value.as_ref())))
        .collect()
}

fn grouped<'a>(
    query: &'a str,
    reading: impl Fn(&'a str) -> Cow<'a, str>,
) -> BTreeMap<Cow<'a, str>, Vec<Cow<'a, str>>> {
    let mut values: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        values.entry(reading(name)).or_default().push(reading(value));
    }
    values
}

fn escape(bytes: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = bytes else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
}
