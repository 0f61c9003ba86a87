//! The variables that PHP gets with a request: exactly what Bref's FPM runtime gives it, and nothing
//! more, since applications' tests compare the whole of `$_SERVER`.

use std::borrow::Cow;

use events::function::{Parameter, Query, Request, Sender};

use super::{Params, joined};
use crate::event::Invocation;
use crate::settings::Settings;

mod json;
mod query;

/// Everything as FastCGI parameters.
pub(crate) fn write(request: &Request<'_>, invocation: &Invocation, settings: &Settings) -> Vec<u8> {
    let mut params = Params::new();
    let headers = Headers::of(request);
    let query = query_string(request);
    let port = headers.first("x-forwarded-port").map_or("80", leading_integer);
    let host = headers.first("host").unwrap_or("localhost");
    let content_type = headers.first("content-type").filter(|value| !value.is_empty()).unwrap_or(FORM);
    let length = request.body.len().to_string();
    params.add("GATEWAY_INTERFACE", "FastCGI/1.0");
    params.add("REQUEST_METHOD", &request.method);
    if query.is_empty() {
        params.add("REQUEST_URI", &request.path);
    } else {
        params.join("REQUEST_URI", &[&request.path, "?", &query]);
    }
    params.add("SCRIPT_FILENAME", &settings.front_controller_file().to_string_lossy());
    params.add("SERVER_SOFTWARE", "bref");
    params.add("REMOTE_ADDR", "127.0.0.1");
    params.add("REMOTE_PORT", port);
    params.add("SERVER_ADDR", "127.0.0.1");
    params.add("SERVER_NAME", host);
    params.add("SERVER_PROTOCOL", request.context.protocol.as_deref().unwrap_or("HTTP/1.1"));
    params.add("SERVER_PORT", port);
    params.add("PATH_INFO", &request.path);
    params.add("QUERY_STRING", &query);
    params.add("CONTENT_TYPE", content_type);
    params.add("CONTENT_LENGTH", &length);
    params.add("LAMBDA_INVOCATION_CONTEXT", &invocation_context(invocation));
    let context = request.context.json.map_or_else(|| "[]".to_owned(), |json| json::php(json.get()));
    params.add("LAMBDA_REQUEST_CONTEXT", &context);
    headers.write(&mut params);
    if !request.body.is_empty() {
        if headers.first("content-type").is_none() {
            params.add("HTTP_CONTENT_TYPE", FORM);
        }
        if headers.first("content-length").is_none() {
            params.add("HTTP_CONTENT_LENGTH", &length);
        }
    }
    params.bytes
}

/// Headers by their lower-case names; of names that differ in case alone the later one counts.
struct Headers<'a> {
    fields: Vec<(String, &'a events::function::Values<'a>)>,
}

impl<'a> Headers<'a> {
    fn of(request: &'a Request<'_>) -> Self {
        let mut fields: Vec<(String, &events::function::Values<'_>)> =
            Vec::with_capacity(request.headers.len());
        for header in &request.headers {
            let name = header.name.to_lowercase();
            match fields.iter_mut().find(|(known, _)| *known == name) {
                Some((_, values)) => *values = &header.values,
                None => fields.push((name, &header.values)),
            }
        }
        Self { fields }
    }

    fn first(&self, name: &str) -> Option<&'a str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, values)| values.first())
    }

    /// As `HTTP_*`. Bref lets `x_a` overwrite `x-a`, by which a viewer could pretend to be a proxy; here
    /// the dashed name wins. `Proxy` is left out: programs take `HTTP_PROXY` for their own setting.
    fn write(&self, params: &mut Params) {
        for (name, values) in &self.fields {
            let dashed = || name.replace('_', "-");
            let hidden = name.contains('_') && self.fields.iter().any(|(other, _)| *other == dashed());
            if hidden || name == "proxy" {
                continue;
            }
            let variable = format!("HTTP_{}", name.to_uppercase().replace('-', "_"));
            let separator = if name == "cookie" { "; " } else { ", " };
            params.add(&variable, &joined(values, std::iter::empty(), separator));
        }
    }
}

fn query_string(request: &Request<'_>) -> String {
    let pairs = |parameters: &[Parameter<'_>], value: fn(&str) -> Cow<'_, str>| {
        let pairs: Vec<String> = parameters
            .iter()
            .map(|parameter| format!("{}={}", parameter.name, value(&parameter.value)))
            .collect();
        query::normalized(&pairs.join("&"))
    };
    match &request.query {
        Query::Raw(query) => query::normalized(query),
        Query::Multi(parameters) | Query::Single(parameters)
            if request.form.sender == Sender::LoadBalancer =>
        {
            pairs(parameters, |value| value.into())
        }
        Query::Multi(parameters) => pairs(parameters, |value| query::encoded(value.as_bytes()).into()),
        Query::Single(parameters) => {
            let pairs: Vec<String> = parameters
                .iter()
                .map(|parameter| {
                    let (name, value) = (parameter.name.as_bytes(), parameter.value.as_bytes());
                    format!("{}={}", query::encoded(name), query::encoded(value))
                })
                .collect();
            pairs.join("&")
        }
    }
}

fn invocation_context(invocation: &Invocation) -> String {
    let deadline = invocation.deadline.map_or(0, trace::Timestamp::millis);
    let context = serde_json::json!({
        "awsRequestId": invocation.request_id,
        "deadlineMs": deadline,
        "invokedFunctionArn": invocation.function_arn,
        "traceId": invocation.trace_id,
    });
    json::php(&context.to_string())
}

/// PHP's reading of a text as a number: what it begins with, else 0.
fn leading_integer(text: &str) -> &str {
    let text = text.trim_start();
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    if end == 0 { "0" } else { &text[..end] }
}

const FORM: &str = "application/x-www-form-urlencoded";

#[cfg(test)]
mod tests;
