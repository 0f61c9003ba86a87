//! A request turned into its cache key: path, the query's share, and what else the behavior keys.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use http::Method;

use crate::forwarding::{Forwarding, Viewed};

/// A cache key. One cache is one distribution's, so its name is no part (E-003, E-100).
///
/// ```text
///   /path ? query \n name: value \n name: value …
///   └ path ┘└ url ┘
/// ```
#[derive(Clone, Debug)]
pub(crate) struct Key {
    text: Arc<[u8]>,
    url_length: usize,
}

impl Key {
    /// The key of a request for `path` under a behavior's rules. GET and HEAD share it; OPTIONS has
    /// one of its own (E-100).
    pub(crate) fn new(forwarding: &Forwarding, viewed: &Viewed<'_>, path: &str, query: Option<&str>) -> Self {
        let mut text = Vec::with_capacity(path.len() + 64);
        text.extend_from_slice(path.as_bytes());
        if let Some(query) = forwarding.key_query(query) {
            text.push(b'?');
            text.extend_from_slice(query.as_bytes());
        }
        let url_length = text.len();
        if *viewed.method == Method::OPTIONS {
            text.extend_from_slice(b"\nOPTIONS");
        }
        forwarding.key_parts(viewed, |name, value| {
            text.push(b'\n');
            text.extend_from_slice(name.as_bytes());
            text.extend_from_slice(b": ");
            text.extend_from_slice(value);
        });
        Self { text: text.into(), url_length }
    }

    /// A key that was written down.
    pub(crate) fn from_parts(text: Arc<[u8]>, url_length: usize) -> Option<Self> {
        (url_length <= text.len()).then_some(Self { text, url_length })
    }

    /// All of it.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.text
    }

    /// Path and query, what invalidation looks at.
    pub(crate) fn url(&self) -> &[u8] {
        &self.text[..self.url_length]
    }
}

/// Keys by their path and query: one, in all its variants, or all that begin alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Urls {
    start: Vec<u8>,
    is_whole: bool,
}

impl Urls {
    /// What an invalidation's path takes: `*` at the end stands for anything, and a query that is keyed
    /// has to be named (E-181, E-182).
    pub(crate) fn of_pattern(pattern: &str) -> Self {
        match pattern.strip_suffix('*') {
            Some(start) => Self { start: start.into(), is_whole: false },
            None => Self::exactly(pattern),
        }
    }

    /// That one.
    pub(crate) fn exactly(url: &str) -> Self {
        Self { start: url.into(), is_whole: true }
    }

    /// What all their keys begin with, and no others do but longer ones.
    pub(crate) fn start(&self) -> &[u8] {
        &self.start
    }

    /// Whether the key is one of them.
    pub(crate) fn take(&self, key: &Key) -> bool {
        if self.is_whole { key.url() == self.start } else { key.url().starts_with(&self.start) }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Key {}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Borrow<[u8]> for Key {
    fn borrow(&self) -> &[u8] {
        &self.text
    }
}

impl Hash for Key {
    fn hash<State: Hasher>(&self, state: &mut State) {
        self.text.hash(state);
    }
}

#[cfg(test)]
mod tests;
