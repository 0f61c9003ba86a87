//! What the services say about their work, and the typed facts that travel with a request.

use std::sync::Arc;
use std::time::Duration;

use trace::{Sampled, SegmentId, Span, Timestamp, TraceId};

/// Where a request stands in its trace; a request extension, put in by the hop before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceContext {
    /// The trace that the request belongs to.
    pub trace: TraceId,
    /// The span that the receiving hop's span belongs under.
    pub parent: Option<SegmentId>,
    /// Whether somebody upstream decided to keep the trace.
    pub sampled: Sampled,
}

/// Where an invocation ran; a response extension that the edge passes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The function's name.
    pub function: String,
    /// The execution environment's name.
    pub environment: String,
    /// Whether the environment was there already.
    pub start: Start,
}

/// How an invocation found its environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// It was started for this invocation.
    Cold {
        /// From the environment's start to its first call of `next`.
        initialization: Duration,
    },
    /// It was waiting.
    Warm,
}

/// One line that a function or its platform wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When it was written.
    pub at: Timestamp,
    /// The function's name.
    pub function: String,
    /// The log stream, which is the execution environment's name.
    pub stream: String,
    /// The invocation that it belongs to; `None` between invocations and for what can't be told.
    pub request_id: Option<String>,
    /// The line without its newline.
    pub text: String,
    /// Who wrote it.
    pub source: LogSource,
}

impl LogLine {
    /// The text without the request id that it may begin with, as a runtime's log format has it:
    /// for places that say the request id already.
    pub fn said(&self) -> &str {
        let own = self.request_id.as_deref().and_then(|id| self.text.strip_prefix(id)?.strip_prefix('\t'));
        own.unwrap_or(&self.text).trim_end()
    }
}

/// Who wrote a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogSource {
    /// Lambda: START, END, REPORT and what it says of failures.
    Platform,
    /// The function: PHP's stderr and whatever else its processes print.
    Function,
}

/// One HTTP request as an entrance of the stack answered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRecord {
    /// When it arrived.
    pub at: Timestamp,
    /// Its trace.
    pub trace: TraceId,
    /// The endpoint that received it: `distribution.NAME`, `httpapi.NAME` or `s3`.
    pub entrance: String,
    /// `GET`, `POST`, …
    pub method: String,
    /// The raw path with its query string, as it came.
    pub path: String,
    /// The status that was answered.
    pub status: u16,
    /// From arrival to the last byte of the answer's body.
    pub duration: Duration,
    /// Bytes of the answer's body.
    pub bytes: u64,
    /// What the distribution's cache did; `None` where there is no cache.
    pub cache: Option<CacheRecord>,
    /// Where the function ran, if one did.
    pub placement: Option<Placement>,
}

/// What a distribution's cache did for one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheRecord {
    /// `Hit`, `Miss`, `RefreshHit`, `Error` or `Redirect`.
    pub result: String,
    /// How long the answer still holds; `None` if it isn't kept.
    pub fresh_for: Option<Duration>,
}

/// One of them all, as a subscriber sees it.
#[derive(Clone, Debug)]
pub enum Record {
    /// A hop has finished its work on a request.
    Span(Arc<Span>),
    /// A line was logged.
    Log(Arc<LogLine>),
    /// A request was answered.
    Request(Arc<RequestRecord>),
    /// Something a person should hear of: "purged 3 answers of index.php".
    Notice(Arc<str>),
}

/// The annotations that readers look for; a hop may add any others, which are shown as they are.
pub mod annotation {
    /// The invocation's request id, on the spans of the hops `Lambda` and `Invocation`: it ties a
    /// trace to its log lines.
    pub const REQUEST_ID: &str = "request_id";
    /// The cache's result, on the hop `Edge`: `Hit`, `Miss`, …
    pub const CACHE: &str = "cache";
    /// The execution environment's name, on the hops `Lambda` and `Invocation`.
    pub const ENVIRONMENT: &str = "environment";
    /// `cold` or `warm`, on the hop `Lambda`.
    pub const START: &str = "start";
    /// What went wrong, in a sentence; on any hop whose outcome isn't `Ok`.
    pub const ERROR: &str = "error";
    /// The HTTP status that the hop answered.
    pub const STATUS: &str = "status";
    /// The HTTP method and the raw path that the hop was asked.
    pub const METHOD: &str = "method";
    /// See [`METHOD`].
    pub const PATH: &str = "path";
    /// Whoever waited for a free environment: milliseconds, on the hop `Lambda`.
    pub const WAITED: &str = "waited";
}
