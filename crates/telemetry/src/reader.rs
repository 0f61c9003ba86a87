//! The questions that are asked of the store, by the command line and the console.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use rusqlite::{Connection, Row, params_from_iter};
use trace::{Hop, Outcome, Span, Timestamp, TraceId};

use crate::counters::{Statistics, Subject};
use crate::{CacheRecord, LogLine, LogSource, OpenError, Placement, Start, annotation, store};

mod conditions;
mod filter;
mod map;

pub use filter::{LogFilter, Order, Position, StatusFilter, TraceFilter};
pub use map::{MapEdge, MapNode, ServiceMap};

/// Reads a store, while or after a stack writes it. Calls block for as long as the query takes.
#[derive(Clone)]
pub struct Reader {
    connection: Arc<Mutex<Connection>>,
}

/// One trace in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceSummary {
    /// Where it stands in the store, to page and to follow from.
    pub position: Position,
    /// Its identifier.
    pub trace: TraceId,
    /// When it began.
    pub start: Timestamp,
    /// What the viewer waited for; without a request, from the first span's start to the last's end.
    pub duration: Duration,
    /// What the viewer got; without a request, how the first hop ended.
    pub outcome: Outcome,
    /// The first hop and its name, once that has ended.
    pub root: Option<(Hop, String)>,
    /// The request, if it came in by HTTP.
    pub request: Option<RequestSummary>,
    /// Where the function ran, if one did.
    pub placement: Option<Placement>,
}

/// The request of a [`TraceSummary`].
#[derive(Clone, Debug, PartialEq)]
pub struct RequestSummary {
    /// The endpoint that received it.
    pub entrance: String,
    /// Its method.
    pub method: String,
    /// Its raw path and query string.
    pub path: String,
    /// What was answered.
    pub status: u16,
    /// Bytes of the answer's body.
    pub bytes: u64,
    /// What the cache did.
    pub cache: Option<CacheRecord>,
}

/// Log lines, and where to go on.
#[derive(Clone, Debug)]
pub struct LogPage {
    /// The lines, the oldest first.
    pub lines: Vec<LogLine>,
    /// [`LogFilter::before`] for the page of older lines; `None` if there is no line here.
    pub first: Option<Position>,
    /// [`LogFilter::after`] for what comes next; the filter's own if nothing has come.
    pub last: Option<Position>,
}

