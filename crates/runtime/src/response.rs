//! PHP's response into the answer.

use events::function::{Answer, Binary, Encoded, Field, Names, Sender, TooLarge, encode};
use fastcgi::Head;

use crate::event::Caller;
use crate::exchange::Exchange;
use crate::file::Ready;
use crate::gzip;
use crate::settings::Settings;

/// The answer for a response that is complete.
pub(crate) fn answer(
    exchange: &mut Exchange,
    caller: Caller,
    settings: &Settings,
) -> Result<Encoded, TooLarge> {
    let body_start = exchange.finish();
    let (head, body) = exchange.stdout.split_at(body_start);
    let head = Head::parse(head);
    encoded(head.status.unwrap_or(200), &fields(&head), body, caller, settings)
}

/// The answer for a response that no script made.
pub(crate) fn answer_ready(ready: &Ready, caller: Caller, settings: &Settings) -> Result<Encoded, TooLarge> {
    encoded(ready.status, &ready_fields(ready), &ready.body, caller, settings)
}

/// The fields of a head, as answers take them.
pub(crate) fn fields<'a>(head: &Head<'a>) -> Vec<Field<'a>> {
    head.fields.iter().map(|field| Field { name: field.name, value: field.value }).collect()
}

/// The same of a response that no script made.
pub(crate) fn ready_fields(ready: &Ready) -> Vec<Field<'_>> {
    ready
        .fields
        .iter()
        .map(|(name, value)| Field { name: name.as_bytes(), value: value.as_bytes() })
        .collect()
}

fn encoded(
    status: u16,
    fields: &[Field<'_>],
    body: &[u8],
    caller: Caller,
    settings: &Settings,
) -> Result<Encoded, TooLarge> {
    let (binary, names) = match settings.compatible_with_bref {
        true if settings.always_binary => (Binary::Always, Names::Capitalised),
        true => (Binary::Needed, Names::Capitalised),
        false => (Binary::Detected, Names::AsSent),
    };
    let answer = Answer { status, fields, body };
    let too_large = match encode(&answer, caller.form, binary, names) {
        Ok(encoded) => return Ok(encoded),
        Err(too_large) => too_large,
    };
    let is = |field: &Field<'_>, name: &[u8]| field.name.eq_ignore_ascii_case(name);
    let compressible = caller.accepts_gzip
        // A REST API would deliver the base64 itself.
        && caller.form.sender != Sender::RestApi
        && !fields.iter().any(|field| is(field, b"content-encoding"));
    if !compressible {
        return Err(too_large);
    }
    let body = gzip::compressed(body);
    let mut fields: Vec<Field<'_>> =
        fields.iter().filter(|field| !is(field, b"content-length")).copied().collect();
    fields.push(Field { name: b"Content-Encoding", value: b"gzip" });
    fields.push(Field { name: b"Vary", value: b"Accept-Encoding" });
    let answer = Answer { status, fields: &fields, body: &body };
    encode(&answer, caller.form, Binary::Always, names).map_err(|_| too_large)
}

#[cfg(test)]
mod tests;
