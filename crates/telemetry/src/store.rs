//! The tables, what is put into them, and how the oldest leaves.
//!
//! Users may open the file with `sqlite3`: times are microseconds since 1970, names are words.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};
use trace::{Span, TraceId};

use crate::assemble::Part;
use crate::counters::Statistics;
use crate::{LogLine, LogSource, Start};

/// Opens or creates the store, and makes its tables.
pub(crate) fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A power cut may cost the last moments of a log, and saves a disk's flush per batch.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "journal_size_limit", JOURNAL_BYTES)?;
    create(&connection)?;
    Ok(connection)
}

/// A store in memory.
pub(crate) fn open_in_memory() -> rusqlite::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    create(&connection)?;
    Ok(connection)
}

/// Opens another process's store for reading.
pub(crate) fn open_read_only(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version == VERSION { Ok(connection) } else { Err(rusqlite::Error::InvalidQuery) }
}

/// Makes the tables. What another version of Davy has stored goes: it is a record of past
/// requests, not data of the user's.
fn create(connection: &Connection) -> rusqlite::Result<()> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version == VERSION {
        return Ok(());
    }
    connection.execute_batch(TABLES)?;
    connection.pragma_update(None, "user_version", VERSION)
}

/// One transaction of what the writer has gathered.
pub(crate) struct Batch<'a> {
    transaction: rusqlite::Transaction<'a>,
}

impl<'a> Batch<'a> {
    pub(crate) fn begin(connection: &'a mut Connection) -> rusqlite::Result<Self> {
        Ok(Self { transaction: connection.transaction()? })
    }

    pub(crate) fn commit(self) -> rusqlite::Result<()> {
        self.transaction.commit()
    }

    pub(crate) fn trace(&self, trace: TraceId, part: &Part) -> rusqlite::Result<()> {
        let trace = trace.to_string();
        let request = part.request.as_deref();
        let cache = request.and_then(|request| request.cache.as_ref());
        let placement = request.and_then(|request| request.placement.as_ref());
        let cold = placement.and_then(|placement| match placement.start {
            Start::Cold { initialization } => Some(micros(initialization)),
            Start::Warm => None,
        });
        self.transaction.prepare_cached(INSERT_TRACE)?.execute(params![
            trace,
            part.start().micros().cast_signed(),
            part.end().micros().cast_signed(),
            micros(part.duration()),
            part.outcome().name(),
            part.root().map(|root| root.hop.name()),
            part.root().map(|root| root.name.as_str()),
            request.map(|request| request.entrance.as_str()),
            request.map(|request| request.method.as_str()),
            request.map(|request| request.path.as_str()),
            request.map(|request| request.status),
            request.map(|request| request.bytes.cast_signed()),
            cache.map(|cache| cache.result.as_str()),
            cache.and_then(|cache| cache.fresh_for).map(micros),
            placement.map(|placement| placement.function.as_str()),
            placement.map(|placement| placement.environment.as_str()),
            cold,
        ])?;
        let mut insert = self.transaction.prepare_cached(INSERT_SPAN)?;
        for span in &part.spans {
            insert.execute(params![
                trace,
                span.id.to_string(),
                span.parent.map(|parent| parent.to_string()),
                span.hop.name(),
                span.name,
                span.start.micros().cast_signed(),
                span.end.micros().cast_signed(),
                span.outcome.name(),
                annotations(span),
            ])?;
        }
        Ok(())
    }

    pub(crate) fn log(&self, line: &LogLine) -> rusqlite::Result<()> {
        let text = line.text.get(..line.text.floor_char_boundary(TEXT_MAX)).unwrap_or_default();
        let at = line.at.micros().cast_signed();
        let source = source_name(line.source);
        let fields = params![at, line.function, line.stream, line.request_id, source, text];
        self.transaction.prepare_cached(INSERT_LOG)?.execute(fields).map(drop)
    }

    /// Saves a minute's statistics of this run of Davy, in place of what it saved of it before.
    pub(crate) fn statistics(&self, run: u64, minute: u64, one: &Statistics) -> rusqlite::Result<()> {
        let durations: Vec<(u64, u64)> = one
            .durations
            .iter_recorded()
            .map(|step| (step.value_iterated_to(), step.count_at_value()))
            .collect();
        let durations = serde_json::to_string(&durations).unwrap_or_default();
        self.transaction.prepare_cached(INSERT_STATISTICS)?.execute(params![
            minute.cast_signed(),
            run.cast_signed(),
            one.subject.name(),
            one.name,
            one.count.cast_signed(),
            one.errors.cast_signed(),
            one.throttles.cast_signed(),
            one.faults.cast_signed(),
            durations,
        ])?;
        Ok(())
    }
}

/// Bytes that the store uses; pages that the oldest has left are used again.
pub(crate) fn bytes(connection: &Connection) -> rusqlite::Result<u64> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let used = pragma("page_count")? - pragma("freelist_count")?;
    Ok(used.saturating_mul(pragma("page_size")?).max(0).cast_unsigned())
}