/// Why a question has no answer: the store's file is gone, damaged or locked.
#[derive(Debug, thiserror::Error)]
#[error("the store of traces and logs can't be read: {0}")]
pub struct ReadError(#[from] rusqlite::Error);

impl Reader {
    /// Opens the store that a stack has written at `path`, or is writing.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let failed = |reason: String| OpenError { path: path.to_owned(), reason };
        if !path.exists() {
            return Err(failed("it doesn't exist; `davy up` makes it".to_owned()));
        }
        let connection = store::open_read_only(path).map_err(|error| failed(error.to_string()))?;
        Ok(Self::sharing(Arc::new(Mutex::new(connection))))
    }

    pub(crate) fn sharing(connection: Arc<Mutex<Connection>>) -> Self {
        Self { connection }
    }

    /// The traces that `filter` lets through.
    pub fn traces(&self, filter: &TraceFilter) -> Result<Vec<TraceSummary>, ReadError> {
        let mut conditions = filter.conditions();
        let order = match (filter.order, filter.after) {
            (Order::Slowest, _) => "duration DESC, id DESC",
            (Order::Newest, Some(_)) => "id",
            (Order::Newest, None) => "id DESC",
        };
        let limit = conditions.limit(filter.limit);
        let sql = format!("{SELECT_TRACE} {} ORDER BY {order} {limit}", conditions.clause());
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(conditions.values()), read_summary)?;
        let mut summaries: Vec<_> = rows.collect::<Result<_, _>>()?;
        if filter.order == Order::Newest && filter.after.is_some() {
            // Followed, the newest of the page still stands first.
            summaries.reverse();
        }
        Ok(summaries)
    }

    /// One trace in the list's form.
    pub fn summary(&self, trace: TraceId) -> Result<Option<TraceSummary>, ReadError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!("{SELECT_TRACE} WHERE trace = ?1"))?;
        Ok(statement.query_map([trace.to_string()], read_summary)?.next().transpose()?)
    }

    /// The spans of a trace by their start; none if it is unknown or was not kept.
    pub fn trace(&self, trace: TraceId) -> Result<Vec<Span>, ReadError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(SELECT_SPANS)?;
        let rows = statement.query_map([trace.to_string()], |row| read_span(trace, row))?;
        let mut spans: Vec<Span> = rows.collect::<Result<_, _>>()?;
        spans.sort_by_key(|span| (span.start, span.hop));
        Ok(spans)
    }

    /// The trace that was stored last.
    pub fn latest(&self) -> Result<Option<TraceId>, ReadError> {
        let newest = TraceFilter { limit: 1, ..TraceFilter::default() };
        Ok(self.traces(&newest)?.first().map(|summary| summary.trace))
    }

    /// How many traces are stored.
    pub fn count(&self) -> Result<u64, ReadError> {
        let count =
            self.connection().query_row("SELECT count(*) FROM traces", [], |row| row.get::<_, i64>(0));
        Ok(count?.max(0).cast_unsigned())
    }

    /// Log lines. Without a position the latest; with [`LogFilter::after`] those that follow it.
    pub fn logs(&self, filter: &LogFilter) -> Result<LogPage, ReadError> {
        let mut conditions = filter.conditions();
        let order = if filter.after.is_some() { "id" } else { "id DESC" };
        let limit = conditions.limit(filter.limit);
        let sql = format!("{SELECT_LOG} {} ORDER BY {order} {limit}", conditions.clause());
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(conditions.values()), read_line)?;
        let mut lines: Vec<(Position, LogLine)> = rows.collect::<Result<_, _>>()?;
        if filter.after.is_none() {
            lines.reverse();
        }
        let first = lines.first().map(|(position, _)| *position);
        let last = lines.last().map(|(position, _)| *position).or(filter.after);
        Ok(LogPage { lines: lines.into_iter().map(|(_, line)| line).collect(), first, last })
    }

    /// The log lines of one trace: those of the invocations that its spans name.
    pub fn logs_of(&self, spans: &[Span]) -> Result<Vec<LogLine>, ReadError> {
        let requests = request_ids(spans);
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.logs(&LogFilter { requests, limit: 1_000, ..LogFilter::default() })?.lines)
    }

    /// The trace of an invocation. Looks through the spans from the newest on: there is no index
    /// for a question that is asked by a click.
    pub fn trace_of(&self, request_id: &str) -> Result<Option<TraceId>, ReadError> {
        let pair = serde_json::json!([annotation::REQUEST_ID, request_id]).to_string();
        let connection = self.connection();
        let mut statement = connection.prepare_cached(SELECT_TRACE_OF)?;
        Ok(statement.query_map([pair], |row| parsed(row, 0))?.next().transpose()?)
    }

    /// Exact statistics per subject and name, from the minute of `since` on.
    pub fn statistics(&self, since: Timestamp) -> Result<Vec<Statistics>, ReadError> {
        let mut sums: Vec<Statistics> = Vec::new();
        for (_, one) in self.minutes(since)? {
            match sums.iter_mut().find(|sum| sum.subject == one.subject && sum.name == one.name) {
                Some(sum) => sum.merge(&one),
                None => sums.push(one),
            }
        }
        sums.sort_by(|one, other| (one.subject, &one.name).cmp(&(other.subject, &other.name)));
        Ok(sums)
    }

    /// The same minute by minute: the minute's beginning, and a subject's numbers in it.
    pub fn minutes(&self, since: Timestamp) -> Result<Vec<(Timestamp, Statistics)>, ReadError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(SELECT_STATISTICS)?;
        let minute = (since.seconds() / 60).cast_signed();
        let rows = statement.query_map([minute], read_statistics)?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// Keeps everybody else from the store for a while.
    #[cfg(test)]
    pub(crate) fn while_held(&self, work: impl FnOnce()) {
        let _held = self.connection();
        work();
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The invocations that a trace's spans name.
pub fn request_ids(spans: &[Span]) -> Vec<String> {
    let mut ids: Vec<String> = spans
        .iter()
        .flat_map(|span| &span.annotations)
        .filter(|(key, _)| key == annotation::REQUEST_ID)
        .map(|(_, value)| value.clone())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn read_summary(row: &Row<'_>) -> rusqlite::Result<TraceSummary> {
    let root = match (row.get::<_, Option<String>>(5)?, row.get(6)?) {
        (Some(hop), Some(name)) => Hop::from_name(&hop).map(|hop| (hop, name)),
        _ => None,
    };
    let cache = match row.get(12)? {
        Some(result) => Some(CacheRecord { result, fresh_for: optional_duration(row, 13)? }),
        None => None,
    };
    let request = match row.get(7)? {
        Some(entrance) => Some(RequestSummary {
            entrance,
            method: row.get(8)?,
            path: row.get(9)?,
            status: row.get(10)?,
            bytes: row.get::<_, i64>(11)?.cast_unsigned(),
            cache,
        }),
        None => None,
    };
    let start =
        optional_duration(row, 16)?.map_or(Start::Warm, |initialization| Start::Cold { initialization });
    let placement = match (row.get(14)?, row.get(15)?) {
        (Some(function), Some(environment)) => Some(Placement { function, environment, start }),
        _ => None,
    };
    Ok(TraceSummary {
        position: Position(row.get(0)?),
        trace: parsed(row, 1)?,
        start: timestamp(row, 2)?,
        duration: optional_duration(row, 3)?.unwrap_or_default(),
        outcome: Outcome::from_name(&row.get::<_, String>(4)?).unwrap_or(Outcome::Ok),
        root,
        request,
        placement,
    })
}

fn read_span(trace: TraceId, row: &Row<'_>) -> rusqlite::Result<Span> {
    let annotations: Option<String> = row.get(7)?;
    let parent = match row.get::<_, Option<String>>(1)? {
        Some(_) => Some(parsed(row, 1)?),
        None => None,
    };
    Ok(Span {
        trace,
        id: parsed(row, 0)?,
        parent,
        hop: Hop::from_name(&row.get::<_, String>(2)?).ok_or(rusqlite::Error::InvalidQuery)?,
        name: row.get(3)?,
        start: timestamp(row, 4)?,
        end: timestamp(row, 5)?,
        outcome: Outcome::from_name(&row.get::<_, String>(6)?).unwrap_or(Outcome::Ok),
        annotations: annotations.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
    })
}

fn read_line(row: &Row<'_>) -> rusqlite::Result<(Position, LogLine)> {
    let source = row.get::<_, String>(5)?;
    let line = LogLine {
        at: timestamp(row, 1)?,
        function: row.get(2)?,
        stream: row.get(3)?,
        request_id: row.get(4)?,
        text: row.get(6)?,
        source: if source == store::source_name(LogSource::Platform) {
            LogSource::Platform
        } else {
            LogSource::Function
        },
    };
    Ok((Position(row.get(0)?), line))
}

/// `None` for a subject that only another version of Davy knows.
fn read_statistics(row: &Row<'_>) -> rusqlite::Result<Option<(Timestamp, Statistics)>> {
    let Some(subject) = Subject::from_name(&row.get::<_, String>(1)?) else { return Ok(None) };
    let count = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
    let mut one = Statistics::new(subject, row.get(2)?);
    (one.count, one.errors, one.throttles, one.faults) = (count(3)?, count(4)?, count(5)?, count(6)?);
    let durations: String = row.get(7)?;
    let durations: Vec<(u64, u64)> = serde_json::from_str(&durations).unwrap_or_default();
    record_all(&mut one.durations, &durations);
    let minute = Timestamp::from_millis(count(0)?.saturating_mul(60_000));
    Ok(Some((minute, one)))
}

fn record_all(histogram: &mut Histogram<u64>, durations: &[(u64, u64)]) {
    for (micros, count) in durations {
        histogram.saturating_record_n(*micros, *count);
    }
}

fn timestamp(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    row.get::<_, i64>(column).map(|micros| Timestamp::from_micros(micros.cast_unsigned()))
}

fn optional_duration(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Duration>> {
    let micros: Option<i64> = row.get(column)?;
    Ok(micros.map(|micros| Duration::from_micros(micros.max(0).cast_unsigned())))
}

fn parsed<T: std::str::FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    row.get::<_, String>(column)?.parse().map_err(|_| rusqlite::Error::InvalidQuery)
}

const SELECT_TRACE: &str = "
SELECT id, trace, started, duration, outcome, hop, name, entrance, method, path, status, bytes, cache,
       fresh_for, function, environment, initialization FROM traces";

/// A viewer may send one trace id with a million requests; a person reads a thousand spans at most.
const SELECT_SPANS: &str = "
SELECT segment, parent, hop, name, started, ended, outcome, annotations FROM spans WHERE trace = ?1
ORDER BY id LIMIT 1000";

const SELECT_TRACE_OF: &str =
    "SELECT trace FROM spans WHERE instr(annotations, ?1) > 0 ORDER BY id DESC LIMIT 1";

const SELECT_LOG: &str = "SELECT id, at, function, stream, request, source, text FROM logs";

const SELECT_STATISTICS: &str = "
SELECT minute, subject, name, count, errors, throttles, faults, durations FROM statistics
WHERE minute >= ?1 ORDER BY minute";

#[cfg(test)]
mod tests;
