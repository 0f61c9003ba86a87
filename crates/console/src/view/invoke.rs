//! A function run by hand: with an event of one's own, or with the event of an earlier invocation,
//! edited.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};
use telemetry::render::duration;
use telemetry::{RequestSummary, request_ids};
use trace::TraceId;

use super::{Unreadable, View, hints, pretty, problem, refused, shell};
use crate::console::Console;
use crate::guard::same;
use crate::stack::Invoked;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    function: String,
    trace: String,
}

pub(crate) async fn page(
    State(console): State<Console>,
    Query(asked): Query<Asked>,
) -> Result<Markup, Unreadable> {
    let (event, note) = match asked.trace.parse::<TraceId>() {
        Ok(trace) => earlier(&console, trace).await?,
        Err(_) => (sample(), "An HTTP request as an HTTP API would hand it over."),
    };
    Ok(view(&console, &asked.function, &event, note, None))
}

/// The event of a trace's invocation: the very one, if the stack has kept it.
async fn earlier(console: &Console, trace: TraceId) -> Result<(String, &'static str), Unreadable> {
    let (spans, summary) =
        console.read(move |reader| Ok((reader.trace(trace)?, reader.summary(trace)?))).await?;
    let kept = request_ids(&spans).iter().find_map(|id| console.shared.stack.event(id));
    let request = summary.and_then(|summary| summary.request);
    Ok(match (kept, request) {
        (Some(event), _) => (pretty(&event), "The event that the invocation was given."),
        (None, Some(request)) => (
            like(&request),
            "Made up from the request: its method and path. The invocation's own event is no longer kept.",
        ),
        (None, None) => (sample(), "The invocation's own event is no longer kept."),
    })
}

#[derive(Deserialize)]
pub(crate) struct Run {
    token: String,
    function: String,
    event: String,
}

pub(crate) async fn run(State(console): State<Console>, Form(run): Form<Run>) -> Response {
    if !same(&run.token, &console.shared.guard.form_token) {
        return refused(
            StatusCode::FORBIDDEN,
            "an old form",
            "The stack has been restarted since. Load the page again.",
        );
    }
    let result = match serde_json::from_str::<Value>(&run.event) {
        Err(error) => Err(format!("The event is no JSON: {error}")),
        Ok(event) => console.shared.stack.invoke(&run.function, Bytes::from(event.to_string())).await,
    };
    view(&console, &run.function, &run.event, "", Some(&result)).into_response()
}

fn view(
    console: &Console,
    function: &str,
    event: &str,
    note: &str,
    result: Option<&Result<Invoked, String>>,
) -> Markup {
    let functions = console.shared.stack.functions();
    let content = html! {
        div.title { h1 { "Invoke" } @if !note.is_empty() { p.muted { (note) } } }
        @match result {
            Some(Ok(invoked)) => { (answer(invoked)) }
            Some(Err(text)) => { (problem(text, hints::hint(text))) }
            None => {}
        }
        form.invoke method="post" action="/invoke" {
            input type="hidden" name="token" value=(console.shared.guard.form_token);
            label { span { "Function" } select name="function" {
                @for one in &functions { option value=(one.name) selected[one.name == function] { (one.name) } }
            } }
            label { span { "Event" } textarea name="event" rows="22" spellcheck="false" autocomplete="off" { "\n" (event) } }
            button type="submit" { "Invoke" }
        }
    };
    shell(console, View::Invoke, "Invoke", &content)
}

fn answer(invoked: &Invoked) -> Markup {
    let text = pretty(&invoked.payload);
    html! {
        section.answer aria-label="Answer" {
            p {
                span class={"pill " (if invoked.failed { "fault" } else { "ok" })} { (if invoked.failed { "failed" } else { "answered" }) }
                " in " strong { (duration(invoked.duration)) }
                @if let Some(trace) = invoked.trace { " · " a href={"/traces/" (trace)} { "trace" } }
                " · " code.muted { (invoked.request_id) }
            }
            @if invoked.failed && let Some(hint) = hints::hint(&text) { p.hint { (hint) } }
            pre { (text) }
            @if !invoked.log.is_empty() { details { summary { "Log" } pre.log { (invoked.log) } } }
        }
    }
}

fn sample() -> String {
    like(&RequestSummary {
        entrance: String::new(),
        method: "GET".to_owned(),
        path: "/".to_owned(),
        status: 200,
        bytes: 0,
        cache: None,
    })
}

/// An event of payload format 2.0 for a request of which only the first line is known.
fn like(request: &RequestSummary) -> String {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": "localhost", "accept": "text/html"},
        "requestContext": {
            "http": {
                "method": request.method, "path": path, "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1", "userAgent": "davy console",
            },
            "routeKey": "$default",
            "stage": "$default",
        },
        "isBase64Encoded": false,
    });
    format!("{event:#}")
}
