//! The requests as they come: filters, the last hour at a glance, a line each.

use std::time::Duration;

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use telemetry::render::{bytes, duration};
use telemetry::{
    CacheRecord, Order, Placement, RequestRecord, Start, Statistics, StatusFilter, Subject, TraceFilter,
    TraceSummary,
};
use trace::{Outcome, Timestamp, TraceId};

use super::{Unreadable, View, chart, empty, grouped, link, percent, share, shell, time};
use crate::console::Console;

/// The filter as the form's fields.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Fields {
    pub(crate) path: String,
    pub(crate) status: String,
    pub(crate) function: String,
    pub(crate) cache: String,
    /// Minutes.
    pub(crate) since: String,
    /// Milliseconds.
    pub(crate) slower: String,
    pub(crate) cold: String,
    pub(crate) order: String,
    pub(crate) before: String,
}

impl Fields {
    /// The filter, and what could not be understood of it.
    pub(crate) fn filter(&self, now: Timestamp) -> (TraceFilter, Option<String>) {
        let mut misread = None;
        let status = match self.status.trim() {
            "" | "failed" => None,
            text => text
                .parse::<StatusFilter>()
                .map_err(|error| misread = Some(format!("Status: {error}, found “{text}”")))
                .ok(),
        };
        let minutes = self.since.parse::<u64>().ok();
        let longer_than = given(&self.slower).and_then(|text| {
            let millis = text.parse::<u64>().ok();
            if millis.is_none() {
                misread = Some(format!("Slower than: expected milliseconds like 250, found “{text}”"));
            }
            millis.map(Duration::from_millis)
        });
        let filter = TraceFilter {
            path: given(&self.path),
            status,
            failed: self.status.trim() == "failed",
            function: given(&self.function),
            cache: given(&self.cache),
            cold: (!self.cold.is_empty()).then_some(true),
            longer_than,
            since: minutes.map(|minutes| before(now, Duration::from_secs(minutes * 60))),
            before: self.before.parse().ok(),
            order: if self.order == "slowest" { Order::Slowest } else { Order::Newest },
            ..TraceFilter::default()
        };
        (filter, misread)
    }

    fn is_set(&self) -> bool {
        let fields = [&self.path, &self.status, &self.function, &self.cache, &self.since, &self.slower];
        fields.iter().any(|field| !field.is_empty()) || !self.cold.is_empty() || !self.order.is_empty()
    }

    /// The same filter, further back.
    fn older(&self, before: &str) -> String {
        link(
            "/",
            &[
                ("path", &self.path),
                ("status", &self.status),
                ("function", &self.function),
                ("cache", &self.cache),
                ("since", &self.since),
                ("slower", &self.slower),
                ("cold", &self.cold),
                ("before", before),
            ],
        )
    }
}

pub(crate) async fn page(
    State(console): State<Console>,
    Query(fields): Query<Fields>,
) -> Result<Markup, Unreadable> {
    let now = console.shared.telemetry.clock().now();
    let (filter, misread) = fields.filter(now);
    let hour = before(now, Duration::from_hours(1));
    let (summaries, minutes) =
        console.read(move |reader| Ok((reader.traces(&filter)?, reader.minutes(hour)?))).await?;
    let functions = console.shared.stack.functions();
    let names: Vec<&str> = functions.iter().map(|function| function.name.as_str()).collect();
    let live = fields.before.is_empty() && fields.order.is_empty() && misread.is_none();
    let content = html! {
        div.title {
            h1 { "Requests" }
            @if live { button.live type="button" data-pause aria-pressed="true" { "Live" } }
        }
        (glance(&minutes, now))
        (form(&fields, &names))
        @if let Some(misread) = &misread { (super::problem(misread, None)) }
        @if summaries.is_empty() {
            (nothing(&fields, &console))
        }
        div.scroll hidden[summaries.is_empty() && !live] {
            table.requests {
                thead { tr {
                    th scope="col" { "Time" }
                    th scope="col" { "Request" }
                    th scope="col" { "Status" }
                    th.number scope="col" { "Duration" }
                    th scope="col" { span.hidden { "Duration as a bar" } }
                    th scope="col" { "Cache" }
                    th scope="col" { "Start" }
                    th.number scope="col" { "Size" }
                } }
                tbody data-feed=[live.then_some("requests")] {
                    @for summary in &summaries { (row(&Row::from(summary))) }
                }
            }
        }
        @if summaries.len() == 100 && fields.order.is_empty() {
            @let oldest = summaries[99].position.to_string();
            p { a.button href=(fields.older(&oldest)) { "Older" } }
        }
    };
    Ok(shell(&console, View::Requests, "Requests", &content))
}

