//! `davy up --json`: one line when everything answers, then one a request.

use serde_json::{Map, Value, json};
use stack::Stack;
use telemetry::{RequestRecord, Start};

/// `{"ready":true,"site":"http://…","console":"http://…","endpoints":{"distribution.NAME":"http://…",…}}`
pub(super) fn ready(stack: &Stack, console: Option<&str>) -> String {
    let endpoints: Map<String, Value> =
        stack.endpoints().keys().map(|name| (name.clone(), json!(stack.url(name)))).collect();
    let site = stack.site().and_then(|site| stack.url(&site.to_string()));
    // Written out, because people read the line as well and a JSON map has no order of its own.
    format!(
        r#"{{"ready":true,"site":{},"console":{},"endpoints":{}}}"#,
        json!(site),
        json!(console),
        Value::from(endpoints)
    )
}

/// A request as it was answered; times in milliseconds, lifetimes in seconds.
pub(super) fn request(request: &RequestRecord) -> String {
    let mut line = json!({
        "at": request.at.millis(),
        "trace": request.trace.to_string(),
        "entrance": request.entrance,
        "method": request.method,
        "path": request.path,
        "status": request.status,
        "duration": milliseconds(request.duration),
        "bytes": request.bytes,
    });
    if let Some(cache) = &request.cache {
        line["cache"] = json!({
            "result": cache.result,
            "freshFor": cache.fresh_for.map(|left| left.as_secs()),
        });
    }
    if let Some(placement) = &request.placement {
        line["function"] = json!(placement.function);
        line["environment"] = json!(placement.environment);
        line["initialization"] = match placement.start {
            Start::Cold { initialization } => json!(milliseconds(initialization)),
            Start::Warm => Value::Null,
        };
    }
    line.to_string()
}

fn milliseconds(duration: std::time::Duration) -> f64 {
    // Three digits are microseconds, which is what was measured.
    (duration.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}
