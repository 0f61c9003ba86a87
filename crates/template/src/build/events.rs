//! What calls a function: routes of APIs, schedules, queues.

use std::time::Duration;

use super::api_settings::{self, Guard};
use super::{Builder, PendingRoute};
use crate::diagnostic::Diagnostic;
use crate::model::{EventSource, Function, InvokeMode, PayloadFormat, RestRoute, Route};
use crate::nearest::nearest;
use crate::schema;
use crate::sections::Resource;
use crate::value::{Member, Value};

impl<'t> Builder<'_, 't> {
    pub(super) fn events(&mut self, resource: Resource<'t>, value: &Value, function: &mut Function) {
        for event in value.member("Events").map_or(&[][..], Value::members) {
            let Some(kind) = event.value.text_at("Type") else { continue };
            let nothing = Value { data: crate::value::Data::Map(Vec::new()), span: event.name_span };
            let details = event.value.member("Properties").unwrap_or(&nothing);
            if details.is_unknown() {
                continue;
            }
            match schema::event_properties(&kind) {
                // Events that nothing fires here have no table.
                Some([]) => {}
                Some(properties) => {
                    schema::check(self.resolver, details, properties, &format!("a {kind} event"));
                }
                None => self.report(unknown_event(&kind, event)),
            }
            match kind.as_str() {
                "HttpApi" => self.http_api_event(resource, event, details, function),
                "Api" => self.rest_api_event(resource, event, details),
                _ => function.events.push(other_event(&kind, event, details)),
            }
        }
    }

    fn http_api_event(
        &mut self,
        resource: Resource<'t>,
        event: &Member,
        details: &Value,
        function: &Function,
    ) {
        let Some(key) = self.route_key(event, details) else { return };
        let timeout = details.integer_at("TimeoutInMillis").unwrap_or(API_TIMEOUT_MILLISECONDS);
        let route = Route {
            key,
            function: resource.logical_id.to_owned(),
            payload_format: match details.text_at("PayloadFormatVersion").as_deref() {
                Some("1.0") => PayloadFormat::Version1,
                _ => PayloadFormat::Version2,
            },
            timeout: Duration::from_millis(timeout),
            guard: None,
            position: self.position(event.name_span),
        };
        if function.timeout > route.timeout && details.member("TimeoutInMillis").is_none() {
            let message = format!(
                "the function may take {} s, but an HTTP API waits {} s at most",
                function.timeout.as_secs(),
                route.timeout.as_secs()
            );
            self.report(
                Diagnostic::warning("timeout", message).at(event.name_span).help(
                    "a viewer is answered 503 after that while the function runs on: write `Timeout: 29`",
                ),
            );
        }
        let api = details.text_at("ApiId");
        self.routes.push(PendingRoute {
            route,
            api,
            guard: Guard::of_event(details),
            throttling: api_settings::of_route(details),
            span: event.name_span,
            function: resource.logical_id.to_owned(),
        });
    }

    /// `ANY /{proxy+}`, or `$default` if neither `Path` nor `Method` is given.
    fn route_key(&self, event: &Member, details: &Value) -> Option<String> {
        let (path, method) = (details.member("Path"), details.member("Method"));
        let (path, method) = match (path, method) {
            (None, None) => return Some("$default".to_owned()),
            (Some(path), Some(method)) => (path, method),
            (Some(_), None) | (None, Some(_)) => {
                let missing = if path.is_none() { "Path" } else { "Method" };
                let message = format!("the event `{}` has no `{missing}`", event.name);
                self.report(Diagnostic::error("missing-property", message).at(event.name_span).help(
                    "give both `Path` and `Method`, or neither: then it takes whatever no other route does",
                ));
                return None;
            }
        };
        let (path, method) = (self.checked_path(path)?, self.checked_method(method)?);
        if path == "$default" {
            return Some(path);
        }
        Some(format!("{method} {path}"))
    }

    fn rest_api_event(&mut self, resource: Resource<'t>, event: &Member, details: &Value) {
        let (Some(path), Some(method)) = (details.member("Path"), details.member("Method")) else { return };
        let (Some(path), Some(method)) = (self.checked_path(path), self.checked_method(method)) else {
            return;
        };
        let route = RestRoute {
            method,
            path,
            function: resource.logical_id.to_owned(),
            guard: None,
            invoke_mode: match details.text_at("ResponseTransferMode").as_deref() {
                Some("STREAM") => InvokeMode::ResponseStream,
                _ => InvokeMode::Buffered,
            },
            position: self.position(event.name_span),
        };
        let api = details.text_at("RestApiId");
        self.rest_routes.push(PendingRoute {
            route,
            api,
            guard: Guard::of_event(details),
            throttling: api_settings::of_route(details),
            span: event.name_span,
            function: resource.logical_id.to_owned(),
        });
    }

    fn checked_path(&self, path: &Value) -> Option<String> {
        let text = path.text()?;
        if text == "$default" {
            return Some(text.to_owned());
        }
        let segments = || text.split('/');
        let greedy = segments().position(|segment| segment.starts_with('{') && segment.ends_with("+}"));
        let reason = if !text.starts_with('/') {
            Some("a path begins with `/`")
        } else if text == "/*" || text.ends_with("/*") {
            Some("a path has no `*`: write `/{proxy+}` for all that is below")
        } else if greedy.is_some_and(|index| index + 1 < segments().count()) {
            Some("`{name+}` takes the rest of the path, so nothing can follow it")
        } else if segments().any(|segment| segment.contains('{') != segment.contains('}')) {
            Some("a variable is written `{name}`")
        } else {
            None
        };
        match reason {
            None => Some(text.to_owned()),
            Some(reason) => {
                let message = format!("`{text}` is no path of a route");
                self.report(Diagnostic::error("bad-path", message).at(path.span).help(reason));
                None
            }
        }
    }

    fn checked_method(&self, method: &Value) -> Option<String> {
        let text = method.text()?;
        let upper = text.to_ascii_uppercase();
        if METHODS.contains(&upper.as_str()) {
            return Some(if upper == "*" { "ANY".to_owned() } else { upper });
        }
        let problem =
            Diagnostic::error("bad-method", format!("`{text}` is no method of a route")).at(method.span);
        self.report(match nearest(&upper, METHODS.iter().copied()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem
                .help("it is one of ANY, GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS; one event for each"),
        });
        None
    }
}

