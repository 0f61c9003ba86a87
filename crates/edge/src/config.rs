//! What a distribution is, in AWS's property names and with every default filled in: the template's
//! `DistributionConfig` turned into types.

mod behavior;
mod managed;
mod origin;
mod policy;
mod response_headers;

use std::path::PathBuf;
use std::time::Duration;

pub use self::behavior::{
    AllowedMethods, CacheBehavior, CachedMethods, Caching, CloudFrontFunction, FunctionAssociation,
    FunctionEvent, PublicKey, TimeToLive, ViewerProtocolPolicy,
};
pub use self::managed::{cache_policy, origin_request_policy, response_headers_policy};
pub use self::origin::{CustomOriginConfig, OriginConfig, OriginGroup, OriginKind, OriginProtocolPolicy};
pub use self::policy::{
    CachePolicy, CookiePreference, ForwardedValues, OriginRequestHeaders, OriginRequestPolicy, Selection,
};
pub use self::response_headers::{
    ContentSecurityPolicy, CorsConfig, CustomHeader, FrameOptions, ReferrerPolicy, ResponseHeadersPolicy,
    SecurityHeadersConfig, StrictTransportSecurity, XssProtection,
};

/// A distribution as its template describes it.
#[derive(Clone, Debug)]
pub struct DistributionConfig {
    /// `E` and 13 more characters: what `Ref` gives.
    pub id: String,
    /// The resource's name in the template; telemetry calls the entrance `distribution.NAME`.
    pub logical_id: String,
    /// `d111111abcdef8.cloudfront.net`.
    pub domain_name: String,
    /// Further host names that the distribution answers to.
    pub aliases: Vec<String>,
    /// Addresses of this machine that it answers to as well, as the `Host` header gives them
    /// (`localhost:8080`); empty means that the listener has checked the host already.
    pub local_hosts: Vec<String>,
    /// A disabled distribution refuses everything.
    pub enabled: bool,
    /// What `/` stands for, without a leading slash.
    pub default_root_object: Option<String>,
    /// Where objects come from.
    pub origins: Vec<OriginConfig>,
    /// Pairs of origins, the second asked when the first fails.
    pub origin_groups: Vec<OriginGroup>,
    /// The behavior of every path that no other one matches; its `path_pattern` is not looked at.
    pub default_cache_behavior: CacheBehavior,
    /// The others, in the order in which they are tried.
    pub cache_behaviors: Vec<CacheBehavior>,
    /// Pages and lifetimes for errors.
    pub custom_error_responses: Vec<CustomErrorResponse>,
    /// The protocols that viewers are told of.
    pub http_version: HttpVersion,
}

/// One entry of `CustomErrorResponses`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomErrorResponse {
    /// The origin's status that it stands for.
    pub error_code: u16,
    /// How long such an answer is kept; CloudFront's default is 10 s.
    pub error_caching_min_ttl: Duration,
    /// The page shown instead, and the status it is shown with.
    pub page: Option<ErrorPage>,
}

/// The two properties that only come together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorPage {
    /// The status that the viewer gets.
    pub response_code: u16,
    /// Where the page is found in this distribution, with a leading slash.
    pub response_page_path: String,
}

/// `HttpVersion`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpVersion {
    /// `http1.1`
    Http11,
    /// `http2`
    #[default]
    Http2,
    /// `http3`
    Http3,
    /// `http2and3`
    Http2And3,
}

impl HttpVersion {
    /// Whether viewers are told of HTTP/3.
    pub(crate) fn advertises_http3(self) -> bool {
        matches!(self, Self::Http3 | Self::Http2And3)
    }
}

/// What this machine decides about a distribution, and no template does.
#[derive(Clone, Debug)]
pub struct EdgeSettings {
    /// Whether viewer protocol policies hold, or are only spoken of.
    pub viewer_protocol: Enforcement,
    /// Whose caching rules are followed.
    pub profile: Profile,
    /// What the cache may hold.
    pub cache: CacheSettings,
    /// The secret of this run beside which the runtime believes the `X-Davy-*` headers. `None`
    /// leaves them out.
    pub origin_secret: Option<String>,
}

impl Default for EdgeSettings {
    fn default() -> Self {
        Self {
            viewer_protocol: Enforcement::Reported,
            profile: Profile::CloudFront,
            cache: CacheSettings::default(),
            origin_secret: None,
        }
    }
}

/// What happens to a viewer protocol policy on a connection without TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enforcement {
    /// It holds: 403 or a redirect.
    Enforced,
    /// The request passes, and the first one that would not have is told of: on a machine of one's
    /// own, over plain loopback HTTP, a redirect to https would lead nowhere.
    Reported,
}

/// Whose caching rules are followed where they differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// What the deployed distribution will do.
    #[default]
    CloudFront,
    /// What a shared cache does by RFC 9111: unsafe methods invalidate, directives forbid staleness,
    /// `CDN-Cache-Control` is heeded.
    Rfc9111,
}

/// Limits of the cache.
#[derive(Clone, Debug)]
pub struct CacheSettings {
    /// Budget of the memory tier.
    pub memory_bytes: u64,
    /// A larger object is passed through and not stored.
    pub object_bytes: u64,
    /// The tier that survives a restart.
    pub disk: Option<DiskSettings>,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self { memory_bytes: 256 << 20, object_bytes: 32 << 20, disk: None }
    }
}

/// The tier that survives a restart.
#[derive(Clone, Debug)]
pub struct DiskSettings {
    /// Its directory; made if it is missing, and nobody else's.
    pub folder: PathBuf,
    /// Its budget.
    pub bytes: u64,
}
