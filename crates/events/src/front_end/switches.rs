//! What nobody has recorded on AWS: each open question, the answer that is taken until somebody
//! does, and the other one. This is the only place that decides them.

/// The answers in force. [`Switches::default`] is what Davy believes AWS does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Switches {
    /// Spelling of header names in a 1.0 event.
    pub version_1_names: HeaderNames,
    /// JSON text that an HTTP API's function returns in place of a response object.
    pub inferred_json: InferredJson,
    /// Bytes that are no JSON at all, returned to an HTTP API in format 2.0.
    pub bare_text: BareText,
    /// `"statusCode": "418"` on an HTTP API.
    pub status_as_text: Tolerance,
    /// `"body": {…}` on an HTTP API: an object where a string belongs.
    pub body_as_object: Tolerance,
    /// Request bodies of `application/*+json` or with a `Content-Encoding`.
    pub doubtful_bodies: DoubtfulBodies,
    /// The HTTP API's status when Lambda throttles.
    pub throttled: ThrottledStatus,
    /// The HTTP API's status for a head over 10,240 bytes.
    pub head_too_large: HeadStatus,
    /// What a client's own `x-forwarded-for` becomes.
    pub forwarded_for: ForwardedFor,
    /// The greedy path variable of an HTTP API for a path that ends in a slash.
    pub proxy_slash: ProxySlash,
    /// Response headers that an HTTP API keeps for itself.
    pub reserved_headers: ReservedHeaders,
    /// `cookies` beside a `Set-Cookie` in `headers`.
    pub cookie_order: CookieOrder,
    /// `{}` returned to a REST API.
    pub empty_object: Tolerance,
    /// The load balancer's status when Lambda throttles.
    pub load_balancer_throttled: LoadBalancerThrottled,
    /// A load balancer's answer whose function names no content type.
    pub load_balancer_type: LoadBalancerType,
    /// A CORS preflight's status.
    pub preflight: PreflightStatus,
    /// `OPTIONS` that is no preflight, while CORS is configured.
    pub plain_options: PlainOptions,
}

/// Recorded are `Content-Type` and its like; AWS's pages say lower case; nobody recorded `x-ODD`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeaderNames {
    /// `X-Odd`
    #[default]
    Canonical,
    /// `x-odd`
    LowerCase,
}

/// Function URLs were recorded to drop white space; for HTTP APIs there are only reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InferredJson {
    /// The function's own bytes.
    #[default]
    AsReturned,
    /// Without white space, as on a Function URL.
    Compacted,
}

/// Only reports, no recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BareText {
    /// 200 `application/json` with those bytes.
    #[default]
    Sent,
    /// 500.
    Refused,
}

/// Recorded on one front end and unknown on the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tolerance {
    /// Taken for what it means.
    #[default]
    Accepted,
    /// A malformed answer.
    Refused,
}

/// The types that are known to arrive as text do not include these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DoubtfulBodies {
    /// As base64.
    #[default]
    Base64,
    /// As text, where the bytes are text.
    Text,
}

/// Reports of both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThrottledStatus {
    /// 503 `Service Unavailable`
    #[default]
    Unavailable,
    /// 500 `Internal Server Error`
    InternalError,
}

/// Documentation of the limit names no status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeadStatus {
    /// 431
    #[default]
    HeaderFieldsTooLarge,
    /// 414
    UriTooLong,
}

/// Reports only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedFor {
    /// The client's list, a comma, the peer.
    #[default]
    Appended,
    /// The peer alone.
    Replaced,
}

/// REST was recorded to drop it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProxySlash {
    /// `/a/` gives `a/`.
    #[default]
    Kept,
    /// `/a/` gives `a`.
    Dropped,
}

/// `connection`, `apigw-*`, `x-amz*` and the like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReservedHeaders {
    /// They are left out.
    #[default]
    Dropped,
    /// They come out as `x-amzn-remapped-…`, as on REST.
    Renamed,
}

/// One report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CookieOrder {
    /// `cookies` come before the header.
    #[default]
    CookiesFirst,
    /// The header comes before `cookies`.
    HeaderFirst,
}

/// Documentation says 502 for a Lambda error in general.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoadBalancerThrottled {
    /// 502
    #[default]
    BadGateway,
    /// 503
    Unavailable,
}

/// Nothing is recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoadBalancerType {
    /// No `Content-Type` at all.
    #[default]
    None,
    /// `application/octet-stream`
    OctetStream,
}

/// Common knowledge, not recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PreflightStatus {
    /// 204
    #[default]
    NoContent,
    /// 200
    Ok,
}

/// The documentation answers preflights by itself; a report shows `ANY` receiving `OPTIONS`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlainOptions {
    /// To the route that matches.
    #[default]
    Routed,
    /// Answered like a preflight.
    Answered,
}
