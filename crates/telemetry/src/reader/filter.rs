//! What a reader may ask for.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use trace::{Outcome, Timestamp};

use super::conditions::Conditions;
use crate::store::{micros, source_name};
use crate::{LogSource, RequestRecord, Start};

/// A place in the store: what was stored later stands after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub(super) i64);

impl fmt::Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl FromStr for Position {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// Which traces; every field that is set must hold.
#[derive(Clone, Debug)]
pub struct TraceFilter {
    /// The path contains it, whatever the case.
    pub path: Option<String>,
    /// The method is it.
    pub method: Option<String>,
    /// The answer's status.
    pub status: Option<StatusFilter>,
    /// The function's name, whole.
    pub function: Option<String>,
    /// The endpoint's name, whole.
    pub entrance: Option<String>,
    /// The cache's result, whole.
    pub cache: Option<String>,
    /// Only cold starts, or only others.
    pub cold: Option<bool>,
    /// Only failures of any kind.
    pub failed: bool,
    /// At least that long.
    pub longer_than: Option<Duration>,
    /// Begun then or later.
    pub since: Option<Timestamp>,
    /// Begun before.
    pub until: Option<Timestamp>,
    /// Stored before that place: the next page.
    pub before: Option<Position>,
    /// Stored after that place: what has come since. The oldest `limit` of them, the newest first.
    pub after: Option<Position>,
    /// What stands first.
    pub order: Order,
    /// At most so many; 100 by default.
    pub limit: usize,
}

/// The order of traces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The latest first.
    #[default]
    Newest,
    /// The longest first.
    Slowest,
}

/// A status or a class of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusFilter {
    /// `404`
    Exactly(u16),
    /// `4xx`: the hundreds.
    Class(u16),
}

impl StatusFilter {
    const fn matches(self, status: u16) -> bool {
        match self {
            Self::Exactly(wanted) => status == wanted,
            Self::Class(class) => status / 100 == class,
        }
    }
}

impl FromStr for StatusFilter {
    type Err = MalformedStatus;

    /// Reads `404` or `4xx`.
    fn from_str(text: &str) -> Result<Self, MalformedStatus> {
        let text = text.trim();
        if let Some(class) = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX")) {
            return match class.parse() {
                Ok(class @ 1..=5) => Ok(Self::Class(class)),
                _ => Err(MalformedStatus),
            };
        }
        match text.parse() {
            Ok(status @ 100..=599) => Ok(Self::Exactly(status)),
            _ => Err(MalformedStatus),
        }
    }
}

impl fmt::Display for StatusFilter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(status) => status.fmt(out),
            Self::Class(class) => write!(out, "{class}xx"),
        }
    }
}

/// Text that is neither a status nor a class of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a status like 404 or a class like 5xx")]
pub struct MalformedStatus;

impl Default for TraceFilter {
    fn default() -> Self {
        Self {
            path: None,
            method: None,
            status: None,
            function: None,
            entrance: None,
            cache: None,
            cold: None,
            failed: false,
            longer_than: None,
            since: None,
            until: None,
            before: None,
            after: None,
            order: Order::Newest,
            limit: 100,
        }
    }
}

