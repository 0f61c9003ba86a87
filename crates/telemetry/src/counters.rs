//! Exact numbers per hop and per entrance: counted as records come in, before any sampling.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use trace::{Hop, Outcome, Span, Timestamp};

use crate::RequestRecord;

/// Counts of one subject over some time, with the distribution of its durations.
#[derive(Clone, Debug)]
pub struct Statistics {
    /// What was counted.
    pub subject: Subject,
    /// The hop's or the entrance's name, as the template has it.
    pub name: String,
    /// Everything, failures included.
    pub count: u64,
    /// The callers' faults: 4xx.
    pub errors: u64,
    /// Refused for load: 429.
    pub throttles: u64,
    /// Ours or the functions' faults: 5xx.
    pub faults: u64,
    pub(crate) durations: Histogram<u64>,
}

/// What [`Statistics`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Spans of a hop.
    Hop(Hop),
    /// Requests that came in from outside.
    Entrance,
}

impl Statistics {
    pub(crate) fn new(subject: Subject, name: String) -> Self {
        Self { subject, name, count: 0, errors: 0, throttles: 0, faults: 0, durations: histogram() }
    }

    /// The duration that `quantile` (0.0 to 1.0) of all stay within, to two digits.
    pub fn percentile(&self, quantile: f64) -> Duration {
        Duration::from_micros(self.durations.value_at_quantile(quantile))
    }

    /// All durations together, about.
    pub fn total_duration(&self) -> Duration {
        #[expect(clippy::cast_precision_loss, reason = "durations have two digits anyway")]
        let micros = self.durations.mean() * self.count as f64;
        Duration::try_from_secs_f64(micros / 1e6).unwrap_or(Duration::MAX)
    }

    /// Failures of any kind.
    pub const fn failures(&self) -> u64 {
        self.errors + self.throttles + self.faults
    }

    /// The share of failures of any kind, 0.0 to 1.0.
    pub fn failing(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a share for people")]
        let share = self.failures() as f64 / self.count.max(1) as f64;
        share
    }

    fn add(&mut self, outcome: Outcome, duration: Duration) {
        self.count += 1;
        match outcome {
            Outcome::Ok => {}
            Outcome::Error => self.errors += 1,
            Outcome::Throttle => self.throttles += 1,
            Outcome::Fault => self.faults += 1,
        }
        self.durations.saturating_record(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
    }

    /// Adds what was counted of the same subject at another time.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.errors += other.errors;
        self.throttles += other.throttles;
        self.faults += other.faults;
        for step in other.durations.iter_recorded() {
            self.durations.saturating_record_n(step.value_iterated_to(), step.count_at_value());
        }
    }
}

impl Subject {
    /// The name that pages, stores and programs see.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hop(hop) => hop.name(),
            Self::Entrance => "entrance",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        if name == Self::Entrance.name() {
            return Some(Self::Entrance);
        }
        Hop::from_name(name).map(Self::Hop)
    }
}

/// The running minute's statistics, and those of minutes that ended since they were last taken.
#[derive(Default)]
pub(crate) struct Counters {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    minute: u64,
    current: HashMap<Subject, HashMap<String, Statistics>>,
    changed: bool,
    ended: Vec<(u64, Statistics)>,
    /// Of the minutes that have ended, since the start.
    totals: Vec<Statistics>,
}

impl Counters {
    pub(crate) fn span(&self, span: &Span) {
        self.add(span.end.seconds() / 60, Subject::Hop(span.hop), &span.name, span.outcome, span.duration());
    }

    pub(crate) fn request(&self, request: &RequestRecord) {
        let minute = request.at.plus(request.duration).seconds() / 60;
        let outcome = Outcome::of_status(request.status);
        self.add(minute, Subject::Entrance, &request.entrance, outcome, request.duration);
    }

    /// Counts an answer whose trace nobody keeps, as hop and as request at once.
    pub(crate) fn answer(
        &self,
        span: (Hop, &str),
        entrance: &str,
        end: Timestamp,
        duration: Duration,
        status: u16,
    ) {
        let (minute, outcome) = (end.seconds() / 60, Outcome::of_status(status));
        self.add(minute, Subject::Hop(span.0), span.1, outcome, duration);
        self.add(minute, Subject::Entrance, entrance, outcome, duration);
    }

    fn add(&self, minute: u64, subject: Subject, name: &str, outcome: Outcome, duration: Duration) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.advance(minute);
        state.changed = true;
        let names = state.current.entry(subject).or_default();
        if let Some(statistics) = names.get_mut(name) {
            statistics.add(outcome, duration);
        } else if names.len() < NAMES_MAX {
            let mut statistics = Statistics::new(subject, name.to_owned());
            statistics.add(outcome, duration);
            names.insert(name.to_owned(), statistics);
        }
    }

    /// Everything since the start, by subject and name.
    pub(crate) fn totals(&self) -> Vec<Statistics> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut totals = state.totals.clone();
        for one in state.current.values().flat_map(HashMap::values) {
            add_to(&mut totals, one);
        }
        totals.sort_by(|one, other| (one.subject, &one.name).cmp(&(other.subject, &other.name)));
        totals
    }

    /// What has changed since the last call, by minute; each replaces what was taken before of the
    /// same minute.
    pub(crate) fn take_changes(&self) -> Vec<(u64, Statistics)> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changes = std::mem::take(&mut state.ended);
        if std::mem::take(&mut state.changed) {
            let minute = state.minute;
            changes.extend(state.current.values().flat_map(HashMap::values).map(|one| (minute, one.clone())));
        }
        changes
    }
}

/// Adds `one` to the sum of its subject and name.
fn add_to(sums: &mut Vec<Statistics>, one: &Statistics) {
    match sums.iter_mut().find(|sum| sum.subject == one.subject && sum.name == one.name) {
        Some(sum) => sum.merge(one),
        None => sums.push(one.clone()),
    }
}

impl State {
    /// Begins a new minute. Minutes never go back: a span that comes late counts in the running one.
    fn advance(&mut self, minute: u64) {
        if minute > self.minute {
            let ended = std::mem::take(&mut self.current);
            let previous = std::mem::replace(&mut self.minute, minute);
            for one in ended.values().flat_map(HashMap::values) {
                add_to(&mut self.totals, one);
            }
            self.ended.extend(ended.into_values().flat_map(HashMap::into_values).map(|one| (previous, one)));
        }
    }
}

/// Microseconds up to an hour, to two digits.
pub(crate) fn histogram() -> Histogram<u64> {
    let bounded = Histogram::new_with_bounds(1, 3_600_000_000, 2);
    bounded.unwrap_or_else(|_| unreachable!("the bounds are constants that hdrhistogram takes"))
}

/// Names come from the template; a bound all the same, because memory has one.
const NAMES_MAX: usize = 1_000;

#[cfg(test)]
mod tests;
