//! What failed lately, alike failures together, each with what to do about it.

use std::time::Duration;

use axum::extract::State;
use maud::{Markup, html};
use telemetry::{TraceFilter, TraceSummary};

use super::requests::before;
use super::trace::{failure, title};
use super::{Unreadable, View, counted, empty, hints, shell, status, time};
use crate::console::Console;

/// Failures that are alike: the newest of them stands for all.
struct Kind {
    text: String,
    newest: TraceSummary,
    count: u64,
}

pub(crate) async fn page(State(console): State<Console>) -> Result<Markup, Unreadable> {
    let since = before(console.shared.telemetry.clock().now(), Duration::from_hours(24));
    let kinds = console
        .read(move |reader| {
            let filter =
                TraceFilter { failed: true, since: Some(since), limit: 200, ..TraceFilter::default() };
            let mut kinds: Vec<Kind> = Vec::new();
            for summary in reader.traces(&filter)? {
                let spans = reader.trace(summary.trace)?;
                let text =
                    failure(&summary, &spans, &reader.logs_of(&spans)?).unwrap_or_else(|| plain(&summary));
                match kinds.iter_mut().find(|kind| alike(&kind.text, &text)) {
                    Some(kind) => kind.count += 1,
                    None => kinds.push(Kind { text, newest: summary, count: 1 }),
                }
            }
            // What is our fault stands above what is the viewers'.
            kinds.sort_by_key(|kind| std::cmp::Reverse((kind.newest.outcome, kind.count)));
            Ok(kinds)
        })
        .await?;
    let content = html! {
        div.title { h1 { "Errors" } p.muted { "of the last day, alike ones together" } }
        @if kinds.is_empty() {
            (empty("Nothing has failed", &html! { "In the last day every request was answered as it should be." }))
        }
        ol.errors {
            @for kind in &kinds {
                li class=(kind.newest.outcome.name()) {
                    p.text { @if let Some(request) = &kind.newest.request { (status(request.status)) " " } strong { (kind.text) } }
                    @if let Some(hint) = hints::hint(&kind.text) { p.hint { (hint) } }
                    p.muted {
                        (counted(kind.count, "time")) ", last at " (time(kind.newest.start)) ": "
                        a href={"/traces/" (kind.newest.trace)} { (title(&kind.newest)) }
                    }
                }
            }
        }
    };
    Ok(shell(&console, View::Errors, "Errors", &content))
}

fn plain(summary: &TraceSummary) -> String {
    match summary.request.as_ref().map(|request| request.status) {
        Some(404) => "Not found".to_owned(),
        Some(status) => format!("Answered {status}"),
        None => summary.outcome.name().to_owned(),
    }
}

/// Whether two failures differ in numbers and ids only.
fn alike(one: &str, other: &str) -> bool {
    let letters = |text: &str| -> String {
        let words =
            text.split_whitespace().filter(|word| !word.contains(|letter: char| letter.is_ascii_digit()));
        words.collect()
    };
    letters(one) == letters(other)
}
