//! The handle that every service holds: records go in, nobody waits.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::broadcast;
use trace::{Clock, Entropy, Hop, Span, Timestamp};

use crate::assemble::Assembler;
use crate::counters::Counters;
use crate::sample::Sampler;
use crate::store;
use crate::writer::{Message, Progress, Writer};
use crate::{LogLine, Reader, Record, RequestRecord, Statistics, SystemClock, SystemEntropy};

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The store's size on disk, beyond which the oldest goes.
    pub bytes: u64,
    /// Traces a second that are all kept; of those beyond it a sample, and every error and the
    /// slowest.
    pub traces_per_second: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 256 << 20, traces_per_second: 1_000 }
    }
}

/// Why a store can't be opened.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot open the store of traces and logs {}: {reason}. \
     Nothing depends on its content: `davy clean` or removing the file mends it",
    path.display()
)]
pub struct OpenError {
    pub(crate) path: PathBuf,
    pub(crate) reason: String,
}

/// Takes what the services record. Cheap to clone; the last clone's end stores what is left and
/// closes the store.
#[derive(Clone)]
pub struct Telemetry {
    shared: Arc<Shared>,
}

struct Shared {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    counters: Arc<Counters>,
    dropped: Arc<AtomicU64>,
    live: broadcast::Sender<Record>,
    reader: Reader,
    /// Both are taken when the last handle goes.
    messages: Option<SyncSender<Message>>,
    writer: Option<JoinHandle<()>>,
}

impl Telemetry {
    /// Opens or creates the store at `path`, with the system's clock and randomness.
    pub fn open(path: &Path, limits: Limits) -> Result<Self, OpenError> {
        let failed = |reason: String| OpenError { path: path.to_owned(), reason };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| failed(error.to_string()))?;
        }
        let connection = store::open(path).map_err(|error| failed(error.to_string()))?;
        let reader = Reader::open(path)?;
        let connection = Arc::new(Mutex::new(connection));
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
        Self::start(connection, reader, limits, clock, entropy).map_err(|error| failed(error.to_string()))
    }

    /// A store that vanishes with the handle, for tests.
    pub fn in_memory() -> Self {
        Self::in_memory_with(Arc::new(SystemClock), Arc::new(SystemEntropy))
    }

    /// A store that vanishes with the handle, for tests that hold the clock or count identifiers.
    ///
    /// # Panics
    /// If the machine has no memory or no thread left.
    #[expect(clippy::expect_used, reason = "for tests, which stop there")]
    pub fn in_memory_with(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        let connection = Arc::new(Mutex::new(store::open_in_memory().expect("SQLite opens in memory")));
        let reader = Reader::sharing(Arc::clone(&connection));
        Self::start(connection, reader, Limits::default(), clock, entropy).expect("a thread starts")
    }

    fn start(
        connection: Arc<Mutex<Connection>>,
        reader: Reader,
        limits: Limits,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> std::io::Result<Self> {
        let (messages, received) = mpsc::sync_channel(WAITING_MAX);
        let live = broadcast::channel(LIVE).0;
        let (counters, dropped) = (Arc::<Counters>::default(), Arc::<AtomicU64>::default());
        let writer = Writer {
            connection,
            limits,
            clock: Arc::clone(&clock),
            counters: Arc::clone(&counters),
            dropped: Arc::clone(&dropped),
            live: live.clone(),
            assembler: Assembler::default(),
            sampler: Sampler::new(limits.traces_per_second),
            progress: Progress::new(clock.now()),
        };
        let thread = std::thread::Builder::new().name("telemetry".to_owned());
        let writer = Some(thread.spawn(move || writer.run(&received))?);
        let messages = Some(messages);
        let shared = Shared { clock, entropy, counters, dropped, live, reader, messages, writer };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The clock that the stack runs by.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.shared.clock)
    }

    /// The randomness that the stack's identifiers come from.
    pub fn entropy(&self) -> Arc<dyn Entropy> {
        Arc::clone(&self.shared.entropy)
    }

    /// Records that a hop has finished its work on a request.
    pub fn record_span(&self, span: Span) {
        self.shared.counters.span(&span);
        let span = Arc::new(span);
        self.watched(|| Record::Span(Arc::clone(&span)));
        self.queue(Message::Span(span));
    }

    /// Records a line that a function or its platform wrote.
    pub fn record_log(&self, line: LogLine) {
        let line = Arc::new(line);
        self.watched(|| Record::Log(Arc::clone(&line)));
        self.queue(Message::Log(line));
    }

    /// Counts an answer without keeping its trace: for a hop that answers alone and more often than
    /// anybody looks, such as a cache's hits beyond the thousandth in a second.
    pub fn count_answer(
        &self,
        hop: Hop,
        name: &str,
        entrance: &str,
        end: Timestamp,
        duration: Duration,
        status: u16,
    ) {
        self.shared.counters.answer((hop, name), entrance, end, duration, status);
    }

    /// Records a request that an entrance has answered.
    pub fn record_request(&self, request: RequestRecord) {
        self.shared.counters.request(&request);
        let request = Arc::new(request);
        self.watched(|| Record::Request(Arc::clone(&request)));
        self.queue(Message::Request(request));
    }

    /// Tells whoever is watching something that he should know.
    pub fn notice(&self, text: impl Into<Arc<str>>) {
        let text = text.into();
        self.watched(|| Record::Notice(text));
    }

    /// All records from now on. A subscriber that is more than 4,096 records behind misses some,
    /// and is told how many.
    pub fn subscribe(&self) -> broadcast::Receiver<Record> {
        self.shared.live.subscribe()
    }

    /// Exact numbers per hop and entrance since the start of this run.
    pub fn totals(&self) -> Vec<Statistics> {
        self.shared.counters.totals()
    }

    /// The questions' side of this store.
    pub fn reader(&self) -> &Reader {
        &self.shared.reader
    }

    /// How many records were lost because they came faster than they could be stored.
    pub fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// Waits until everything recorded so far can be read. Blocks the thread: for tests, and for
    /// the end of a command.
    pub fn flush(&self) {
        let (done, waiting) = mpsc::sync_channel(1);
        if let Some(messages) = &self.shared.messages
            && messages.send(Message::Flush(done)).is_ok()
        {
            let _ = waiting.recv();
        }
    }

    fn queue(&self, message: Message) {
        let queued = self.shared.messages.as_ref().is_some_and(|messages| messages.try_send(message).is_ok());
        if !queued {
            self.shared.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn watched(&self, record: impl FnOnce() -> Record) {
        if self.shared.live.receiver_count() > 0 {
            let _ = self.shared.live.send(record());
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        drop(self.messages.take());
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

/// Records that wait to be stored; with 10,000 lines a second, six seconds' worth.
const WAITING_MAX: usize = 65_536;

/// Records that a slow subscriber may be behind.
const LIVE: usize = 4_096;

#[cfg(test)]
mod tests;
