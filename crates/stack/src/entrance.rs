//! The doors of a stack: what a viewer or a program can connect to.

use std::fmt;

/// One door, by the logical id of the resource behind it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entrance {
    /// A distribution.
    Distribution(String),
    /// An HTTP API on its own port.
    HttpApi(String),
    /// A REST API on its own port.
    RestApi(String),
    /// A function's own URL.
    FunctionUrl(String),
    /// The S3 protocol, for all buckets.
    S3,
    /// AWS's own APIs, for all functions and distributions: Lambda's and CloudFront's.
    Aws,
}

impl fmt::Display for Entrance {
    /// The name by which `--json`, logs and the page know it: `distribution.Website`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Distribution(name) => write!(out, "distribution.{name}"),
            Self::HttpApi(name) => write!(out, "httpapi.{name}"),
            Self::RestApi(name) => write!(out, "restapi.{name}"),
            Self::FunctionUrl(name) => write!(out, "url.{name}"),
            Self::S3 => out.write_str("s3"),
            Self::Aws => out.write_str("aws"),
        }
    }
}
