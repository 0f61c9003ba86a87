//! One trace as bars over time, as X-Ray draws it: a row per hop, its bar where its time lies.

use std::time::Duration;

use maud::{Markup, html};
use telemetry::render::duration;
use telemetry::{annotation, tree};
use trace::{Hop, Outcome, Span};

use super::percent;
use super::trace::short;

/// The waterfall as a table: hop, duration, bar. Annotations stand under the hop's name.
pub(crate) fn waterfall(spans: &[Span]) -> Markup {
    let Some((start, whole)) = extent(spans) else { return html! {} };
    let place = |time: Duration| thousandths(time, whole);
    let share = Duration::from_micros(u64::try_from(whole.as_micros()).unwrap_or(u64::MAX) / 4);
    html! {
        div.scroll {
            table.waterfall {
                caption.hidden { "The trace's hops, each with its place in time" }
                thead { tr {
                    th scope="col" { "Hop" }
                    th.number scope="col" { "Duration" }
                    th.axis scope="col" {
                        div aria-hidden="true" {
                            @for quarter in 0..5_u32 { span { (duration(share * quarter)) } }
                        }
                    }
                } }
                tbody {
                    @for (depth, span) in tree(spans) {
                        tr class=[(span.outcome != Outcome::Ok).then(|| span.outcome.name())] {
                            th scope="row" class={"depth-" (depth.min(8))} {
                                span class={"dot " (span.hop.name())} aria-hidden="true" {}
                                span.hop { (span.hop.name()) } " " span.name { (span.name) }
                                (notes(span, spans))
                            }
                            td.number { (duration(span.duration())) }
                            td.track {
                                @let from = place(span.start.since(start));
                                @let wide = place(span.duration()).max(2);
                                svg width="100%" height="18" role="img"
                                    aria-label={"from " (duration(span.start.since(start))) " to " (duration(span.end.since(start)))} {
                                    rect class={"bar " (span.hop.name())} x=(tenths(from.min(998))) width=(tenths(wide))
                                        y="2" height="14" rx="2.5" {}
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Where the time went: each hop's own share, that is without what it waited for.
pub(crate) fn own_shares(spans: &[Span]) -> Markup {
    let Some((_, whole)) = extent(spans) else { return html! {} };
    let mut shares: Vec<(&Span, Duration)> = spans.iter().zip(own_times(spans)).collect();
    let Some((slowest, longest)) = shares.iter().max_by_key(|(_, own)| *own).copied() else {
        return html! {};
    };
    let mut from = 0;
    shares.retain(|(_, own)| !own.is_zero());
    let pieces: Vec<_> = shares
        .iter()
        .map(|(span, own)| {
            let wide = thousandths(*own, whole);
            from += wide;
            (span, own, from - wide, wide)
        })
        .collect();
    html! {
        p.verdict {
            "Most of the time, " strong { (duration(longest)) } " (" (percent(longest.as_secs_f64() / whole.as_secs_f64().max(f64::MIN_POSITIVE))) " %), was "
            strong { (what(slowest.hop)) " " (slowest.name) } "."
        }
        svg.shares width="100%" height="14" role="img" aria-label="Each hop's own share of the time" {
            @for (span, own, from, wide) in pieces {
                rect class={"bar " (span.hop.name())} x=(tenths(from)) width=(tenths(wide)) height="14" {
                    title { (span.hop.name()) " " (span.name) ": " (duration(*own)) }
                }
            }
        }
    }
}

/// A hop in a sentence.
pub(crate) const fn what(hop: Hop) -> &'static str {
    match hop {
        Hop::Edge => "the distribution",
        Hop::Bucket => "the bucket",
        Hop::Gateway => "the HTTP API",
        Hop::Lambda => "placing the invocation of",
        Hop::Initialization => "the cold start of",
        Hop::Invocation => "the function",
        Hop::Php => "PHP in",
    }
}

/// The annotations that the hop above doesn't have as well.
fn notes(span: &Span, spans: &[Span]) -> Markup {
    let above = spans.iter().find(|other| Some(other.id) == span.parent && other.id != span.id);
    let said_above = |note: &(String, String)| above.is_some_and(|above| above.annotations.contains(note));
    let own: Vec<_> = span.annotations.iter().filter(|note| !said_above(note)).collect();
    html! {
        @if !own.is_empty() {
            ul.notes {
                @for (key, value) in own {
                    @let value = if key == annotation::ENVIRONMENT { short(value) } else { value };
                    li class=[(key == annotation::ERROR).then_some("bad")] { span { (key) } " " (value) }
                }
            }
        }
    }
}

fn extent(spans: &[Span]) -> Option<(trace::Timestamp, Duration)> {
    let start = spans.iter().map(|span| span.start).min()?;
    let end = spans.iter().map(|span| span.end).max()?;
    Some((start, end.since(start)))
}

/// Each span's duration without the time that its children cover.
pub(crate) fn own_times(spans: &[Span]) -> Vec<Duration> {
    spans
        .iter()
        .map(|span| {
            let mut inner: Vec<_> = spans
                .iter()
                .filter(|child| child.parent == Some(span.id) && child.id != span.id)
                .map(|child| (child.start.max(span.start), child.end.min(span.end)))
                .filter(|(start, end)| start < end)
                .collect();
            inner.sort_unstable();
            let mut covered = Duration::ZERO;
            let mut reached = span.start;
            for (start, end) in inner {
                covered += end.since(start.max(reached));
                reached = reached.max(end);
            }
            span.duration().saturating_sub(covered)
        })
        .collect()
}

fn thousandths(part: Duration, whole: Duration) -> u64 {
    let share = (part.as_micros() * 1_000).checked_div(whole.as_micros()).unwrap_or(1_000);
    u64::try_from(share).unwrap_or(1_000).min(1_000)
}

/// Thousandths as a percentage with a decimal, as SVG takes it.
fn tenths(thousandths: u64) -> String {
    format!("{}.{}%", thousandths / 10, thousandths % 10)
}

#[cfg(test)]
mod tests;
