//! What moves: records and environments as server-sent events, gathered a few times a second.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Query, RawQuery, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use maud::html;
use serde::Deserialize;
use telemetry::{LogLine, Record, TraceFilter};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior};

use crate::console::Console;
use crate::view::{environments, logs, requests};

#[derive(Deserialize)]
pub(crate) struct Feed {
    feed: String,
}

/// The stream of one feed: `requests` and `logs` with the page's own filter, or `environments`.
pub(crate) async fn events(
    State(console): State<Console>,
    Query(Feed { feed }): Query<Feed>,
    RawQuery(query): RawQuery,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let query = query.unwrap_or_default();
    let what = match feed.as_str() {
        "logs" => What::Logs(Box::new(fields(&query).unwrap_or_default())),
        "environments" => What::Environments(String::new()),
        _ => {
            let fields: requests::Fields = fields(&query).unwrap_or_default();
            What::Requests(Box::new(fields.filter(console.shared.telemetry.clock().now()).0))
        }
    };
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let closing = console.shared.closing.subscribe();
    let records = console.shared.telemetry.subscribe();
    let follower = Follower { console, what, records, ticks, closing };
    let stream = stream::unfold(follower, async |mut follower| {
        let events = follower.next().await?;
        Some((stream::iter(events.into_iter().map(Ok)), follower))
    });
    Sse::new(futures_util::StreamExt::flatten(stream)).keep_alive(KeepAlive::default())
}

fn fields<T: serde::de::DeserializeOwned>(query: &str) -> Option<T> {
    let uri = format!("/?{query}").parse().ok()?;
    Query::try_from_uri(&uri).ok().map(|Query(fields)| fields)
}

enum What {
    Requests(Box<TraceFilter>),
    Logs(Box<logs::Fields>),
    /// With the picture that was sent last.
    Environments(String),
}

struct Follower {
    console: Console,
    what: What,
    records: Receiver<Record>,
    ticks: Interval,
    closing: watch::Receiver<bool>,
}

impl Follower {
    /// What has happened since the last tick; `None` when the console closes.
    async fn next(&mut self) -> Option<Vec<Event>> {
        tokio::select! {
            _ = self.closing.wait_for(|closing| *closing) => return None,
            _ = self.ticks.tick() => {}
        }
        let mut events = Vec::new();
        let mut rows = Vec::new();
        let mut lines: Vec<std::sync::Arc<LogLine>> = Vec::new();
        let mut more = 0_usize;
        for record in received(&mut self.records) {
            match (&self.what, record) {
                (_, Record::Notice(text)) => events.push(Event::default().event("notice").data(flat(&text))),
                (What::Requests(filter), Record::Request(request)) if filter.matches(&request) => {
                    if rows.len() < ROWS_MAX { rows.push(request) } else { more += 1 }
                }
                (What::Logs(filter), Record::Log(line)) if filter.matches(&line) => {
                    if lines.len() < LINES_MAX { lines.push(line) } else { more += 1 }
                }
                _ => {}
            }
        }
        if !rows.is_empty() {
            let markup = html! {
                @for request in rows.iter().rev() {
                    (requests::row(&requests::Row::from(&**request)))
                }
            };
            events.push(Event::default().event("rows").data(flat(&markup.into_string())));
        }
        for line in &lines {
            events.push(Event::default().event("line").data(in_json(line)));
        }
        if more > 0 {
            let text = format!("{more} more came too fast to show; load the page again to see them");
            events.push(Event::default().event("notice").data(text));
        }
        if let What::Environments(last) = &mut self.what {
            let picture = environments::picture(&self.console).into_string();
            if picture != *last {
                events.push(Event::default().event("picture").data(flat(&picture)));
                *last = picture;
            }
        }
        Some(events)
    }
}

/// What waits in the channel. A follower that fell behind goes on with what is there.
fn received(records: &mut Receiver<Record>) -> impl Iterator<Item = Record> + '_ {
    std::iter::from_fn(|| {
        loop {
            match records.try_recv() {
                Ok(record) => return Some(record),
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return None,
            }
        }
    })
}

/// A line, its request, and the block that it opens if there is none of that request yet.
fn in_json(line: &LogLine) -> String {
    serde_json::json!({
        "request": line.request_id,
        "line": logs::line(line).into_string(),
        "head": logs::head(line, &html! {}).into_string(),
    })
    .to_string()
}

/// A carriage return would end an event's field.
fn flat(text: &str) -> String {
    text.replace('\r', " ")
}

const TICK: Duration = Duration::from_millis(300);

/// Rows of one tick: more a second than anybody reads.
const ROWS_MAX: usize = 30;
const LINES_MAX: usize = 100;
