//! Route throttling: a bucket of tokens for each route of a stage that names a limit.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use trace::Timestamp;

use crate::config::Throttling;

/// The tokens of one route.
#[derive(Debug)]
pub(crate) struct Throttle {
    limit: Throttling,
    bucket: Mutex<Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Timestamp,
}

impl Throttle {
    /// A full bucket.
    pub(crate) fn new(limit: Throttling, now: Timestamp) -> Self {
        Self { limit, bucket: Mutex::new(Bucket { tokens: f64::from(limit.burst), filled: now }) }
    }

    /// Takes a token if there is one.
    pub(crate) fn admits(&self, now: Timestamp) -> bool {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let refilled = bucket.tokens + now.since(bucket.filled).as_secs_f64() * self.limit.rate;
        bucket.tokens = refilled.min(f64::from(self.limit.burst));
        bucket.filled = bucket.filled.max(now);
        if bucket.tokens < 1.0 {
            return false;
        }
        bucket.tokens -= 1.0;
        true
    }
}

impl fmt::Display for Throttle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} requests a second after a burst of {}", self.limit.rate, self.limit.burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_the_rate() {
        let throttle = Throttle::new(Throttling { rate: 2.0, burst: 3 }, Timestamp::from_millis(0));
        let admitted = |millis: u64, count: usize| {
            (0..count).filter(|_| throttle.admits(Timestamp::from_millis(millis))).count()
        };
        assert_eq!(admitted(0, 5), 3);
        assert_eq!(admitted(499, 5), 0);
        assert_eq!(admitted(1_000, 5), 2);
        assert_eq!(admitted(60_000, 5), 3);
        assert_eq!(admitted(59_000, 1), 0, "a clock that goes backwards gives nothing");
    }

    #[test]
    fn nothing_comes_through_a_limit_of_zero() {
        let throttle = Throttle::new(Throttling { rate: 0.0, burst: 0 }, Timestamp::from_millis(0));
        assert!(!throttle.admits(Timestamp::from_millis(10_000)));
    }
}