/// One line of the list, from what is stored or from what has just happened.
pub(crate) struct Row<'a> {
    at: Timestamp,
    trace: TraceId,
    duration: Duration,
    outcome: Outcome,
    status: Option<u16>,
    method: &'a str,
    path: String,
    bytes: Option<u64>,
    cache: Option<&'a CacheRecord>,
    placement: Option<&'a Placement>,
}

impl<'a> From<&'a TraceSummary> for Row<'a> {
    fn from(summary: &'a TraceSummary) -> Self {
        let request = summary.request.as_ref();
        let path = match (request, &summary.root) {
            (Some(request), _) => request.path.clone(),
            (None, Some((hop, name))) => format!("{} {name}", hop.name()),
            (None, None) => "under way".to_owned(),
        };
        Self {
            at: summary.start,
            trace: summary.trace,
            duration: summary.duration,
            outcome: summary.outcome,
            status: request.map(|request| request.status),
            method: request.map_or("", |request| request.method.as_str()),
            path,
            bytes: request.map(|request| request.bytes),
            cache: request.and_then(|request| request.cache.as_ref()),
            placement: summary.placement.as_ref(),
        }
    }
}

impl<'a> From<&'a RequestRecord> for Row<'a> {
    fn from(request: &'a RequestRecord) -> Self {
        Self {
            at: request.at,
            trace: request.trace,
            duration: request.duration,
            outcome: Outcome::of_status(request.status),
            status: Some(request.status),
            method: &request.method,
            path: request.path.clone(),
            bytes: Some(request.bytes),
            cache: request.cache.as_ref(),
            placement: request.placement.as_ref(),
        }
    }
}

/// A line. Its bar's length is the root of its duration, full at a second, so that 10 ms can be
/// seen and 300 ms stands out.
pub(crate) fn row(row: &Row<'_>) -> Markup {
    let share = row.duration.as_secs_f64().sqrt();
    html! {
        tr {
            td.muted { (time(row.at)) }
            th.path scope="row" {
                a href={"/traces/" (row.trace)} {
                    @if !row.method.is_empty() { span.method { (row.method) } " " }
                    (row.path)
                }
            }
            td {
                @match row.status {
                    Some(code) => { (super::status(code)) }
                    None => { span class={"pill " (row.outcome.name())} { (row.outcome.name()) } }
                }
            }
            td.number { (duration(row.duration)) }
            td.bar {
                svg width="100%" height="8" aria-hidden="true" {
                    rect class=(row.outcome.name()) x="0" y="0" rx="2" height="8"
                        width={(percent(share).max(1)) "%"} {}
                }
            }
            td { @if let Some(cache) = row.cache { (cached(cache)) } }
            td { @if let Some(placement) = row.placement { (start(placement)) } }
            td.number.muted { @if let Some(size) = row.bytes { (bytes(size)) } }
        }
    }
}

pub(crate) fn cached(cache: &CacheRecord) -> Markup {
    let fresh = cache.fresh_for.map(|fresh| format!("holds for {}", duration(fresh)));
    html! { span class={"cache " (cache.result.to_ascii_lowercase())} title=[fresh] { (cache.result) } }
}

pub(crate) fn start(placement: &Placement) -> Markup {
    match placement.start {
        Start::Cold { initialization } => html! {
            span.pill.cold title={"initialisation took " (duration(initialization))} { "cold" }
        },
        Start::Warm => html! { span.muted { "warm" } },
    }
}