/// Removes about the oldest tenth. Rows were added in the order of time, so what goes is a run of
/// row ids; the table with the most rows says which moment is the new beginning.
pub(crate) fn remove_oldest(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    let mut cutoff = None;
    let mut most_rows = 0;
    for (table, time) in TABLES_BY_TIME {
        let bounds = format!("SELECT min(id), max(id) FROM {table}");
        let bounds = transaction.query_row(&bounds, [], |row| Ok((row.get(0)?, row.get(1)?)));
        let (Some(first), Some(last)): (Option<i64>, Option<i64>) = bounds? else { continue };
        if last - first >= most_rows {
            most_rows = last - first;
            let moment = format!("SELECT {time} FROM {table} WHERE id >= ?1 ORDER BY id LIMIT 1");
            let tenth = first + (last - first) / 10 + 1;
            cutoff = transaction.query_row(&moment, [tenth], |row| row.get::<_, i64>(0)).optional()?;
        }
    }
    // One row alone is over the limit: everything goes.
    let cutoff = cutoff.unwrap_or(i64::MAX);
    for (table, time) in TABLES_BY_TIME {
        let sql = format!(
            "DELETE FROM {table} WHERE id < coalesce(
                 (SELECT id FROM {table} WHERE {time} >= ?1 ORDER BY id LIMIT 1),
                 (SELECT max(id) + 1 FROM {table}))"
        );
        transaction.execute(&sql, [cutoff])?;
    }
    transaction.execute("DELETE FROM statistics WHERE minute < ?1 / 60000000", [cutoff])?;
    transaction.commit()
}

fn annotations(span: &Span) -> Option<String> {
    if span.annotations.is_empty() {
        return None;
    }
    serde_json::to_string(&span.annotations).ok()
}

pub(crate) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

pub(crate) const fn source_name(source: LogSource) -> &'static str {
    match source {
        LogSource::Platform => "platform",
        LogSource::Function => "function",
    }
}

/// A log line may have 256 KiB, as an event of Lambda's own log service.
const TEXT_MAX: usize = 256 << 10;

const JOURNAL_BYTES: i64 = 16 << 20;

/// Counts up with each change of the tables.
const VERSION: i64 = 1;

const TABLES_BY_TIME: [(&str, &str); 3] = [("spans", "started"), ("logs", "at"), ("traces", "started")];

const TABLES: &str = "
DROP TABLE IF EXISTS traces;
DROP TABLE IF EXISTS spans;
DROP TABLE IF EXISTS logs;
DROP TABLE IF EXISTS statistics;
CREATE TABLE traces (
    id INTEGER PRIMARY KEY, trace TEXT NOT NULL UNIQUE, started INTEGER NOT NULL, ended INTEGER NOT NULL,
    duration INTEGER NOT NULL, outcome TEXT NOT NULL, hop TEXT, name TEXT, entrance TEXT, method TEXT,
    path TEXT, status INTEGER, bytes INTEGER, cache TEXT, fresh_for INTEGER, function TEXT,
    environment TEXT, initialization INTEGER
) STRICT;
CREATE TABLE spans (
    id INTEGER PRIMARY KEY, trace TEXT NOT NULL, segment TEXT NOT NULL, parent TEXT, hop TEXT NOT NULL,
    name TEXT NOT NULL, started INTEGER NOT NULL, ended INTEGER NOT NULL, outcome TEXT NOT NULL,
    annotations TEXT
) STRICT;
CREATE INDEX spans_by_trace ON spans (trace);
CREATE TABLE logs (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, function TEXT NOT NULL, stream TEXT NOT NULL,
    request TEXT, source TEXT NOT NULL, text TEXT NOT NULL
) STRICT;
CREATE INDEX logs_by_request ON logs (request) WHERE request IS NOT NULL;
CREATE TABLE statistics (
    minute INTEGER NOT NULL, run INTEGER NOT NULL, subject TEXT NOT NULL, name TEXT NOT NULL,
    count INTEGER NOT NULL, errors INTEGER NOT NULL, throttles INTEGER NOT NULL, faults INTEGER NOT NULL,
    durations TEXT NOT NULL, PRIMARY KEY (minute, run, subject, name)
) STRICT, WITHOUT ROWID;
";

/// A trace that was written in part before gains what has come since.
const INSERT_TRACE: &str = "
INSERT INTO traces (trace, started, ended, duration, outcome, hop, name, entrance, method, path, status,
                    bytes, cache, fresh_for, function, environment, initialization)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
ON CONFLICT (trace) DO UPDATE SET
    started = min(started, excluded.started),
    ended = max(ended, excluded.ended),
    duration = CASE WHEN excluded.entrance IS NOT NULL THEN excluded.duration
                    WHEN entrance IS NOT NULL THEN duration
                    ELSE max(ended, excluded.ended) - min(started, excluded.started) END,
    outcome = CASE WHEN excluded.entrance IS NOT NULL OR entrance IS NULL THEN excluded.outcome
                   ELSE outcome END,
    hop = coalesce(excluded.hop, hop),
    name = coalesce(excluded.name, name),
    entrance = coalesce(excluded.entrance, entrance),
    method = coalesce(excluded.method, method),
    path = coalesce(excluded.path, path),
    status = coalesce(excluded.status, status),
    bytes = coalesce(excluded.bytes, bytes),
    cache = coalesce(excluded.cache, cache),
    fresh_for = coalesce(excluded.fresh_for, fresh_for),
    function = coalesce(excluded.function, function),
    environment = coalesce(excluded.environment, environment),
    initialization = coalesce(excluded.initialization, initialization)";

const INSERT_SPAN: &str = "
INSERT INTO spans (trace, segment, parent, hop, name, started, ended, outcome, annotations)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

const INSERT_LOG: &str = "
INSERT INTO logs (at, function, stream, request, source, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

const INSERT_STATISTICS: &str = "
INSERT OR REPLACE INTO statistics
    (minute, run, subject, name, count, errors, throttles, faults, durations)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
