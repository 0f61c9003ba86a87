//! The log: the lines of one request together.

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use telemetry::{LogFilter, LogLine, LogSource};

use super::requests::{choice, given};
use super::{Unreadable, View, empty, link, shell, time};
use crate::console::Console;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Fields {
    function: String,
    text: String,
    request: String,
    source: String,
    before: String,
    /// Leads from an invocation to its trace.
    trace_of: String,
}

impl Fields {
    fn filter(&self) -> LogFilter {
        LogFilter {
            function: given(&self.function),
            requests: given(&self.request).into_iter().collect(),
            text: given(&self.text),
            source: match self.source.as_str() {
                "function" => Some(LogSource::Function),
                "platform" => Some(LogSource::Platform),
                _ => None,
            },
            before: self.before.parse().ok(),
            limit: LINES,
            ..LogFilter::default()
        }
    }

    /// The same filter, further back.
    fn older(&self, before: &str) -> String {
        let fields = [
            ("function", self.function.as_str()),
            ("text", &self.text),
            ("request", &self.request),
            ("source", &self.source),
            ("before", before),
        ];
        link("/logs", &fields)
    }

    /// Whether a line that has just been written is one of those.
    pub(crate) fn matches(&self, line: &LogLine) -> bool {
        let filter = self.filter();
        filter.function.is_none_or(|function| function == line.function)
            && (filter.requests.is_empty()
                || line.request_id.as_ref().is_some_and(|id| filter.requests.contains(id)))
            && filter
                .text
                .is_none_or(|text| line.text.to_ascii_lowercase().contains(&text.to_ascii_lowercase()))
            && filter.source.is_none_or(|source| source == line.source)
    }
}

pub(crate) async fn page(
    State(console): State<Console>,
    Query(fields): Query<Fields>,
) -> Result<Response, Unreadable> {
    if let Some(request) = given(&fields.trace_of) {
        let trace = console.read(move |reader| reader.trace_of(&request)).await?;
        let target = trace.map_or_else(|| "/traces/unknown".to_owned(), |trace| format!("/traces/{trace}"));
        return Ok(Redirect::to(&target).into_response());
    }
    let filter = fields.filter();
    let page = console.read(move |reader| reader.logs(&filter)).await?;
    let functions = console.shared.stack.functions();
    let names: Vec<(&str, &str)> =
        functions.iter().map(|function| (function.name.as_str(), function.name.as_str())).collect();
    let live = fields.before.is_empty();
    let content = html! {
        div.title {
            h1 { "Logs" }
            @if live { button.live type="button" data-pause aria-pressed="true" { "Live" } }
        }
        form.filter method="get" action="/logs" role="search" aria-label="Filter log lines" {
            label.wide { span { "Text contains" } input type="search" name="text" value=(fields.text) placeholder="PHP Warning"; }
            (choice("function", "Function", &fields.function, &names))
            (choice("source", "Written by", &fields.source, &[("function", "the function"), ("platform", "Lambda")]))
            label { span { "Request id" } input name="request" value=(fields.request) autocomplete="off"; }
            button type="submit" { "Filter" }
            @if !(fields.text.is_empty() && fields.function.is_empty() && fields.source.is_empty() && fields.request.is_empty()) {
                a href="/logs" { "Clear" }
            }
        }
        @if page.lines.is_empty() {
            (empty("No line is like that", &html! { "What PHP writes to its error log appears here: error_log('hello');" }))
        }
        div.logs data-feed=[live.then_some("logs")] {
            @for group in groups(&page.lines).iter().rev() {
                (head(group[0], &html! { @for one in group { (line(one)) } }))
            }
        }
        @if page.lines.len() == LINES && let Some(first) = page.first {
            p { a.button href=(fields.older(&first.to_string())) { "Older" } }
        }
    };
    Ok(shell(&console, View::Logs, "Logs", &content).into_response())
}

/// Lines by their request, in the order in which requests began to speak; the page shows the
/// newest first. Lines of none stay between those that they came between.
fn groups(lines: &[LogLine]) -> Vec<Vec<&LogLine>> {
    let mut groups: Vec<Vec<&LogLine>> = Vec::new();
    for one in lines {
        let same = |group: &&mut Vec<&LogLine>| group[0].request_id == one.request_id;
        let open = match one.request_id {
            Some(_) => groups.iter_mut().rev().find(same),
            None => groups.last_mut().filter(|group| group[0].request_id.is_none()),
        };
        match open {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

/// A request's block, named by its first line.
pub(crate) fn head(first: &LogLine, lines: &Markup) -> Markup {
    let request = first.request_id.as_deref();
    html! {
        article data-request=[request] {
            header {
                (time(first.at)) " " strong { (first.function) } " "
                @match request {
                    Some(id) => {
                        code.muted { (id) } " "
                        a href={"/logs?trace_of=" (id)} { "trace" }
                    }
                    None => { span.muted { "between requests" } }
                }
            }
            pre.log { (lines) }
        }
    }
}

pub(crate) fn line(line: &LogLine) -> Markup {
    html! { span class=(severity(line)) { (time(line.at)) " " (line.said().replace('\t', "  ")) "\n" } }
}

/// How a line is shown: PHP names its severities, and Lambda its failures.
pub(crate) fn severity(line: &LogLine) -> &'static str {
    let has = |words: &[&str]| words.iter().any(|word| line.text.contains(word));
    let failed = ["Task timed out", "Runtime exited", "PHP Fatal error", "PHP Parse error", "Uncaught "];
    match line.source {
        _ if has(&failed) => "fault",
        LogSource::Platform => "platform",
        LogSource::Function if has(&["PHP Warning", "PHP Deprecated", "PHP Notice"]) => "error",
        LogSource::Function => "plain",
    }
}

const LINES: usize = 500;
