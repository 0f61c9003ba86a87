//! Queries: as sent where an event has them so, else written anew from its maps.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::path::encode;
use super::request::{Parameter, Query, Sender};
use super::wire::{Entry, Pairs, Wire};

/// Errors: the parser's, for a map that is none. Format 2.0 has the query itself, so its map is not read.
pub(super) fn from_wire<'a>(wire: &mut Wire<'a>, sender: Sender) -> serde_json::Result<Query<'a>> {
    if sender.is_2() {
        return Ok(Query::Raw(wire.raw_query_string.take().map_or(Cow::Borrowed(""), |query| query.0)));
    }
    let read = |map: Option<&'a RawValue>| match map {
        Some(map) => serde_json::from_str::<Option<Pairs<'a>>>(map.get()).map(parameters),
        None => Ok(Vec::new()),
    };
    let multi = read(wire.multi_value_query_string_parameters)?;
    if multi.is_empty() {
        Ok(Query::Single(read(wire.query_string_parameters)?))
    } else {
        Ok(Query::Multi(multi))
    }
}

pub(super) fn written<'a>(query: &'a Query<'_>, sender: Sender) -> Cow<'a, str> {
    let parameters = match query {
        Query::Raw(raw) => return Cow::Borrowed(raw),
        Query::Multi(parameters) | Query::Single(parameters) => parameters,
    };
    let mut written = String::new();
    for parameter in parameters {
        if !written.is_empty() {
            written.push('&');
        }
        let part = |text| match sender {
            // A load balancer's maps hold what the viewer sent, undecoded.
            Sender::LoadBalancer => encode(text, |byte| byte.is_ascii_graphic()),
            _ => encode(text, is_unreserved),
        };
        written.push_str(&part(&parameter.name));
        written.push('=');
        written.push_str(&part(&parameter.value));
    }
    Cow::Owned(written)
}

fn parameters(pairs: Option<Pairs<'_>>) -> Vec<Parameter<'_>> {
    let pairs = pairs.map(|pairs| pairs.0).unwrap_or_default();
    let mut parameters = Vec::with_capacity(pairs.len());
    for (name, value) in pairs {
        match value {
            Entry::None => {}
            Entry::One(value) => parameters.push(Parameter { name, value }),
            Entry::Many(values) => {
                parameters.extend(values.into_iter().map(|value| Parameter { name: name.clone(), value }));
            }
        }
    }
    parameters
}

/// RFC 3986, 2.3.
const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}
