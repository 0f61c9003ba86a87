//! Events that hold no HTTP request: what they are, told without showing what is in them.

use std::fmt;

use serde_json::{Map, Value};

/// An event that this runtime can't run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotHttp {
    /// Not even JSON.
    NotJson,
    /// JSON, but no object: the name of its type.
    NotAnObject(&'static str),
    /// An HTTP event with a field of the wrong shape: the parser's words, which name no values.
    Malformed(String),
    /// Another kind of event, or none that is known.
    Other {
        /// `an SQS event`; `None` if it looks like nothing known.
        kind: Option<&'static str>,
        /// The top-level keys, at most twelve.
        keys: Vec<String>,
    },
}

impl fmt::Display for NotHttp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(
            "This runtime runs HTTP events (HTTP API 1.0 and 2.0, REST API, load balancer, Function URL) \
             and {\"warmer\": true}. It was given ",
        )?;
        match self {
            Self::NotJson => out.write_str("something that is not UTF-8 JSON")?,
            Self::Malformed(problem) => write!(out, "an HTTP event that is malformed: {problem}")?,
            Self::NotAnObject(kind) | Self::Other { kind: Some(kind), .. } => out.write_str(kind)?,
            Self::Other { kind: None, keys } if keys.is_empty() => out.write_str("an empty object")?,
            Self::Other { kind: None, keys } => write!(out, "an object with the keys {}", keys.join(", "))?,
        }
        out.write_str(
            ". Connect the function to an HTTP source, or give this event source a function of its own.",
        )
    }
}

impl std::error::Error for NotHttp {}

/// What `text` is, which couldn't be read as an HTTP event because of `error`.
pub(super) fn name(text: &str, error: &serde_json::Error) -> NotHttp {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(object)) if method(&object).is_none() => other(&object),
        Ok(Value::Object(_)) => NotHttp::Malformed(error.to_string()),
        Ok(value) => NotHttp::NotAnObject(type_name(&value)),
        Err(_) => NotHttp::NotJson,
    }
}

/// What `text` is, an object that names no HTTP method.
pub(super) fn without_method(text: &str) -> NotHttp {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(object)) => other(&object),
        _ => NotHttp::NotJson,
    }
}

fn other(object: &Map<String, Value>) -> NotHttp {
    let keys = object.keys().take(KEYS_MAX).cloned().collect();
    NotHttp::Other { kind: kind(object), keys }
}

fn kind(object: &Map<String, Value>) -> Option<&'static str> {
    let context = object.get("requestContext");
    if context.is_some_and(|context| context.get("connectionId").is_some()) {
        return Some("a WebSocket event");
    }
    if context.is_some_and(|context| context.get("http").is_some()) {
        return Some("an HTTP event without a method");
    }
    if let Some(record) = object.get("Records").and_then(|records| records.get(0)) {
        let source = record.get("eventSource").or_else(|| record.get("EventSource")).and_then(Value::as_str);
        return match source {
            Some("aws:sqs") => Some("an SQS event"),
            Some("aws:s3") => Some("an S3 event"),
            Some("aws:sns") => Some("an SNS event"),
            Some("aws:kinesis") => Some("a Kinesis event"),
            Some("aws:dynamodb") => Some("a DynamoDB event"),
            _ if record.get("cf").is_some() => Some("a Lambda@Edge event"),
            _ => Some("an event with records of an unknown source"),
        };
    }
    if object.contains_key("detail-type") {
        return Some(match object.get("source").and_then(Value::as_str) {
            Some("aws.events" | "aws.scheduler") => "a schedule's event",
            _ => "an EventBridge event",
        });
    }
    object.contains_key("warmer").then_some("a warmer event whose `warmer` is not `true`")
}

fn method(object: &Map<String, Value>) -> Option<&Value> {
    object.get("httpMethod").or_else(|| object.get("requestContext")?.get("http")?.get("method"))
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

const KEYS_MAX: usize = 12;
