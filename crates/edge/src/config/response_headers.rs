//! A response headers policy: what is added to answers and taken from them.

use std::time::Duration;

/// An `AWS::CloudFront::ResponseHeadersPolicy`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResponseHeadersPolicy {
    /// `Name`.
    pub name: String,
    /// `CorsConfig`.
    pub cors: Option<CorsConfig>,
    /// `SecurityHeadersConfig`.
    pub security_headers: SecurityHeadersConfig,
    /// `CustomHeadersConfig`.
    pub custom_headers: Vec<CustomHeader>,
    /// `RemoveHeadersConfig`: names.
    pub remove_headers: Vec<String>,
    /// `ServerTimingHeadersConfig`: the share of answers that get the header, in percent.
    pub server_timing_sampling_rate: Option<f64>,
}

/// `CorsConfig`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorsConfig {
    /// `AccessControlAllowCredentials`
    pub access_control_allow_credentials: bool,
    /// `AccessControlAllowHeaders`
    pub access_control_allow_headers: Vec<String>,
    /// `AccessControlAllowMethods`; a lone `ALL` means every method.
    pub access_control_allow_methods: Vec<String>,
    /// `AccessControlAllowOrigins`; `*` is a wildcard.
    pub access_control_allow_origins: Vec<String>,
    /// `AccessControlExposeHeaders`
    pub access_control_expose_headers: Vec<String>,
    /// `AccessControlMaxAgeSec`
    pub access_control_max_age: Option<Duration>,
    /// `OriginOverride`: whether these replace the origin's.
    pub origin_override: bool,
}

/// `SecurityHeadersConfig`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecurityHeadersConfig {
    /// `ContentSecurityPolicy`
    pub content_security_policy: Option<ContentSecurityPolicy>,
    /// `ContentTypeOptions`: its `Override`.
    pub content_type_options: Option<bool>,
    /// `FrameOptions`
    pub frame_options: Option<FrameOptions>,
    /// `ReferrerPolicy`
    pub referrer_policy: Option<ReferrerPolicy>,
    /// `StrictTransportSecurity`
    pub strict_transport_security: Option<StrictTransportSecurity>,
    /// `XSSProtection`
    pub xss_protection: Option<XssProtection>,
}

/// `ContentSecurityPolicy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentSecurityPolicy {
    /// The header's value.
    pub content_security_policy: String,
    /// `Override`: whether it replaces the origin's.
    pub overrides: bool,
}

/// `FrameOptions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameOptions {
    /// `DENY` or `SAMEORIGIN`.
    pub frame_option: String,
    /// `Override`: whether it replaces the origin's.
    pub overrides: bool,
}

/// `ReferrerPolicy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferrerPolicy {
    /// The header's value.
    pub referrer_policy: String,
    /// `Override`: whether it replaces the origin's.
    pub overrides: bool,
}

/// `StrictTransportSecurity`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrictTransportSecurity {
    /// `AccessControlMaxAgeSec`
    pub max_age: Duration,
    /// `IncludeSubdomains`
    pub include_subdomains: bool,
    /// `Preload`
    pub preload: bool,
    /// `Override`: whether it replaces the origin's.
    pub overrides: bool,
}

/// `XSSProtection`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XssProtection {
    /// `Protection`
    pub protection: bool,
    /// `ModeBlock`
    pub mode_block: bool,
    /// `ReportUri`
    pub report_uri: Option<String>,
    /// `Override`: whether it replaces the origin's.
    pub overrides: bool,
}

/// One header of `CustomHeadersConfig`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomHeader {
    /// Its name.
    pub header: String,
    /// Its value.
    pub value: String,
    /// `Override`: whether it replaces the origin's.
    pub overrides: bool,
}
