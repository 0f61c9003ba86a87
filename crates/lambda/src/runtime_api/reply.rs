//! The Runtime API's answers, byte for byte as Lambda's agent gives them (facts, lambda 1).

use std::fmt::Write as _;

use crate::PAYLOAD_LIMIT;
use crate::phase::Refused;

/// Everything of an event's delivery but the event itself.
pub(crate) struct EventHead<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) deadline_millis: u64,
    pub(crate) function_arn: &'a str,
    pub(crate) trace: &'a str,
    pub(crate) client_context: Option<&'a str>,
    pub(crate) event_bytes: usize,
}

impl EventHead<'_> {
    /// The head of `next`'s answer, the empty line included.
    pub(crate) fn text(&self) -> String {
        let mut text = String::with_capacity(512);
        text.push_str("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n");
        let mut header = |name: &str, value: &dyn std::fmt::Display| {
            let _ = write!(text, "{name}: {value}\r\n");
        };
        header("Lambda-Runtime-Aws-Request-Id", &self.request_id);
        header("Lambda-Runtime-Deadline-Ms", &self.deadline_millis);
        header("Lambda-Runtime-Invoked-Function-Arn", &self.function_arn);
        header("Lambda-Runtime-Trace-Id", &self.trace);
        if let Some(context) = self.client_context {
            // A line break would end the header; JSON has none that means anything.
            header("Lambda-Runtime-Client-Context", &context.replace(['\r', '\n'], " "));
        }
        header("Content-Length", &self.event_bytes);
        text.push_str("\r\n");
        text
    }
}

/// 202, as after every answer that was taken.
pub(crate) fn accepted() -> Vec<u8> {
    whole("202 Accepted", "application/json", "{\"status\":\"OK\"}\n", Connection::Kept)
}

/// 200 with this text.
pub(crate) fn ok(content_type: &str, body: &str) -> Vec<u8> {
    whole("200 OK", content_type, body, Connection::Kept)
}

/// 200 with this JSON and one header more.
pub(crate) fn ok_with(header: &str, value: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{header}: {value}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

pub(crate) fn unknown_path() -> Vec<u8> {
    whole("404 Not Found", "text/plain; charset=utf-8", "404 page not found\n", Connection::Kept)
}

pub(crate) fn wrong_method() -> Vec<u8> {
    whole("405 Method Not Allowed", "text/plain; charset=utf-8", "", Connection::Kept)
}

pub(crate) fn invalid_request_id() -> Vec<u8> {
    refusal("400 Bad Request", "InvalidRequestID", "Invalid request ID", Connection::Kept)
}

pub(crate) fn invalid_transition(refused: Refused) -> Vec<u8> {
    let message = format!(
        "State transition from {} to {} failed for runtime. Error: State transition is not allowed",
        refused.from, refused.to
    );
    refusal("403 Forbidden", "InvalidStateTransition", &message, Connection::Kept)
}

pub(crate) fn invalid_response_mode() -> Vec<u8> {
    refusal(
        "400 Bad Request",
        "InvalidFunctionResponseMode",
        "Invalid function response mode",
        Connection::Kept,
    )
}

pub(crate) fn too_large() -> Vec<u8> {
    let message = format!("Exceeded maximum allowed payload size ({PAYLOAD_LIMIT} bytes).");
    refusal("413 Request Entity Too Large", "RequestEntityTooLarge", &message, Connection::Kept)
}

/// The framing is broken: what follows on this connection can't be told apart.
pub(crate) fn truncated() -> Vec<u8> {
    refusal(
        "400 Bad Request",
        "TruncatedHTTPRequest",
        "HTTP request detected as truncated",
        Connection::Closed,
    )
}

/// Somebody from another environment, or from none.
pub(crate) fn not_yours() -> Vec<u8> {
    refusal(
        "403 Forbidden",
        "Davy.ForeignProcess",
        "this Runtime API answers only the processes of its own execution environment",
        Connection::Closed,
    )
}

/// 403 of the Extensions API.
pub(crate) fn extension_refusal(error_type: &str, message: &str) -> Vec<u8> {
    refusal("403 Forbidden", error_type, message, Connection::Kept)
}

/// 202: there is no telemetry to subscribe to.
pub(crate) fn telemetry_not_supported() -> Vec<u8> {
    refusal("202 Accepted", "Telemetry.NotSupported", "Telemetry API is not supported", Connection::Kept)
}

#[derive(Clone, Copy)]
enum Connection {
    Kept,
    Closed,
}

fn refusal(status: &str, error_type: &str, message: &str, connection: Connection) -> Vec<u8> {
    let body = format!("{{\"errorMessage\":\"{message}\",\"errorType\":\"{error_type}\"}}\n");
    whole(status, "application/json", &body, connection)
}

fn whole(status: &str, content_type: &str, body: &str, connection: Connection) -> Vec<u8> {
    let close = match connection {
        Connection::Kept => "",
        Connection::Closed => "Connection: close\r\n",
    };
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n{close}\r\n{body}",
        body.len()
    )
    .into_bytes()
}
