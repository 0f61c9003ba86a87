//! A cache behavior: which requests it takes, and what is done with them.

use std::time::Duration;

use http::Method;

use super::policy::{CachePolicy, ForwardedValues, OriginRequestPolicy};
use super::response_headers::ResponseHeadersPolicy;

/// One cache behavior.
#[derive(Clone, Debug)]
pub struct CacheBehavior {
    /// The paths it takes: `*` for any run of characters, `?` for one.
    pub path_pattern: String,
    /// The id of an origin or an origin group.
    pub target_origin_id: String,
    /// What happens to requests without TLS.
    pub viewer_protocol_policy: ViewerProtocolPolicy,
    /// The methods that pass.
    pub allowed_methods: AllowedMethods,
    /// The methods whose answers are stored.
    pub cached_methods: CachedMethods,
    /// Whether answers are compressed for viewers that take it.
    pub compress: bool,
    /// What is forwarded, keyed and for how long answers hold.
    pub caching: Caching,
    /// Headers added to and taken from answers.
    pub response_headers_policy: Option<ResponseHeadersPolicy>,
    /// JavaScript run on the viewer's side.
    pub function_associations: Vec<FunctionAssociation>,
    /// The keys of `TrustedKeyGroups`; when there are any, a request must be signed by one.
    pub trusted_keys: Vec<PublicKey>,
}

impl CacheBehavior {
    /// What `TargetOriginId` alone gives: GET and HEAD, nothing forwarded, the legacy lifetimes.
    pub fn new(target_origin_id: &str) -> Self {
        Self {
            path_pattern: "*".to_owned(),
            target_origin_id: target_origin_id.to_owned(),
            viewer_protocol_policy: ViewerProtocolPolicy::AllowAll,
            allowed_methods: AllowedMethods::GetHead,
            cached_methods: CachedMethods::GetHead,
            compress: false,
            caching: Caching::Legacy {
                forwarded_values: ForwardedValues::default(),
                time_to_live: TimeToLive::default(),
            },
            response_headers_policy: None,
            function_associations: Vec::new(),
            trusted_keys: Vec::new(),
        }
    }
}

/// `ViewerProtocolPolicy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewerProtocolPolicy {
    /// `allow-all`
    AllowAll,
    /// `https-only`
    HttpsOnly,
    /// `redirect-to-https`
    RedirectToHttps,
}

/// `AllowedMethods`: CloudFront knows three sets and no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowedMethods {
    /// GET and HEAD.
    GetHead,
    /// Those and OPTIONS.
    GetHeadOptions,
    /// Those and PUT, POST, PATCH, DELETE.
    All,
}

impl AllowedMethods {
    /// Whether a request of that method passes.
    pub fn contains(self, method: &Method) -> bool {
        match *method {
            Method::GET | Method::HEAD => true,
            Method::OPTIONS => self != Self::GetHead,
            Method::PUT | Method::POST | Method::PATCH | Method::DELETE => self == Self::All,
            _ => false,
        }
    }
}

/// `CachedMethods`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CachedMethods {
    /// GET and HEAD.
    GetHead,
    /// Those and OPTIONS.
    GetHeadOptions,
}

impl CachedMethods {
    /// Whether answers to that method are stored.
    pub fn contains(self, method: &Method) -> bool {
        match *method {
            Method::GET | Method::HEAD => true,
            Method::OPTIONS => self == Self::GetHeadOptions,
            _ => false,
        }
    }
}

/// The two generations of CloudFront's configuration; a behavior has one of them.
#[derive(Clone, Debug)]
pub enum Caching {
    /// `ForwardedValues` and the behavior's own `MinTTL`, `DefaultTTL`, `MaxTTL`.
    Legacy {
        /// What reaches the origin and the key.
        forwarded_values: ForwardedValues,
        /// How long answers hold.
        time_to_live: TimeToLive,
    },
    /// `CachePolicyId` and perhaps `OriginRequestPolicyId`.
    Policies {
        /// The key, and how long answers hold.
        cache_policy: CachePolicy,
        /// What reaches the origin besides.
        origin_request_policy: Option<OriginRequestPolicy>,
    },
}

/// `MinTTL`, `DefaultTTL` and `MaxTTL`: ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeToLive {
    /// No answer that is stored holds for less.
    pub minimum: Duration,
    /// For answers that say nothing.
    pub default: Duration,
    /// No answer holds for more.
    pub maximum: Duration,
}

impl TimeToLive {
    /// From seconds.
    pub const fn seconds(minimum: u64, default: u64, maximum: u64) -> Self {
        Self {
            minimum: Duration::from_secs(minimum),
            default: Duration::from_secs(default),
            maximum: Duration::from_secs(maximum),
        }
    }
}

impl Default for TimeToLive {
    /// CloudFront's: none, a day, a year.
    fn default() -> Self {
        Self::seconds(0, 86_400, 31_536_000)
    }
}

/// A function and when it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionAssociation {
    /// When it runs.
    pub event_type: FunctionEvent,
    /// What runs.
    pub function: CloudFrontFunction,
}

/// `EventType` of a CloudFront Function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionEvent {
    /// Before the cache is looked into.
    ViewerRequest,
    /// Before the viewer is answered.
    ViewerResponse,
}

/// An `AWS::CloudFront::Function`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudFrontFunction {
    /// Its name.
    pub name: String,
    /// `FunctionCode`: JavaScript with a global `handler`, at most 10 KB.
    pub code: String,
}

/// An `AWS::CloudFront::PublicKey` of a trusted key group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// Its id (`K…`), which a signature names as `Key-Pair-Id`.
    pub id: String,
    /// `EncodedKey`: PEM.
    pub encoded_key: String,
}
