//! S3-compatible buckets: storage, policies, the S3 protocol.
