//! One run of a function: what is asked, and what comes back.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use telemetry::Placement;
use trace::TraceHeader;

/// What a caller asks of Lambda.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The function's name, its logical id, or its ARN.
    pub function: String,
    /// JSON, at most 6,291,556 bytes.
    pub event: Bytes,
    /// Where the invocation stands in a trace.
    pub trace: TraceHeader,
    /// How long the caller waits. The invocation itself goes on until the function's own timeout.
    pub patience: Duration,
    /// Whether the answer waits for the invocation's last log lines.
    pub log: Log,
    /// `X-Amz-Client-Context`, decoded.
    pub client_context: Option<String>,
    /// The UUID that the invocation is to have, because its event names it already (a Function URL's
    /// does); `None`: Lambda's own choice.
    pub request_id: Option<String>,
}

/// Whether the caller wants the log's tail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Log {
    /// No: the answer comes as soon as the function gives it.
    #[default]
    None,
    /// Yes: the last 4 KB, which are complete when the function asks for its next event.
    Tail,
}

impl Invocation {
    /// An invocation of `function` with `event`, no trace, and a caller who waits 15 minutes.
    pub fn new(function: &str, event: impl Into<Bytes>) -> Self {
        Self {
            function: function.to_owned(),
            event: event.into(),
            trace: TraceHeader::default(),
            patience: Duration::from_mins(15),
            log: Log::None,
            client_context: None,
            request_id: None,
        }
    }
}

/// What the function answered, or what Lambda answers in its place.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The function's answer as it gave it; with `function_error`, the error's JSON.
    pub payload: Bytes,
    /// Set if the function failed: `payload` describes how.
    pub function_error: Option<FunctionError>,
    /// The invocation's UUID.
    pub request_id: String,
    /// `$LATEST`
    pub version: String,
    /// Where it ran.
    pub placement: Placement,
    /// The log's last 4 KB if [`Log::Tail`] was asked for, else empty.
    pub log_tail: Bytes,
}

/// How a function failed: `X-Amz-Function-Error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionError {
    /// The only value that AWS still sends.
    Unhandled,
}

impl FunctionError {
    /// The header's value.
    pub const fn as_str(self) -> &'static str {
        "Unhandled"
    }
}

/// Why there is no answer at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvokeError {
    /// The stack has no such function.
    FunctionNotFound {
        /// The name that was asked for.
        function: String,
    },
    /// A limit of the account or of the function is reached: 429.
    Throttled {
        /// Which.
        reason: ThrottleReason,
    },
    /// The event is larger than Lambda takes: 413.
    EventTooLarge {
        /// Its size in bytes.
        bytes: usize,
    },
    /// The caller's patience ran out, waiting for a free environment or for the function.
    Timeout {
        /// How long it was.
        after: Duration,
    },
    /// Davy is ending.
    ShuttingDown,
    /// No environment can be started on this machine; Davy's or the machine's fault.
    Environment {
        /// What was tried and what the machine said.
        why: String,
    },
}

/// Which limit throttled; the names are AWS's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThrottleReason {
    /// The function's own `ReservedConcurrentExecutions`.
    ReservedFunctionConcurrentInvocationLimitExceeded,
    /// The account's concurrency.
    ConcurrentInvocationLimitExceeded,
}

impl ThrottleReason {
    /// The `Reason` of the error's body.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReservedFunctionConcurrentInvocationLimitExceeded => {
                "ReservedFunctionConcurrentInvocationLimitExceeded"
            }
            Self::ConcurrentInvocationLimitExceeded => "ConcurrentInvocationLimitExceeded",
        }
    }
}

impl fmt::Display for InvokeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FunctionNotFound { function } => write!(out, "no function `{function}` in this stack"),
            Self::Throttled { reason } => write!(out, "throttled as AWS would: {}", reason.as_str()),
            Self::EventTooLarge { bytes } => {
                write!(out, "the event has {bytes} bytes; Lambda takes at most {PAYLOAD_LIMIT}")
            }
            Self::Timeout { after } => {
                write!(out, "no answer within the caller's {:.2} seconds", after.as_secs_f64())
            }
            Self::ShuttingDown => out.write_str("the stack is ending and takes no more invocations"),
            Self::Environment { why } => write!(out, "no execution environment can be started: {why}"),
        }
    }
}

impl std::error::Error for InvokeError {}

/// Bytes of an event or an answer: 6 MiB and 100 (RIE; facts, lambda 1).
pub const PAYLOAD_LIMIT: usize = 6_291_556;
