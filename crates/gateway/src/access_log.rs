//! A stage's access log: `$context.…` variables filled in, one line a request.

use events::front_end::{Context, Reply, common_log_time};
use telemetry::{LogLine, LogSource};

use crate::exchange::Exchange;

/// A format, read once.
#[derive(Debug)]
pub(crate) struct AccessLog {
    pieces: Vec<Piece>,
}

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// What follows `$context.`
    Variable(String),
}

impl AccessLog {
    pub(crate) fn new(format: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = format;
        while let Some(at) = rest.find(PREFIX) {
            let after = &rest[at + PREFIX.len()..];
            let end = after.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.');
            let name = after[..end.unwrap_or(after.len())].trim_end_matches('.');
            if at > 0 {
                pieces.push(Piece::Text(rest[..at].to_owned()));
            }
            pieces.push(Piece::Variable(name.to_owned()));
            rest = &after[name.len()..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Self { pieces }
    }

    /// Writes the line of a request that is about to be answered with `reply`, into a log of the
    /// API's name.
    pub(crate) fn write(&self, exchange: &Exchange<'_>, context: &Context<'_>, reply: &Reply<'_>) {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Variable(name) => text.push_str(&variable(name, exchange, context, reply)),
            }
        }
        let service = exchange.service;
        service.telemetry.record_log(LogLine {
            at: service.clock.now(),
            function: service.name.clone(),
            stream: context.stage.to_owned(),
            request_id: Some(context.request_id.to_owned()),
            text,
            source: LogSource::Platform,
        });
    }
}

/// A variable's value; AWS writes a hyphen for what it does not know.
fn variable(name: &str, exchange: &Exchange<'_>, context: &Context<'_>, reply: &Reply<'_>) -> String {
    let milliseconds = |duration: std::time::Duration| duration.as_millis().to_string();
    match name {
        "accountId" => context.account.to_owned(),
        "apiId" => context.api_id.to_owned(),
        "domainName" => context.domain_name.to_owned(),
        "domainPrefix" => context.domain_name.split('.').next().unwrap_or_default().to_owned(),
        "error.message" | "integrationErrorMessage" | "integration.error" => {
            exchange.error.clone().unwrap_or_else(unknown)
        }
        "extendedRequestId" => context.extended_request_id.to_owned(),
        "httpMethod" => exchange.method().to_owned(),
        "identity.sourceIp" => context.source.address.to_string(),
        "identity.userAgent" => {
            let agent = exchange.parts.headers.get(http::header::USER_AGENT);
            agent.and_then(|agent| agent.to_str().ok()).map_or_else(unknown, str::to_owned)
        }
        "integration.latency" | "integrationLatency" => {
            exchange.integration_latency.map_or_else(unknown, milliseconds)
        }
        "path" => exchange.path().to_owned(),
        "protocol" => "HTTP/1.1".to_owned(),
        "requestId" => context.request_id.to_owned(),
        "requestTime" => common_log_time(context.epoch_milliseconds),
        "requestTimeEpoch" => context.epoch_milliseconds.to_string(),
        "responseLatency" => milliseconds(exchange.service.clock.now().since(exchange.begun)),
        "responseLength" => reply.body.len().to_string(),
        "routeKey" => context.route_key.to_owned(),
        "stage" => context.stage.to_owned(),
        "status" => reply.status.to_string(),
        _ => unknown(),
    }
}

fn unknown() -> String {
    "-".to_owned()
}

const PREFIX: &str = "$context.";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(format: &str, expected: &str) {
        let log = AccessLog::new(format);
        let shown: String = log
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Variable(name) => format!("<{name}>"),
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn formats() {
        check(
            r#"$context.identity.sourceIp [$context.requestTime] "$context.httpMethod""#,
            r#"<identity.sourceIp> [<requestTime>] "<httpMethod>""#,
        );
        check("$context.status.", "<status>.");
        check("$context.", "<>");
        check("no variable", "no variable");
        check("", "");
    }
}