fn unknown_event(kind: &str, event: &Member) -> Diagnostic {
    let place = event.value.member("Type").map_or(event.name_span, |kind| kind.span);
    let problem = Diagnostic::error("unknown-event", format!("`{kind}` is no type of event")).at(place);
    match nearest(kind, schema::event_types()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!("types are {}", schema::event_types().collect::<Vec<_>>().join(", "))),
    }
}

fn other_event(kind: &str, event: &Member, details: &Value) -> EventSource {
    let name = event.name.clone();
    let schedule = details.text_at("Schedule").or_else(|| details.text_at("ScheduleExpression"));
    match (kind, schedule) {
        ("Schedule" | "ScheduleV2", Some(expression)) => EventSource::Schedule {
            name,
            expression,
            input: details.text_at("Input"),
            enabled: details.boolean_at("Enabled").unwrap_or(true)
                && details.text_at("State").as_deref() != Some("DISABLED"),
        },
        ("SQS", _) => EventSource::Queue {
            name,
            queue: details.text_at("Queue").unwrap_or_default(),
            batch_size: details.integer_at("BatchSize").unwrap_or(10),
        },
        _ => EventSource::Other { name, kind: kind.to_owned() },
    }
}

/// An HTTP API's integration waits no longer.
const API_TIMEOUT_MILLISECONDS: u64 = 30_000;

const METHODS: &[&str] = &["ANY", "*", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
