//! The cache: keys to stored answers, in memory within a byte budget, and on disk if there is a tier.

use std::collections::BTreeSet;
use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderMap;
use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Lifecycle, Weighter};

use crate::config::CacheSettings;
use crate::disk::Disk;
use crate::entry::{Entry, Variants};
use crate::flight::Leader;
use crate::key::{Key, Urls};

/// Stored answers by key. What memory gives up first is what a scan brought in and nobody asked for
/// again.
#[derive(Debug)]
pub(crate) struct Store {
    memory: Cache<Key, Arc<Variants>, Weight, DefaultHashBuilder, Arc<Index>>,
    index: Arc<Index>,
    disk: Option<Arc<Disk>>,
}

#[derive(Clone, Debug)]
struct Weight;

impl Weighter<Key, Arc<Variants>> for Weight {
    fn weight(&self, key: &Key, variants: &Arc<Variants>) -> u64 {
        key.as_bytes().len() as u64 + 128 + variants.weight()
    }
}

/// The keys in memory by their order, so that a purge looks at what it takes and at nothing else.
#[derive(Debug, Default)]
struct Index {
    keys: Mutex<BTreeSet<Key>>,
}

impl Index {
    fn add(&self, key: &Key) {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone());
    }

    fn remove(&self, key: &Key) {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    fn under(&self, urls: &Urls) -> Vec<Key> {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let from = keys.range::<[u8], _>((Bound::Included(urls.start()), Bound::Unbounded));
        let alike = from.take_while(|key| key.as_bytes().starts_with(urls.start()));
        alike.filter(|key| urls.take(key)).cloned().collect()
    }
}

/// What memory gives up leaves the index.
impl Lifecycle<Key, Arc<Variants>> for Arc<Index> {
    type RequestState = ();

    fn on_evict(&self, (): &mut (), key: Key, _: Arc<Variants>) {
        self.remove(&key);
    }
}

impl Store {
    /// A store within these limits. It blocks while the disk tier is read.
    ///
    /// Errors: the tier's folder cannot be used.
    pub(crate) fn open(settings: &CacheSettings) -> io::Result<Self> {
        // An estimate for the size of tables only; typical objects of a site are a few kilobytes.
        let items = usize::try_from(settings.memory_bytes / 8_192).unwrap_or(usize::MAX).max(64);
        let disk = settings.disk.clone().map(Disk::open).transpose()?.map(Arc::new);
        let index = Arc::new(Index::default());
        let hasher = DefaultHashBuilder::default();
        let memory = Cache::with(items, settings.memory_bytes, Weight, hasher, Arc::clone(&index));
        Ok(Self { memory, index, disk })
    }

    /// The answer in memory to a request of that key whose origin request has these headers.
    pub(crate) fn find(&self, key: &Key, origin_headers: impl FnOnce() -> HeaderMap) -> Option<Arc<Entry>> {
        self.memory.get(key)?.choose(origin_headers)
    }

    /// Brings what the disk tier has of that key into memory, if memory has nothing. Says whether it
    /// brought anything.
    pub(crate) async fn recall(&self, key: &Key) -> bool {
        let Some(disk) = &self.disk else { return false };
        if !disk.has(key) || self.memory.contains_key(key) {
            return false;
        }
        let (disk, wanted) = (Arc::clone(disk), key.clone());
        let Ok(found) = tokio::task::spawn_blocking(move || disk.find(&wanted)).await else { return false };
        if found.is_empty() {
            return false;
        }
        self.index.add(key);
        self.memory.insert(key.clone(), Arc::new(found.into_iter().collect()));
        true
    }

    /// Keeps an answer in memory.
    pub(crate) fn keep(&self, key: Key, entry: Arc<Entry>, origin_headers: &HeaderMap) {
        let before = self.memory.peek(&key).unwrap_or_default();
        self.index.add(&key);
        self.memory.insert(key, Arc::new(before.with(entry, origin_headers)));
    }

    /// Keeps an answer on disk too, behind the viewer's back. If it was purged meanwhile, or cannot be
    /// written, the disk has nothing of the key.
    pub(crate) fn write_behind(&self, leader: Leader, entry: Arc<Entry>) {
        let Some(disk) = self.disk.clone() else { return };
        tokio::task::spawn_blocking(move || {
            let key = leader.key();
            if disk.keep(key, &entry).is_err() || leader.is_purged() {
                disk.drop_key(key);
            }
        });
    }

    /// Drops every answer of that key.
    pub(crate) fn drop_key(&self, key: &Key) {
        self.memory.remove(key);
        self.index.remove(key);
        if let Some(disk) = self.disk.as_ref().filter(|disk| disk.has(key)) {
            disk.drop_key(key);
        }
    }

    /// Drops every answer of these. Says how many went; one that was in memory and on disk is one. Its
    /// time is that of what goes, not of what stays.
    pub(crate) fn drop_urls(&self, urls: &[Urls]) -> usize {
        let mut gone = 0;
        for some in urls {
            for key in self.index.under(some) {
                gone += self.memory.remove(&key).map_or(0, |(_, variants)| variants.len());
                self.index.remove(&key);
            }
        }
        let chosen = |key: &Key| urls.iter().any(|some| some.take(key));
        let from_disk = self.disk.as_ref().map_or(0, |disk| disk.drop_where(chosen));
        gone.max(from_disk)
    }

    /// Keys and bytes in memory.
    pub(crate) fn size(&self) -> (usize, u64) {
        (self.memory.len(), self.memory.weight())
    }
}

#[cfg(test)]
mod tests;
