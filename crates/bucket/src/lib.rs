//! S3-compatible buckets: storage, policies, the S3 protocol.
//!
//! ```text
//! the edge ── read(key, principal) ──────────────┐
//!                                                ├─► authorize ─► store ─► files under .davy/buckets
//! clients ─── serve(request) ─► who signed it? ──┘
//! ```
//!
//! Invariant: who asks is proved by a signature, or is the hop inside the process that says so;
//! nothing that a viewer can write into a header makes him somebody.
//! Invariant: a reader sees the old object or the new one, whole, whatever dies when.

mod answer;
mod authorize;
mod bucket;
mod buckets;
mod checksum;
mod content_type;
mod error;
mod fuzz;
mod ignore;
mod key;
mod mirror;
mod preconditions;
mod protocol;
mod range;
mod read;
mod record;
mod store;
mod xml;

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

pub use buckets::{BucketConfig, BucketSettings, Buckets, NewBuckets, OpenError, ReadRequest};
pub use fuzz::{fuzz_chunks, fuzz_document, fuzz_key};
pub use ignore::Ignore;
pub use mirror::Mirrored;
pub use protocol::{BucketNames, Contents, ObjectSummary};

/// The canonical user id that Davy gives an account: 64 hex digits, the same every time.
pub fn canonical_user(account: &str) -> String {
    use sha2::Digest as _;
    hex(&sha2::Sha256::digest(format!("canonical user of {account}")))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
fn http_date(seconds: u64) -> String {
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}
