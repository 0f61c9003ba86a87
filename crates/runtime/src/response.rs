//! PHP's response into the answer.

use events::function::{Answer, Binary, Encoded, Field, Form, Names, TooLarge, encode};
use fastcgi::Head;

use crate::exchange::Exchange;
use crate::settings::Settings;

/// The answer for a response that is complete.
pub(crate) fn answer(exchange: &mut Exchange, form: Form, settings: &Settings) -> Result<Encoded, TooLarge> {
    let body_start = exchange.finish();
    let (head, body) = exchange.stdout.split_at(body_start);
    let head = Head::parse(head);
    let fields: Vec<Field<'_>> =
        head.fields.iter().map(|field| Field { name: field.name, value: field.value }).collect();
    let answer = Answer { status: head.status.unwrap_or(200), fields: &fields, body };
    let (binary, names) = match settings.compatible_with_bref {
        true if settings.always_binary => (Binary::Always, Names::Capitalised),
        true => (Binary::Needed, Names::Capitalised),
        false => (Binary::Detected, Names::AsSent),
    };
    encode(&answer, form, binary, names)
}

#[cfg(test)]
mod tests;
