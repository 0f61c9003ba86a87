//! The one thread that writes: gathers what comes in for a moment, and stores it in one piece.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::broadcast;
use trace::{Clock, Span, Timestamp, TraceId};

use crate::assemble::{Assembler, Part};
use crate::counters::Counters;
use crate::sample::Sampler;
use crate::store::{self, Batch};
use crate::{Limits, LogLine, LogSource, Record, RequestRecord};

/// What goes through the channel.
pub(crate) enum Message {
    Span(Arc<Span>),
    Log(Arc<LogLine>),
    Request(Arc<RequestRecord>),
    /// Store everything that came before this, then answer.
    Flush(SyncSender<()>),
}

/// Everything the thread works with.
pub(crate) struct Writer {
    pub(crate) connection: Arc<Mutex<Connection>>,
    pub(crate) limits: Limits,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) counters: Arc<Counters>,
    /// Records that the channel could not take.
    pub(crate) dropped: Arc<AtomicU64>,
    pub(crate) live: broadcast::Sender<Record>,
    pub(crate) assembler: Assembler,
    pub(crate) sampler: Sampler,
    pub(crate) progress: Progress,
}

/// What the thread remembers from batch to batch.
#[derive(Default)]
pub(crate) struct Progress {
    /// Names this run in the statistics' keys.
    run: u64,
    reported: u64,
    failing: bool,
    /// Bytes stored since the store's size was looked at, about.
    unchecked: u64,
    statistics_saved: u64,
}

impl Progress {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self { run: now.micros(), ..Self::default() }
    }
}

impl Writer {
    /// Runs until the last sender has gone, then stores what is left.
    pub(crate) fn run(mut self, messages: &Receiver<Message>) {
        let mut batch = Vec::with_capacity(BATCH_MAX);
        loop {
            let first = messages.recv_timeout(IDLE);
            let closing = matches!(first, Err(RecvTimeoutError::Disconnected));
            if let Ok(first) = first {
                // While this sleeps, senders only push: no wake-up per record.
                if !matches!(first, Message::Flush(_)) {
                    std::thread::sleep(GATHER);
                }
                batch.push(first);
                drain(messages, &mut batch);
            }
            self.write(&mut batch, closing);
            if closing {
                return;
            }
        }
    }

    fn write(&mut self, batch: &mut Vec<Message>, closing: bool) {
        let mut waiting = Vec::new();
        let stored = self.store(batch.drain(..), closing, &mut waiting);
        match stored {
            Ok(()) => self.progress.failing = false,
            Err(error) if !self.progress.failing => {
                self.progress.failing = true;
                let text = format!("traces and logs are not being stored: {error}. Is the disk full?");
                let _ = self.live.send(Record::Notice(text.into()));
            }
            Err(_) => {}
        }
        for flushed in waiting {
            let _ = flushed.send(());
        }
    }

    fn store(
        &mut self,
        messages: impl Iterator<Item = Message>,
        closing: bool,
        waiting: &mut Vec<SyncSender<()>>,
    ) -> rusqlite::Result<()> {
        let now = self.clock.now();
        let mut lines = Vec::new();
        for message in messages {
            match message {
                Message::Span(span) => self.assembler.span(span, now),
                Message::Request(request) => self.assembler.request(request, now),
                Message::Log(line) => lines.push(line),
                Message::Flush(done) => waiting.push(done),
            }
        }
        lines.extend(self.report_drops());
        let parts =
            if closing || !waiting.is_empty() { self.assembler.rest() } else { self.assembler.ready(now) };
        let statistics = if now.seconds() > self.progress.statistics_saved || closing || !waiting.is_empty() {
            self.progress.statistics_saved = now.seconds();
            self.counters.take_changes()
        } else {
            Vec::new()
        };
        if lines.is_empty() && parts.is_empty() && statistics.is_empty() {
            return Ok(());
        }
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let batch = Batch::begin(&mut connection)?;
        for line in &lines {
            batch.log(line)?;
        }
        for (trace, part) in &parts {
            if self.sampler.keeps(part.end().seconds(), part.duration(), part.outcome()) {
                batch.trace(*trace, part)?;
            }
        }
        for (minute, one) in &statistics {
            batch.statistics(self.progress.run, *minute, one)?;
        }
        batch.commit()?;
        self.progress.unchecked += about_bytes(&lines, &parts);
        if self.progress.unchecked > self.limits.bytes / SIZE_CHECKED_AFTER {
            self.progress.unchecked = 0;
            keep_within(self.limits.bytes, &mut connection)?;
        }
        Ok(())
    }

    /// What is lost is said, in the log and to whoever is watching.
    fn report_drops(&mut self) -> Option<Arc<LogLine>> {
        let dropped = self.dropped.load(Ordering::Relaxed);
        let new = dropped - self.progress.reported;
        if new == 0 {
            return None;
        }
        self.progress.reported = dropped;
        let text = format!("{new} spans and log lines came faster than they could be stored and are lost");
        let _ = self.live.send(Record::Notice(text.as_str().into()));
        Some(Arc::new(LogLine {
            at: self.clock.now(),
            function: "davy".to_owned(),
            stream: "telemetry".to_owned(),
            request_id: None,
            text,
            source: LogSource::Platform,
        }))
    }
}

fn keep_within(limit: u64, connection: &mut Connection) -> rusqlite::Result<()> {
    for _ in 0..ROUNDS_MAX {
        if store::bytes(connection)? <= limit {
            break;
        }
        store::remove_oldest(connection)?;
    }
    Ok(())
}

fn about_bytes(lines: &[Arc<LogLine>], parts: &[(TraceId, Part)]) -> u64 {
    let texts: usize = lines.iter().map(|line| line.text.len()).sum();
    let rows = lines.len() + parts.iter().map(|(_, part)| 1 + part.spans.len()).sum::<usize>();
    u64::try_from(texts + rows * ROW_BYTES).unwrap_or(u64::MAX)
}

fn drain(messages: &Receiver<Message>, batch: &mut Vec<Message>) {
    while batch.len() < BATCH_MAX {
        match messages.try_recv() {
            Ok(message) => batch.push(message),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => return,
        }
    }
}

/// How long records gather before they are stored.
const GATHER: Duration = Duration::from_millis(50);

/// How often the thread looks after silent traces and unsaved statistics.
const IDLE: Duration = Duration::from_millis(500);

const BATCH_MAX: usize = 32_768;

/// The store's size is looked at whenever it may have grown by this part of its limit.
const SIZE_CHECKED_AFTER: u64 = 16;

/// A row with its place in the indexes.
const ROW_BYTES: usize = 200;

/// Tenths removed at once; a store that was opened with a smaller limit shrinks in one go.
const ROUNDS_MAX: usize = 50;
