//! Buckets served alone, to the clients that people use: the aws CLI, boto3, rclone, s3cmd; and
//! killed in the middle of their work.
//!
//! The clients must be installed: a missing one fails, it never skips.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that asked for it")]
#![expect(clippy::disallowed_methods, reason = "these tests are about other processes")]

mod aws;
mod boto3;
mod crash;
mod rclone;
mod s3cmd;
mod server;
