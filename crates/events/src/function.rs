//! The function's side of an event: the event becomes the HTTP request that PHP is to answer, and
//! PHP's response becomes the answer in the form that the event's sender reads.

mod answer;
mod body;
mod json;
mod path;
mod query;
mod request;
mod unsupported;
mod wire;

pub use answer::{Answer, Binary, Encoded, Field, Names, TooLarge, encode, prelude};
pub use body::{PAYLOAD_MAX, is_binary_type};
pub use request::{Context, Event, Form, Header, Maps, Parameter, Query, Request, Sender, Values, read};
pub use unsupported::NotHttp;

/// Reads arbitrary bytes as an event and asks everything of it that can be asked; then answers it.
///
/// # Panics
/// If an answer isn't JSON or a path isn't one: that is what it looks for.
pub fn fuzz_event(data: &[u8]) {
    let Ok(Event::Http(request)) = read(data) else { return };
    let path = request.target_path();
    assert!(path.starts_with('/'), "a target path begins with a slash: {path}");
    assert!(!request.query_string().contains(['\r', '\n', ' ']) || matches!(request.query, Query::Raw(_)));
    let fields = [Field { name: b"Content-Type", value: request.method.as_bytes() }];
    let answer = Answer { status: 200, fields: &fields, body: &request.body };
    let encoded = encode(&answer, request.form, Binary::Detected, Names::AsSent);
    if let Ok(encoded) = encoded {
        let value: serde_json::Value = serde_json::from_slice(&encoded.json).expect("an answer is JSON");
        assert_eq!(value["statusCode"], 200);
    }
}

#[cfg(test)]
mod tests;
