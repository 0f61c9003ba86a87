//! What lies in the buckets, for who shows it on this machine: no request, no policy.

use std::io;

use trace::Timestamp;

use super::listing::{Page, Wanted};
use crate::Buckets;
use crate::key::Key;

/// A bucket as the template names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketNames {
    /// Its name.
    pub name: String,
    /// Its resource's name; empty for a bucket that a client has made.
    pub logical_id: String,
}

/// One page of a bucket, one level deep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Prefixes one level deeper, each with its `/`.
    pub folders: Vec<String>,
    /// The objects.
    pub objects: Vec<ObjectSummary>,
    /// The name to go on after, if there is more.
    pub next: Option<String>,
}

/// One object in [`Contents`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectSummary {
    /// Its whole key.
    pub key: String,
    /// Its size.
    pub bytes: u64,
    /// Its content type, as it is sent.
    pub content_type: String,
    /// When it was put there.
    pub modified: Timestamp,
}

impl Buckets {
    /// The buckets, by name.
    pub fn names(&self) -> Vec<BucketNames> {
        let names = |bucket: &crate::bucket::Bucket| BucketNames {
            name: bucket.name.clone(),
            logical_id: bucket.logical_id.clone(),
        };
        self.inner.all().iter().map(|bucket| names(bucket)).collect()
    }

    /// At most 1,000 of the names in a bucket that begin with `prefix` and come after `after`, one
    /// level deep. `None` if there is no such bucket.
    ///
    /// # Errors
    /// The disk's.
    pub fn contents(&self, bucket: &str, prefix: &str, after: &str) -> io::Result<Option<Contents>> {
        let Ok(bucket) = self.inner.bucket(bucket) else { return Ok(None) };
        let keys = bucket.store.keys(prefix)?;
        let page = Page::of(&keys, Wanted { prefix, delimiter: "/", after, most: 1_000 });
        let mut objects = Vec::with_capacity(page.keys.len());
        for name in page.keys {
            let Some(key) = Key::new(name) else { continue };
            // One that has been deleted since is not in the list.
            let Some(record) = bucket.store.record(&key)? else { continue };
            objects.push(ObjectSummary {
                key: name.to_owned(),
                bytes: record.stamp.size,
                content_type: record.headers.get("content-type").cloned().unwrap_or_default(),
                modified: Timestamp::from_micros(record.stamp.modified / 1_000),
            });
        }
        let folders = page.prefixes.into_iter().map(str::to_owned).collect();
        Ok(Some(Contents { folders, objects, next: page.next.map(str::to_owned) }))
    }
}

#[cfg(test)]
mod tests;
