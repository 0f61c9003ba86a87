//! Spans into an OTLP/HTTP JSON export request.
//!
//! Trace ids keep their 32 hex digits, so the same trace is found by the same id in X-Ray and
//! in any OpenTelemetry backend.
//!
//! Source: OpenTelemetry protocol 1.x, `ExportTraceServiceRequest`, JSON encoding: ids in hex,
//! 64-bit numbers as strings.

use serde_json::{Value, json};

use crate::{Hop, Outcome, Span};

/// The body of a `POST /v1/traces`; spans of one hop and name share a resource.
pub fn export_request(spans: &[Span]) -> Value {
    let mut resources: Vec<(Hop, &str, Vec<Value>)> = Vec::new();
    for span in spans {
        match resources.iter_mut().find(|(hop, name, _)| *hop == span.hop && *name == span.name) {
            Some((_, _, members)) => members.push(otlp_span(span)),
            None => resources.push((span.hop, &span.name, vec![otlp_span(span)])),
        }
    }
    let resource_spans: Vec<Value> = resources
        .into_iter()
        .map(|(hop, name, members)| {
            json!({
                "resource": {"attributes": [attribute("service.name", name), attribute("davy.hop", hop.name())]},
                "scopeSpans": [{"scope": {"name": "davy"}, "spans": members}],
            })
        })
        .collect();
    json!({ "resourceSpans": resource_spans })
}

fn otlp_span(span: &Span) -> Value {
    let attributes: Vec<Value> = span.annotations.iter().map(|(key, value)| attribute(key, value)).collect();
    let mut fields = json!({
        "traceId": span.trace.hexadecimal(),
        "spanId": span.id.to_string(),
        "name": format!("{} {}", span.hop.name(), span.name),
        "kind": kind(span.hop),
        "startTimeUnixNano": nanoseconds(span.start.micros()),
        "endTimeUnixNano": nanoseconds(span.end.micros()),
        "attributes": attributes,
        "status": {"code": status(span.outcome)},
    });
    if let Some(parent) = span.parent {
        fields["parentSpanId"] = parent.to_string().into();
    }
    fields
}

fn attribute(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

fn nanoseconds(micros: u64) -> String {
    (u128::from(micros) * 1_000).to_string()
}

/// `SPAN_KIND_SERVER` for what answers a request, `SPAN_KIND_INTERNAL` for what is inside.
const fn kind(hop: Hop) -> u8 {
    match hop {
        Hop::Edge | Hop::Bucket | Hop::Gateway | Hop::Lambda => 2,
        Hop::Initialization | Hop::Invocation | Hop::Php => 1,
    }
}

/// `STATUS_CODE_UNSET` or `STATUS_CODE_ERROR`. A caller's fault is none of the server's, as the
/// semantic conventions for HTTP have it.
const fn status(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Ok | Outcome::Error => 0,
        Outcome::Fault | Outcome::Throttle => 2,
    }
}

#[cfg(test)]
mod tests;
