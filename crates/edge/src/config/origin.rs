//! An origin: where a behavior's objects come from, and how it is asked.

use std::time::Duration;

use crate::origin::OriginTarget;

/// One origin.
#[derive(Clone, Debug)]
pub struct OriginConfig {
    /// What behaviors call it by.
    pub id: String,
    /// Its domain name as AWS would have it; the origin's `Host` unless the viewer's is forwarded.
    pub domain_name: String,
    /// Put before every path: `/dev`, or nothing.
    pub origin_path: String,
    /// `OriginCustomHeaders`, which take the place of the viewer's of that name.
    pub origin_custom_headers: Vec<(String, String)>,
    /// `ConnectionAttempts`, 1 to 3.
    pub connection_attempts: u8,
    /// `ConnectionTimeout`, 1 to 10 s.
    pub connection_timeout: Duration,
    /// S3 or another.
    pub kind: OriginKind,
    /// What answers for that domain name on this machine.
    pub target: OriginTarget,
}

impl OriginConfig {
    /// An origin with CloudFront's defaults.
    pub fn new(id: &str, domain_name: &str, kind: OriginKind, target: OriginTarget) -> Self {
        Self {
            id: id.to_owned(),
            domain_name: domain_name.to_owned(),
            origin_path: String::new(),
            origin_custom_headers: Vec::new(),
            connection_attempts: 3,
            connection_timeout: Duration::from_secs(10),
            kind,
            target,
        }
    }
}

/// `S3OriginConfig` or `CustomOriginConfig`. An S3 origin's identity is part of its target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OriginKind {
    /// A bucket.
    S3,
    /// Anything that speaks HTTP.
    Custom(CustomOriginConfig),
}

/// `CustomOriginConfig`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomOriginConfig {
    /// How it is connected to.
    pub origin_protocol_policy: OriginProtocolPolicy,
    /// `HTTPPort`.
    pub http_port: u16,
    /// `HTTPSPort`.
    pub https_port: u16,
    /// `OriginReadTimeout`: to the first byte, and from one piece to the next.
    pub origin_read_timeout: Duration,
    /// `OriginKeepaliveTimeout`: how long an idle connection is kept.
    pub origin_keepalive_timeout: Duration,
}

impl Default for CustomOriginConfig {
    fn default() -> Self {
        Self {
            origin_protocol_policy: OriginProtocolPolicy::HttpsOnly,
            http_port: 80,
            https_port: 443,
            origin_read_timeout: Duration::from_secs(30),
            origin_keepalive_timeout: Duration::from_secs(5),
        }
    }
}

/// `OriginProtocolPolicy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginProtocolPolicy {
    /// `http-only`
    HttpOnly,
    /// `https-only`
    HttpsOnly,
    /// `match-viewer`
    MatchViewer,
}

/// Two origins; the second is asked when the first fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginGroup {
    /// What behaviors call it by.
    pub id: String,
    /// The ids of both members, the primary first.
    pub members: [String; 2],
    /// `FailoverCriteria.StatusCodes`.
    pub status_codes: Vec<u16>,
}
