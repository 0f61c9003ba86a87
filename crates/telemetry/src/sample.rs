//! Which finished traces are kept: all while there are few, a sample of many.

use std::time::Duration;

use hdrhistogram::Histogram;
use trace::Outcome;

/// Decides trace by trace, once each has ended; time is an argument.
pub(crate) struct Sampler {
    per_second: u32,
    second: u64,
    seen: u32,
    /// Durations of this second and of the one before, in microseconds.
    durations: Histogram<u64>,
    slow: Option<u64>,
}

impl Sampler {
    pub(crate) fn new(per_second: u32) -> Self {
        Self { per_second, second: 0, seen: 0, durations: crate::counters::histogram(), slow: None }
    }

    /// Whether a trace that ended in `second` is kept.
    pub(crate) fn keeps(&mut self, second: u64, duration: Duration, outcome: Outcome) -> bool {
        if second > self.second {
            // A quiet second says little about what is slow: the last busy one still holds.
            if self.durations.len() >= 100 {
                self.slow = Some(self.durations.value_at_quantile(SLOWEST));
                self.durations.reset();
            }
            self.second = second;
            self.seen = 0;
        }
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.durations.saturating_record(micros);
        self.seen = self.seen.saturating_add(1);
        self.seen <= self.per_second
            || outcome != Outcome::Ok
            || self.slow.is_some_and(|slow| micros >= slow)
            || self.seen.is_multiple_of(ONE_OF)
    }
}

/// What is slower than this share of its fellows is kept always.
const SLOWEST: f64 = 0.99;

/// Of the others, one of so many.
const ONE_OF: u32 = 10;

#[cfg(test)]
mod tests;
