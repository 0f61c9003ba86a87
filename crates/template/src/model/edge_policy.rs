//! Policies and functions that behaviors name by id or ARN.

use std::time::Duration;

use super::Position;
use super::distribution::TimeToLive;

/// Which names a policy takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// None.
    None,
    /// Those listed.
    Only(Vec<String>),
    /// All but those listed.
    AllExcept(Vec<String>),
    /// All.
    All,
    /// All of the viewer's, and the listed ones that `CloudFront` adds.
    AllAnd(Vec<String>),
}

/// An `AWS::CloudFront::CachePolicy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachePolicy {
    /// Its name in the template.
    pub logical_id: String,
    /// What behaviors name it by.
    pub id: String,
    /// How long responses are kept.
    pub time_to_live: TimeToLive,
    /// Headers in the key.
    pub headers: Selection,
    /// Cookies in the key.
    pub cookies: Selection,
    /// Query parameters in the key.
    pub query: Selection,
    /// Whether gzip variants are kept.
    pub gzip: bool,
    /// Whether Brotli variants are kept.
    pub brotli: bool,
    /// Where it is written.
    pub position: Position,
}

/// An `AWS::CloudFront::OriginRequestPolicy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginRequestPolicy {
    /// Its name in the template.
    pub logical_id: String,
    /// What behaviors name it by.
    pub id: String,
    /// Headers that the origin sees.
    pub headers: Selection,
    /// Cookies that the origin sees.
    pub cookies: Selection,
    /// Query parameters that the origin sees.
    pub query: Selection,
    /// Where it is written.
    pub position: Position,
}

/// An `AWS::CloudFront::ResponseHeadersPolicy`.
#[derive(Clone, Debug, PartialEq)]
pub struct ResponseHeadersPolicy {
    /// Its name in the template.
    pub logical_id: String,
    /// What behaviors name it by.
    pub id: String,
    /// `CorsConfig`.
    pub cors: Option<PolicyCors>,
    /// `SecurityHeadersConfig`.
    pub security: SecurityHeaders,
    /// `CustomHeadersConfig`.
    pub custom: Vec<ResponseHeader>,
    /// `RemoveHeadersConfig`.
    pub removed: Vec<String>,
    /// Percent of responses that carry `Server-Timing`.
    pub server_timing: Option<f64>,
    /// Where it is written.
    pub position: Position,
}

/// A header that a policy sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseHeader {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Whether it replaces the origin's.
    pub overrides: bool,
}

/// `SecurityHeadersConfig`, each as the header it becomes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecurityHeaders {
    /// In the template's order.
    pub headers: Vec<ResponseHeader>,
    /// Kept apart: it is only sent over TLS.
    pub strict_transport: Option<StrictTransportSecurity>,
}

/// `StrictTransportSecurity`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrictTransportSecurity {
    /// `max-age`.
    pub max_age: Duration,
    /// `includeSubDomains`.
    pub include_subdomains: bool,
    /// `preload`.
    pub preload: bool,
    /// Whether it replaces the origin's.
    pub overrides: bool,
}

/// `CorsConfig` of a response headers policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyCors {
    /// `AccessControlAllowOrigins`.
    pub allow_origins: Vec<String>,
    /// `AccessControlAllowMethods`.
    pub allow_methods: Vec<String>,
    /// `AccessControlAllowHeaders`.
    pub allow_headers: Vec<String>,
    /// `AccessControlExposeHeaders`.
    pub expose_headers: Vec<String>,
    /// `AccessControlAllowCredentials`.
    pub allow_credentials: bool,
    /// `AccessControlMaxAgeSec`.
    pub max_age: Option<u32>,
    /// `OriginOverride`.
    pub overrides: bool,
}

/// An `AWS::CloudFront::Function`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeFunction {
    /// Its name in the template.
    pub logical_id: String,
    /// `Name`.
    pub name: String,
    /// What behaviors name it by.
    pub arn: String,
    /// The JavaScript text.
    pub code: String,
    /// `cloudfront-js-1.0` or `cloudfront-js-2.0`.
    pub runtime: String,
    /// Where it is written.
    pub position: Position,
}
