//! Distributions, with `CloudFront`'s defaults filled in.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Position;

/// An `AWS::CloudFront::Distribution`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distribution {
    /// Its name in the template.
    pub logical_id: String,
    /// `E` and 13 upper-case letters and digits.
    pub id: String,
    /// `dNNNN.cloudfront.net`.
    pub domain_name: String,
    /// `arn:aws:cloudfront::ACCOUNT:distribution/ID`: what bucket policies for an OAC name.
    pub arn: String,
    /// Other host names.
    pub aliases: Vec<String>,
    /// A distribution that is not refuses every request.
    pub enabled: bool,
    /// What `/` stands for; no leading slash.
    pub default_root_object: Option<String>,
    /// The newest protocol that viewers may speak.
    pub http_version: HttpVersion,
    /// Where responses come from.
    pub origins: Vec<Origin>,
    /// Tried in this order; the first that matches decides.
    pub behaviors: Vec<CacheBehavior>,
    /// What matches when none does; its path pattern is `*`.
    pub default_behavior: CacheBehavior,
    /// `CustomErrorResponses`.
    pub custom_errors: Vec<CustomError>,
    /// Where it is written.
    pub position: Position,
}

/// `HttpVersion`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpVersion {
    /// `http1.1`: what a distribution has that does not say.
    #[default]
    Http1,
    /// `http2`.
    Http2,
    /// `http3`.
    Http3,
    /// `http2and3`.
    Http2And3,
}

/// Where responses come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// What behaviors name it by.
    pub id: String,
    /// Its host.
    pub domain_name: String,
    /// Put before the request's path: empty, or with a leading slash and none at the end.
    pub path: String,
    /// Headers that overwrite the viewer's.
    pub custom_headers: BTreeMap<String, String>,
    /// 1 to 3.
    pub connection_attempts: u8,
    /// 1 to 10 s.
    pub connection_timeout: Duration,
    /// How it is spoken to.
    pub kind: OriginKind,
    /// The id of an origin access control.
    pub access_control: Option<String>,
    /// What of the stack its host is.
    pub target: OriginTarget,
    /// Where it is written.
    pub position: Position,
}

/// How an origin is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OriginKind {
    /// As a bucket.
    S3 {
        /// The id of an origin access identity; nothing: read as anybody.
        identity: Option<String>,
    },
    /// As a web server.
    Custom(CustomOrigin),
}

/// `CustomOriginConfig`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomOrigin {
    /// 80, unless said otherwise.
    pub http_port: u16,
    /// 443, unless said otherwise.
    pub https_port: u16,
    /// Which of the two.
    pub protocol: OriginProtocol,
    /// How long the first byte, and each next packet, may take: 1 to 60 s.
    pub read_timeout: Duration,
    /// How long an idle connection is kept: 1 to 60 s.
    pub keep_alive: Duration,
}

/// `OriginProtocolPolicy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginProtocol {
    /// `http-only`.
    HttpOnly,
    /// `https-only`.
    HttpsOnly,
    /// `match-viewer`.
    MatchViewer,
}

/// What of the stack an origin's host is, found by its AWS domain name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OriginTarget {
    /// A bucket, by its logical id.
    Bucket(String),
    /// An HTTP API, by its logical id.
    HttpApi(String),
    /// A REST API, by its logical id.
    RestApi(String),
    /// A function's URL, by the function's logical id.
    FunctionUrl(String),
    /// Another distribution, by its logical id.
    Distribution(String),
    /// None: a host on the Internet.
    External,
}

/// `DefaultCacheBehavior`, or one of `CacheBehaviors`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheBehavior {
    /// `*` for the default one.
    pub path_pattern: String,
    /// The origin's id.
    pub target_origin: String,
    /// What becomes of plain HTTP.
    pub viewer_protocol: ViewerProtocol,
    /// Any other method is refused.
    pub allowed_methods: Vec<String>,
    /// Those whose responses are kept.
    pub cached_methods: Vec<String>,
    /// Whether responses are compressed for viewers that take it.
    pub compress: bool,
    /// What reaches the origin, what is in the key, how long it is kept.
    pub forwarding: Forwarding,
    /// The id of a response headers policy.
    pub response_headers_policy: Option<String>,
    /// `CloudFront` Functions that run on the way.
    pub functions: Vec<EdgeFunctionAssociation>,
    /// Where it is written.
    pub position: Position,
}

/// `ViewerProtocolPolicy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewerProtocol {
    /// `allow-all`.
    AllowAll,
    /// `https-only`.
    HttpsOnly,
    /// `redirect-to-https`.
    RedirectToHttps,
}

/// The two ways to say what reaches the origin and how long its answers are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forwarding {
    /// The older one.
    Values {
        /// What is forwarded, and in the key.
        values: ForwardedValues,
        /// How long responses are kept.
        time_to_live: TimeToLive,
    },
    /// By policies; AWS's managed ones are known by their ids.
    Policies {
        /// The id of a cache policy.
        cache: String,
        /// The id of an origin request policy.
        origin_request: Option<String>,
    },
}

/// `ForwardedValues`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForwardedValues {
    /// Whether the query string is forwarded.
    pub query_string: bool,
    /// The parameters in the key; empty: all of a forwarded query string.
    pub query_string_keys: Vec<String>,
    /// Forwarded headers; `*` is all of them, and no caching.
    pub headers: Vec<String>,
    /// Forwarded cookies.
    pub cookies: ForwardedCookies,
}

/// `ForwardedValues.Cookies`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ForwardedCookies {
    /// None.
    #[default]
    None,
    /// Those whose names match; `*` and `?` are wildcards.
    Names(Vec<String>),
    /// All.
    All,
}

/// How long responses are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeToLive {
    /// At least, whatever the origin says.
    pub minimum: Duration,
    /// If the origin does not say.
    pub default: Duration,
    /// At most, if the origin says.
    pub maximum: Duration,
}

/// `FunctionAssociations`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeFunctionAssociation {
    /// When it runs.
    pub event: EdgeEvent,
    /// The function's ARN, as in [`super::EdgeFunction::arn`].
    pub arn: String,
}

/// When a `CloudFront` Function runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeEvent {
    /// Before the cache is looked at.
    ViewerRequest,
    /// Before the response leaves.
    ViewerResponse,
}

/// One of `CustomErrorResponses`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomError {
    /// The origin's status.
    pub code: u16,
    /// What is sent instead, with its status.
    pub page: Option<String>,
    /// The status that the viewer sees.
    pub response_code: Option<u16>,
    /// How long the error is kept; 10 s unless said otherwise.
    pub minimum_time_to_live: Duration,
}
