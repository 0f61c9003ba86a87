//! What a behavior has done so far, in numbers.

use std::sync::atomic::{AtomicU64, Ordering};

use http::StatusCode;

use crate::answer::CacheResult;

/// A behavior's counters.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    requests: AtomicU64,
    hits: AtomicU64,
    misses: AtomicU64,
    refresh_hits: AtomicU64,
    errors: AtomicU64,
    bytes: AtomicU64,
}

/// A behavior's counters at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BehaviorStatistics {
    /// The behavior's path pattern; `Default (*)` for the default one.
    pub path_pattern: String,
    /// Requests that it answered.
    pub requests: u64,
    /// Of them, from the cache.
    pub hits: u64,
    /// From the origin.
    pub misses: u64,
    /// From the cache after the origin said that nothing has changed.
    pub refresh_hits: u64,
    /// With a 4xx or 5xx.
    pub errors: u64,
    /// Bytes of all their bodies.
    pub bytes: u64,
}

impl Counters {
    pub(crate) fn count(&self, cache: CacheResult, status: StatusCode, bytes: u64) {
        let add = |counter: &AtomicU64, number| counter.fetch_add(number, Ordering::Relaxed);
        add(&self.requests, 1);
        add(&self.bytes, bytes);
        if status.is_client_error() || status.is_server_error() {
            add(&self.errors, 1);
        }
        match cache {
            CacheResult::Hit => add(&self.hits, 1),
            CacheResult::Miss => add(&self.misses, 1),
            CacheResult::RefreshHit => add(&self.refresh_hits, 1),
            CacheResult::Error
            | CacheResult::Redirect
            | CacheResult::FunctionGenerated
            | CacheResult::FunctionFailed => 0,
        };
    }

    pub(crate) fn read(&self, path_pattern: String) -> BehaviorStatistics {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        BehaviorStatistics {
            path_pattern,
            requests: read(&self.requests),
            hits: read(&self.hits),
            misses: read(&self.misses),
            refresh_hits: read(&self.refresh_hits),
            errors: read(&self.errors),
            bytes: read(&self.bytes),
        }
    }
}
