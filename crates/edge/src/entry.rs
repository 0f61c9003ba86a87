//! A stored answer, and the choice among the answers of one key that `Vary` makes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::header::{ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use trace::Timestamp;

use crate::freshness::{Freshness, Terms};

/// A stored answer, whole.
#[derive(Debug)]
pub(crate) struct Entry {
    pub head: EntryHead,
    pub body: Bytes,
    /// Microseconds since the epoch: not before then is the origin asked again after it has failed.
    retry_at: AtomicU64,
}

/// All of a stored answer but its body.
#[derive(Clone, Debug)]
pub(crate) struct EntryHead {
    pub status: StatusCode,
    /// As the viewer gets them, but for those that each answer has of its own.
    pub headers: HeaderMap,
    pub terms: Terms,
    /// The origin request's headers that the answer depends on, and their values then.
    pub varies: Vec<Vary>,
    /// The origin's own tag, when compression has weakened the viewer's.
    pub origin_tag: Option<HeaderValue>,
}

/// One header that an answer depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Vary {
    pub name: HeaderName,
    pub value: Option<Vec<u8>>,
}

impl Entry {
    pub(crate) fn new(head: EntryHead, body: Bytes) -> Self {
        Self { head, body, retry_at: AtomicU64::new(0) }
    }

    /// What it is worth now; while the origin is given a rest after a failure, a stale answer counts
    /// as good enough.
    pub(crate) fn freshness(&self, now: Timestamp) -> Freshness {
        match self.head.terms.at(now) {
            Freshness::Stale | Freshness::Revalidating
                if now.micros() < self.retry_at.load(Ordering::Relaxed) =>
            {
                Freshness::Fresh { remaining: std::time::Duration::ZERO }
            }
            other => other,
        }
    }

    /// Whether it may be shown when no new answer is to be had.
    pub(crate) fn may_stand_in(&self, now: Timestamp) -> bool {
        !matches!(self.head.terms.at(now), Freshness::Dead)
    }

    /// E-153: the origin has failed; it is asked again after a while.
    pub(crate) fn rest_origin_until(&self, at: Timestamp) {
        self.retry_at.store(at.micros(), Ordering::Relaxed);
    }

    /// What the entry costs the budget: its bytes and an estimate of the rest.
    pub(crate) fn weight(&self) -> u64 {
        let headers: usize =
            self.head.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 64).sum();
        (self.body.len() + headers + 512) as u64
    }
}

impl EntryHead {
    /// Whether the answer is one to a request with these headers (E-106).
    pub(crate) fn answers(&self, origin_headers: &HeaderMap) -> bool {
        self.varies.iter().all(|vary| vary.value == joined(origin_headers, &vary.name))
    }

    /// Adds the conditions under which the origin need not send it again (E-132). Says whether there
    /// are any.
    pub(crate) fn add_conditions(&self, request: &mut HeaderMap) -> bool {
        let tag = self.origin_tag.as_ref().or_else(|| self.headers.get(ETAG));
        if let Some(tag) = tag {
            request.insert(IF_NONE_MATCH, tag.clone());
        }
        let modified = self.headers.get(LAST_MODIFIED);
        if let Some(modified) = modified {
            request.insert(IF_MODIFIED_SINCE, modified.clone());
        }
        tag.is_some() || modified.is_some()
    }
}

/// The headers that `answer` says it depends on, with their values in the origin's request.
pub(crate) fn varies(answer: &HeaderMap, origin_request: &HeaderMap) -> Vec<Vary> {
    let mut varies: Vec<Vary> = Vec::new();
    for line in answer.get_all(VARY).iter().filter_map(|line| line.to_str().ok()) {
        for name in line.split(',').filter_map(|name| name.trim().parse::<HeaderName>().ok()) {
            if !varies.iter().any(|vary| vary.name == name) {
                varies.push(Vary { value: joined(origin_request, &name), name });
            }
        }
    }
    varies
}

/// All values of a header as one, spaces around the commas aside.
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<u8>> {
    let mut values = headers.get_all(name).iter();
    let mut joined = values.next()?.as_bytes().trim_ascii().to_vec();
    for value in values {
        joined.push(b',');
        joined.extend_from_slice(value.as_bytes().trim_ascii());
    }
    let mut compact = Vec::with_capacity(joined.len());
    for item in joined.split(|&byte| byte == b',') {
        if !compact.is_empty() {
            compact.push(b',');
        }
        compact.extend_from_slice(item.trim_ascii());
    }
    Some(compact)
}

/// The answers of one key, the newest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variants(Vec<Arc<Entry>>);

impl Variants {
    /// The one that answers a request with these origin headers. They are made only if they matter.
    pub(crate) fn choose(&self, origin_headers: impl FnOnce() -> HeaderMap) -> Option<Arc<Entry>> {
        if let [only] = self.0.as_slice()
            && only.head.varies.is_empty()
        {
            return Some(Arc::clone(only));
        }
        let headers = origin_headers();
        self.0.iter().find(|entry| entry.head.answers(&headers)).cloned()
    }

    /// These and a new one, which takes the place of those that answered the same request.
    pub(crate) fn with(&self, entry: Arc<Entry>, origin_headers: &HeaderMap) -> Self {
        let others = self.0.iter().filter(|old| !old.head.answers(origin_headers)).cloned();
        Self(std::iter::once(entry).chain(others.take(VARIANTS - 1)).collect())
    }

    pub(crate) fn weight(&self) -> u64 {
        self.0.iter().map(|entry| entry.weight()).sum()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl FromIterator<Arc<Entry>> for Variants {
    fn from_iter<Entries: IntoIterator<Item = Arc<Entry>>>(entries: Entries) -> Self {
        Self(entries.into_iter().collect())
    }
}

/// A viewer who varies a header at will must not fill the cache with one key.
const VARIANTS: usize = 64;
