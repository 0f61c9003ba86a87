//! A span: one hop's share of a request's time.

use std::time::Duration;

use crate::{SegmentId, Timestamp, TraceId};

/// One hop's work on one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The trace that it belongs to.
    pub trace: TraceId,
    /// Its own identifier.
    pub id: SegmentId,
    /// The span that caused it; `None` for the first.
    pub parent: Option<SegmentId>,
    /// Which part of the chain did the work.
    pub hop: Hop,
    /// What did it, in the template's words: a distribution, an API, a function, a bucket.
    pub name: String,
    /// When it began.
    pub start: Timestamp,
    /// When it ended; not before `start`.
    pub end: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// What else is worth knowing, shown beside the bar: `("cache", "Miss")`.
    pub annotations: Vec<(String, String)>,
}

impl Span {
    /// How long it took.
    pub fn duration(&self) -> Duration {
        self.end.since(self.start)
    }
}

/// The parts of the chain, in a request's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hop {
    /// The distribution: receive, look up, answer.
    Edge,
    /// The bucket's read.
    Bucket,
    /// The HTTP API: route, event, answer.
    Gateway,
    /// The Lambda service: placing and waiting included.
    Lambda,
    /// An execution environment's start; cold invocations only.
    Initialization,
    /// The function's own time, from the event's delivery to its answer.
    Invocation,
    /// php-fpm's share of it.
    Php,
}

impl Hop {
    /// All of them, in a request's order.
    pub const ALL: [Self; 7] = [
        Self::Edge,
        Self::Bucket,
        Self::Gateway,
        Self::Lambda,
        Self::Initialization,
        Self::Invocation,
        Self::Php,
    ];

    /// The name that pages, stores and terminals show.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Edge => "edge",
            Self::Bucket => "bucket",
            Self::Gateway => "gateway",
            Self::Lambda => "lambda",
            Self::Initialization => "initialization",
            Self::Invocation => "invocation",
            Self::Php => "php",
        }
    }

    /// The hop of that name, as [`Hop::name`] gives it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hop| hop.name() == name)
    }
}

/// How a span ended, in X-Ray's four classes, the gravest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Answered as it should be.
    Ok,
    /// The caller's fault: a 4xx.
    Error,
    /// Refused for load: a 429.
    Throttle,
    /// Ours or the function's fault: a 5xx.
    Fault,
}

impl Outcome {
    /// All of them, the gravest last.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Error, Self::Throttle, Self::Fault];

    /// The name that pages, stores and terminals show.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Throttle => "throttle",
            Self::Fault => "fault",
        }
    }

    /// The outcome of that name, as [`Outcome::name`] gives it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }

    /// The class of an HTTP status.
    pub const fn of_status(status: u16) -> Self {
        match status {
            429 => Self::Throttle,
            400..=499 => Self::Error,
            500.. => Self::Fault,
            _ => Self::Ok,
        }
    }
}

#[cfg(test)]
mod tests;
