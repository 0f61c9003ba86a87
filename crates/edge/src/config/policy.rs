//! What of a viewer's request reaches the origin and the cache key, in both of CloudFront's
//! generations.

use super::behavior::TimeToLive;

/// `ForwardedValues`, the older generation: one list for both, key and origin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForwardedValues {
    /// `QueryString`.
    pub query_string: bool,
    /// `QueryStringCacheKeys`; empty means every parameter.
    pub query_string_cache_keys: Vec<String>,
    /// `Headers`; a lone `*` forwards all of them and ends caching.
    pub headers: Vec<String>,
    /// `Cookies`.
    pub cookies: CookiePreference,
}

/// `Cookies` of [`ForwardedValues`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CookiePreference {
    /// `none`
    #[default]
    None,
    /// `whitelist`, with its `WhitelistedNames`; `*` and `?` are wildcards in them.
    Whitelist(Vec<String>),
    /// `all`
    All,
}

/// An `AWS::CloudFront::CachePolicy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachePolicy {
    /// `Name`.
    pub name: String,
    /// How long answers hold.
    pub time_to_live: TimeToLive,
    /// `HeadersConfig`: the listed headers.
    pub headers: Vec<String>,
    /// `CookiesConfig`.
    pub cookies: Selection,
    /// `QueryStringsConfig`.
    pub query_strings: Selection,
    /// `EnableAcceptEncodingGzip`.
    pub enable_accept_encoding_gzip: bool,
    /// `EnableAcceptEncodingBrotli`.
    pub enable_accept_encoding_brotli: bool,
}

/// `none`, `whitelist`, `allExcept` or `all` of cookies or query parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// `none`
    #[default]
    None,
    /// `whitelist`
    Whitelist(Vec<String>),
    /// `allExcept`
    AllExcept(Vec<String>),
    /// `all`
    All,
}

/// An `AWS::CloudFront::OriginRequestPolicy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginRequestPolicy {
    /// `Name`.
    pub name: String,
    /// `HeadersConfig`.
    pub headers: OriginRequestHeaders,
    /// `CookiesConfig`.
    pub cookies: Selection,
    /// `QueryStringsConfig`.
    pub query_strings: Selection,
}

/// `HeadersConfig` of an origin request policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum OriginRequestHeaders {
    /// `none`
    #[default]
    None,
    /// `whitelist`
    Whitelist(Vec<String>),
    /// `allViewer`
    AllViewer,
    /// `allViewerAndWhitelistCloudFront`: every viewer header and the named `CloudFront-*` ones.
    AllViewerAndWhitelistCloudFront(Vec<String>),
    /// `allExcept`
    AllExcept(Vec<String>),
}
