//! One trace: where its time went, its waterfall, its log.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use telemetry::render::duration;
use telemetry::{LogLine, TraceSummary, annotation, request_ids};
use trace::{Outcome, Span, TraceId};

use super::{Unreadable, View, empty, hints, link, problem, requests, shell, waterfall};
use crate::console::Console;

pub(crate) async fn page(
    State(console): State<Console>,
    Path(id): Path<String>,
) -> Result<Response, Unreadable> {
    let Ok(id) = id.parse::<TraceId>() else {
        return Ok((StatusCode::NOT_FOUND, unknown(&console, &id)).into_response());
    };
    let (summary, spans, lines) = console
        .read(move |reader| {
            let spans = reader.trace(id)?;
            let lines = reader.logs_of(&spans)?;
            Ok((reader.summary(id)?, spans, lines))
        })
        .await?;
    let Some(summary) = summary else {
        return Ok((StatusCode::NOT_FOUND, unknown(&console, &id.to_string())).into_response());
    };
    let title = title(&summary);
    let content = html! {
        p.crumbs { a href="/" { "Requests" } " / trace " code { (id) } }
        div.title { h1 { (title) } }
        (facts(&summary))
        @if let Some(text) = failure(&summary, &spans, &lines) {
            (problem(&text, hints::hint(&text)))
        }
        section aria-labelledby="time" {
            h2 #time { "Where the time went" }
            (waterfall::own_shares(&spans))
            (waterfall::waterfall(&spans))
        }
        section aria-labelledby="log" {
            h2 #log { "Log of this request" }
            @if lines.is_empty() {
                p.muted { "Nothing was logged." }
            } @else {
                pre.log { @for line in &lines { (super::logs::line(line)) } }
            }
        }
        p.actions {
            @if let Some(function) = function(&summary, &spans) {
                a.button href=(link("/invoke", &[("function", &function), ("trace", &id.to_string())])) { "Invoke again…" }
            }
            a href={"/traces/" (id) "/xray.json"} { "X-Ray JSON" }
            a href={"/traces/" (id) "/otlp.json"} { "OpenTelemetry JSON" }
        }
    };
    Ok(shell(&console, View::Requests, &title, &content).into_response())
}

/// The trace in a form that other tools take.
pub(crate) async fn document(
    State(console): State<Console>,
    Path((id, format)): Path<(String, String)>,
) -> Result<Response, Unreadable> {
    let form = match format.as_str() {
        "xray.json" => |spans: &[Span]| trace::segment_documents(spans).into(),
        "otlp.json" => trace::export_request,
        _ => return Ok(super::not_found().await),
    };
    let Ok(id) = id.parse::<TraceId>() else { return Ok(super::not_found().await) };
    let spans = console.read(move |reader| reader.trace(id)).await?;
    let text = format!("{:#}", form(&spans));
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// What went wrong, in the words of whoever was nearest to it: the deepest hop that says so, else
/// the log.
pub(crate) fn failure(summary: &TraceSummary, spans: &[Span], lines: &[LogLine]) -> Option<String> {
    if summary.outcome == Outcome::Ok {
        return None;
    }
    let said = telemetry::tree(spans)
        .into_iter()
        .filter(|(_, span)| span.outcome != Outcome::Ok)
        .filter_map(|(depth, span)| Some((depth, error_of(span)?)))
        .max_by_key(|(depth, _)| *depth)
        .map(|(_, text)| text.to_owned());
    let logged = || {
        let worst = lines.iter().find(|line| super::logs::severity(line) == "fault")?;
        Some(worst.said().to_owned())
    };
    let status = || {
        let status = summary.request.as_ref()?.status;
        (status >= 500 || status == 429).then(|| format!("Answered {status}"))
    };
    said.or_else(logged).or_else(status)
}

fn error_of(span: &Span) -> Option<&str> {
    span.annotations.iter().find(|(key, _)| key == annotation::ERROR).map(|(_, text)| text.as_str())
}

pub(crate) fn title(summary: &TraceSummary) -> String {
    match (&summary.request, &summary.root) {
        (Some(request), _) => format!("{} {}", request.method, request.path),
        (None, Some((hop, name))) => format!("{} {name}", hop.name()),
        (None, None) => "A trace under way".to_owned(),
    }
}

fn facts(summary: &TraceSummary) -> Markup {
    html! {
        dl.facts {
            @if let Some(request) = &summary.request {
                div { dt { "Status" } dd { (super::status(request.status)) } }
            }
            div { dt { "Duration" } dd { (duration(summary.duration)) } }
            div { dt { "Began" } dd { (super::time(summary.start)) } }
            @if let Some(request) = &summary.request {
                div { dt { "Entrance" } dd { (request.entrance) } }
                @if let Some(cache) = &request.cache {
                    div { dt { "Cache" } dd {
                        (requests::cached(cache))
                        @if let Some(fresh) = cache.fresh_for { " holds for " (duration(fresh)) }
                    } }
                }
            }
            @if let Some(placement) = &summary.placement {
                div { dt { "Function" } dd { (placement.function) } }
                div { dt { "Environment" } dd { code { (short(&placement.environment)) } " " (requests::start(placement)) } }
            }
        }
    }
}

/// What differs between the names of environments: of a log stream's name,
/// `2026/11/24/[$LATEST]<32 hex digits>`, the digits' beginning.
pub(crate) fn short(name: &str) -> &str {
    let digits = name.rsplit_once(']').map_or(name, |(_, digits)| digits);
    digits.get(..digits.floor_char_boundary(12)).unwrap_or(digits)
}

fn function(summary: &TraceSummary, spans: &[Span]) -> Option<String> {
    let placed = summary.placement.as_ref().map(|placement| placement.function.clone());
    let lambda = spans.iter().find(|span| span.hop == trace::Hop::Lambda);
    placed
        .or_else(|| lambda.map(|span| span.name.clone()))
        .filter(|_| !request_ids(spans).is_empty() || lambda.is_some())
}

fn unknown(console: &Console, id: &str) -> Markup {
    let content = empty(
        &format!("There is no trace {id}"),
        &html! {
            "It may be too old, left out of the sample, or still under way: it is stored when it has ended. "
            a href="/" { "All requests" }
        },
    );
    shell(console, View::Requests, "Unknown trace", &content)
}
