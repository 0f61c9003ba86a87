//! S3-compatible buckets: storage, policies, the S3 protocol.

mod buckets;

pub use buckets::{BucketConfig, BucketSettings, Buckets, Ignore, Mirrored, OpenError, ReadRequest};
