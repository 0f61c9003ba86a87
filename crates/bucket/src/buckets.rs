//! The buckets of a stack: what the other hops, and the S3 port, ask of them.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use http_body_util::combinators::UnsyncBoxBody;

use access::{Credentials, Peer, Policy, Principal};
use telemetry::{Telemetry, TraceContext};
use trace::{Clock, Entropy};

/// The buckets of a stack. Cloning shares them.
#[derive(Clone)]
pub struct Buckets;

/// A bucket as the template describes it.
#[derive(Clone, Debug)]
pub struct BucketConfig {
    /// The bucket's name.
    pub name: String,
    /// Its name in the template.
    pub logical_id: String,
    /// Its policy, if the template has one for it.
    pub policy: Option<serde_json::Value>,
    /// `PublicAccessBlockConfiguration.RestrictPublicBuckets` and `.BlockPublicPolicy`: on unless
    /// the template switches them off.
    pub block_public_access: bool,
}

/// What all buckets of a stack share.
#[derive(Clone, Debug)]
pub struct BucketSettings {
    /// The owner's twelve digits.
    pub account: String,
    /// `us-east-1`
    pub region: String,
    /// The owner's keys, with which real clients may do everything.
    pub credentials: Credentials,
}

/// A read on the inside: what the edge asks.
#[derive(Debug)]
pub struct ReadRequest {
    /// The bucket's name.
    pub bucket: String,
    /// The key, decoded.
    pub key: String,
    /// GET or HEAD.
    pub method: Method,
    /// Conditional and range headers are obeyed; the rest is ignored.
    pub headers: HeaderMap,
    /// The viewer, for `aws:SourceIp` and `aws:SecureTransport`.
    pub peer: Option<Peer>,
    /// The trace that the read belongs to.
    pub trace: Option<TraceContext>,
}

/// Names that a mirror leaves out, besides `*.php` and dot files: `.davyignore`'s lines.
#[derive(Clone, Debug, Default)]
pub struct Ignore;

impl Ignore {
    /// Reads the lines of a `.davyignore`: gitignore's syntax.
    pub fn parse(_text: &str) -> Self {
        Self
    }

    /// Whether the file at `path`, relative to the folder that the lines are of, stays outside.
    pub fn ignores(&self, _path: &Path) -> bool {
        false
    }
}

/// What a mirror did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mirrored {
    /// Keys written because their files are new or other than before.
    pub written: Vec<String>,
    /// Keys deleted because their files are gone.
    pub deleted: Vec<String>,
    /// Keys that were up to date.
    pub unchanged: usize,
}

/// Why the buckets could not be opened.
#[derive(Debug)]
pub struct OpenError {
    path: PathBuf,
    error: io::Error,
}

impl fmt::Display for OpenError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "cannot use {} for buckets: {}", self.path.display(), self.error)
    }
}

impl std::error::Error for OpenError {}

impl Buckets {
    /// Opens the buckets under `root`, makes those that `configs` names, and sets their policies.
    pub fn open(
        _root: &Path,
        _configs: Vec<BucketConfig>,
        _settings: BucketSettings,
        _telemetry: Telemetry,
        _clock: Arc<dyn Clock>,
        _entropy: Arc<dyn Entropy>,
    ) -> Result<Self, OpenError> {
        Ok(Self)
    }

    /// Reads an object as `principal`, or answers S3's error.
    pub async fn read(
        &self,
        _request: ReadRequest,
        _principal: &Principal,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        Response::default()
    }

    /// Serves the S3 protocol: the signature tells the principal. The listener's [`Peer`] is in the
    /// request's extensions.
    pub async fn serve(
        &self,
        _request: Request<UnsyncBoxBody<Bytes, io::Error>>,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        Response::default()
    }

    /// Sets a bucket's policy, or takes it away.
    pub fn set_policy(&self, _bucket: &str, _policy: Option<Policy>) {}

    /// Lets `credentials` act as `principal`: a function's keys and its role.
    pub fn register(&self, _credentials: Credentials, _principal: Principal) {}

    /// Brings the files of `folder` into `bucket` under `prefix` and deletes what vanished since.
    /// It blocks.
    pub fn mirror(
        &self,
        _bucket: &str,
        _folder: &Path,
        _prefix: &str,
        _ignore: &Ignore,
    ) -> io::Result<Mirrored> {
        Ok(Mirrored::default())
    }
}