impl TraceFilter {
    /// Whether a request that has just been answered is one of those; places and order aside.
    pub fn matches(&self, request: &RequestRecord) -> bool {
        let placement = request.placement.as_ref();
        let cold = placement.is_some_and(|placement| placement.start != Start::Warm);
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted
                .as_deref()
                .is_none_or(|wanted| found.is_some_and(|found| found.eq_ignore_ascii_case(wanted)))
        };
        self.path
            .as_ref()
            .is_none_or(|path| request.path.to_ascii_lowercase().contains(&path.to_ascii_lowercase()))
            && is(&self.method, Some(&request.method))
            && is(&self.function, placement.map(|placement| placement.function.as_str()))
            && is(&self.entrance, Some(&request.entrance))
            && is(&self.cache, request.cache.as_ref().map(|cache| cache.result.as_str()))
            && self.status.is_none_or(|status| status.matches(request.status))
            && self.cold.is_none_or(|wanted| wanted == cold)
            && (!self.failed || Outcome::of_status(request.status) != Outcome::Ok)
            && self.longer_than.is_none_or(|least| request.duration >= least)
            && self.since.is_none_or(|since| request.at >= since)
            && self.until.is_none_or(|until| request.at < until)
    }

    pub(super) fn conditions(&self) -> Conditions {
        let mut conditions = Conditions::default();
        let texts = [
            ("instr(lower(path), ?) > 0", self.path.as_ref().map(|path| path.to_ascii_lowercase())),
            ("method = ?", self.method.as_ref().map(|method| method.to_ascii_uppercase())),
            ("function = ?", self.function.clone()),
            ("entrance = ?", self.entrance.clone()),
            ("cache = ?", self.cache.clone()),
        ];
        for (condition, text) in texts {
            if let Some(text) = text {
                conditions.add(condition, text);
            }
        }
        match self.status {
            Some(StatusFilter::Exactly(status)) => conditions.add("status = ?", i64::from(status)),
            Some(StatusFilter::Class(class)) => conditions.add("status / 100 = ?", i64::from(class)),
            None => {}
        }
        match self.cold {
            Some(true) => conditions.plain("initialization IS NOT NULL"),
            Some(false) => conditions.plain("initialization IS NULL"),
            None => {}
        }
        if self.failed {
            conditions.plain("outcome <> 'ok'");
        }
        let numbers = [
            ("duration >= ?", self.longer_than.map(micros)),
            ("started >= ?", self.since.map(|since| since.micros().cast_signed())),
            ("started < ?", self.until.map(|until| until.micros().cast_signed())),
            ("id < ?", self.before.map(|before| before.0)),
            ("id > ?", self.after.map(|after| after.0)),
        ];
        for (condition, number) in numbers {
            if let Some(number) = number {
                conditions.add(condition, number);
            }
        }
        conditions
    }
}

/// Which log lines; every field that is set must hold.
#[derive(Clone, Debug)]
pub struct LogFilter {
    /// The function's name, whole.
    pub function: Option<String>,
    /// The log stream, whole.
    pub stream: Option<String>,
    /// One of these invocations; none given means any.
    pub requests: Vec<String>,
    /// The line contains it, whatever the case.
    pub text: Option<String>,
    /// Who wrote it.
    pub source: Option<LogSource>,
    /// Written then or later.
    pub since: Option<Timestamp>,
    /// Written before.
    pub until: Option<Timestamp>,
    /// Stored before that place: the page of older lines.
    pub before: Option<Position>,
    /// Stored after that place: what has come since.
    pub after: Option<Position>,
    /// At most so many; 1,000 by default.
    pub limit: usize,
}

impl Default for LogFilter {
    fn default() -> Self {
        Self {
            function: None,
            stream: None,
            requests: Vec::new(),
            text: None,
            source: None,
            since: None,
            until: None,
            before: None,
            after: None,
            limit: 1_000,
        }
    }
}

impl LogFilter {
    pub(super) fn conditions(&self) -> Conditions {
        let mut conditions = Conditions::default();
        if !self.requests.is_empty() {
            conditions.one_of("request", &self.requests);
        }
        let texts = [
            ("function = ?", self.function.clone()),
            ("stream = ?", self.stream.clone()),
            ("instr(lower(text), ?) > 0", self.text.as_ref().map(|text| text.to_ascii_lowercase())),
            ("source = ?", self.source.map(|source| source_name(source).to_owned())),
        ];
        for (condition, text) in texts {
            if let Some(text) = text {
                conditions.add(condition, text);
            }
        }
        let numbers = [
            ("at >= ?", self.since.map(|since| since.micros().cast_signed())),
            ("at < ?", self.until.map(|until| until.micros().cast_signed())),
            ("id < ?", self.before.map(|before| before.0)),
            ("id > ?", self.after.map(|after| after.0)),
        ];
        for (condition, number) in numbers {
            if let Some(number) = number {
                conditions.add(condition, number);
            }
        }
        conditions
    }
}