/// The last hour: numbers, and a bar per minute.
fn glance(minutes: &[(Timestamp, Statistics)], now: Timestamp) -> Markup {
    let entrances = || minutes.iter().filter(|(_, one)| one.subject == Subject::Entrance);
    let mut bars = [chart::Bar::default(); 60];
    let first = now.seconds() / 60 - 59;
    for (minute, one) in entrances() {
        let place = usize::try_from((minute.seconds() / 60).saturating_sub(first)).unwrap_or(usize::MAX);
        if let Some(bar) = bars.get_mut(place) {
            bar.good += one.count - one.failures();
            bar.errors += one.errors + one.throttles;
            bar.faults += one.faults;
        }
    }
    let sum = entrances().map(|(_, one)| one).cloned().reduce(|mut sum, one| {
        sum.merge(&one);
        sum
    });
    let Some(sum) = sum else { return html! {} };
    html! {
        section.glance aria-label="The last hour" {
            dl {
                div { dt { "Requests" } dd { (grouped(sum.count)) } }
                div { dt { "4xx" } dd { (percent(share(sum.errors + sum.throttles, sum.count))) " %" } }
                div { dt { "5xx" } dd class=[(sum.faults > 0).then_some("bad")] { (percent(share(sum.faults, sum.count))) " %" } }
                div { dt { "Median" } dd { (duration(sum.percentile(0.5))) } }
                div { dt { "99 % within" } dd { (duration(sum.percentile(0.99))) } }
            }
            (chart::minutes(&bars))
        }
    }
}

fn form(fields: &Fields, functions: &[&str]) -> Markup {
    html! {
        form.filter method="get" action="/" role="search" aria-label="Filter requests" {
            label.wide { span { "Path contains" } input type="search" name="path" value=(fields.path) placeholder="/blog"; }
            label { span { "Status" }
                input name="status" value=(fields.status) list="statuses" placeholder="any" size="6" autocomplete="off"; }
            datalist #statuses { option value="failed"; option value="5xx"; option value="4xx"; option value="200"; option value="404"; }
            (choice("function", "Function", &fields.function, &functions.iter().map(|name| (*name, *name)).collect::<Vec<_>>()))
            (choice("since", "Time", &fields.since, &[("5", "last 5 min"), ("60", "last hour"), ("1440", "last day")]))
            (choice("cache", "Cache", &fields.cache, &[("Hit", "Hit"), ("Miss", "Miss"), ("RefreshHit", "RefreshHit"), ("Error", "Error")]))
            label { span { "Slower than" } span.unit { input name="slower" value=(fields.slower) inputmode="numeric" size="4" placeholder="0"; " ms" } }
            (choice("order", "Order", &fields.order, &[("slowest", "slowest first")]))
            label.check { input type="checkbox" name="cold" value="1" checked[!fields.cold.is_empty()]; " Cold" }
            button type="submit" { "Filter" }
            @if fields.is_set() { a href="/" { "Clear" } }
        }
    }
}

/// A selection whose first choice is none.
pub(crate) fn choice(name: &str, label: &str, chosen: &str, choices: &[(&str, &str)]) -> Markup {
    let any = if name == "order" { "newest first" } else { "any" };
    html! {
        label { span { (label) }
            select name=(name) {
                option value="" { (any) }
                @for (value, text) in choices { option value=(value) selected[*value == chosen] { (text) } }
            }
        }
    }
}

fn nothing(fields: &Fields, console: &Console) -> Markup {
    if fields.is_set() {
        return empty("No request is like that", &html! { "Ask for less, or " a href="/" { "see all" } "." });
    }
    let overview = console.shared.stack.overview();
    let site = overview.endpoints.first();
    empty(
        "No request yet",
        &html! {
            "Open " @if let Some(site) = site { a href=(site.url) rel="noreferrer" { (site.url) } } @else { "the site" }
            " and watch it arrive here."
        },
    )
}

pub(crate) fn given(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

pub(crate) fn before(now: Timestamp, duration: Duration) -> Timestamp {
    let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    Timestamp::from_micros(now.micros().saturating_sub(micros))
}
