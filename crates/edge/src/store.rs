//! The cache's memory tier: keys to stored answers within a byte budget.

use std::sync::Arc;

use http::HeaderMap;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::entry::{Entry, Variants};
use crate::key::Key;

/// Stored answers by key. What is evicted is what a scan brought in and nobody asked for again.
#[derive(Debug)]
pub(crate) struct Store {
    memory: Cache<Key, Arc<Variants>, Weight>,
}

#[derive(Clone, Debug)]
struct Weight;

impl Weighter<Key, Arc<Variants>> for Weight {
    fn weight(&self, key: &Key, variants: &Arc<Variants>) -> u64 {
        key.as_bytes().len() as u64 + 128 + variants.weight()
    }
}

impl Store {
    /// A store of at most `bytes`.
    pub(crate) fn new(bytes: u64) -> Self {
        // An estimate for the size of tables only; typical objects of a site are a few kilobytes.
        let items = usize::try_from(bytes / 8_192).unwrap_or(usize::MAX).max(64);
        Self { memory: Cache::with_weighter(items, bytes, Weight) }
    }

    /// The answer to a request of that key whose origin request has these headers.
    pub(crate) fn find(&self, key: &Key, origin_headers: impl FnOnce() -> HeaderMap) -> Option<Arc<Entry>> {
        self.memory.get(key)?.choose(origin_headers)
    }

    /// Keeps an answer.
    pub(crate) fn keep(&self, key: Key, entry: Arc<Entry>, origin_headers: &HeaderMap) {
        let before = self.memory.peek(&key).unwrap_or_default();
        self.memory.insert(key, Arc::new(before.with(entry, origin_headers)));
    }

    /// Drops every answer of the keys that `chosen` takes. Says how many answers went.
    pub(crate) fn drop_where(&self, chosen: impl Fn(&Key) -> bool) -> usize {
        let gone = std::cell::Cell::new(0);
        self.memory.retain(|key, variants| {
            let stays = !chosen(key);
            if !stays {
                gone.set(gone.get() + variants.iter().count());
            }
            stays
        });
        gone.get()
    }

    /// Keys and bytes held.
    pub(crate) fn size(&self) -> (usize, u64) {
        (self.memory.len(), self.memory.weight())
    }
}

#[cfg(test)]
mod tests;
