//! Which headers CloudFront takes out of every origin request, and which it adds to.

use http::header::CONNECTION;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::Viewed;

/// Hop by hop, forged, or the edge's own: no configuration forwards these.
pub(super) fn never_forwarded(name: &HeaderName) -> bool {
    let name = name.as_str();
    matches!(
        name,
        "connection"
            | "content-length"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "via"
            | "x-amz-cf-id"
            | "x-amzn-trace-id"
            | "x-forwarded-for"
            | "x-forwarded-proto"
            | "x-real-ip"
    ) || name.starts_with("x-edge-")
        || name.starts_with("cloudfront-")
        // What tells PHP who the viewer is; only the edge may say it.
        || name.starts_with("x-davy-")
}

/// Legacy mode forwards these only when they are listed.
pub(super) fn removed_unless_listed(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "accept"
            | "accept-charset"
            | "accept-encoding"
            | "accept-language"
            | "expect"
            | "host"
            | "referer"
            | "user-agent"
            | "x-http-method-override"
    )
}

/// Takes out of `out` what the `Connection` header of `from` names (RFC 9110, 7.6.1).
pub(crate) fn strip_connection(from: &HeaderMap, out: &mut HeaderMap) {
    for value in from.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok()) {
        for name in value.split(',').map(str::trim) {
            // Nobody may have the edge drop what addresses the request or frames the answer.
            if !name.eq_ignore_ascii_case("host") && !name.eq_ignore_ascii_case("content-length") {
                out.remove(name);
            }
        }
    }
}

/// E-080: the viewer's address, after those that came before.
pub(super) fn append_forwarded_for(viewed: &Viewed<'_>, out: &mut HeaderMap) {
    let mut addresses = String::new();
    for before in viewed.headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()) {
        addresses.push_str(before);
        addresses.push(',');
    }
    addresses.push_str(&viewed.peer.address.ip().to_canonical().to_string());
    if let Ok(addresses) = HeaderValue::from_str(&addresses) {
        out.insert("x-forwarded-for", addresses);
    }
}

/// Whether the parameters after a coding are a `q` of nought.
pub(super) fn weight_is_nought(parameters: &str) -> bool {
    parameters.split(';').map(str::trim).any(|parameter| {
        parameter
            .strip_prefix("q=")
            .or_else(|| parameter.strip_prefix("Q="))
            .is_some_and(|weight| weight.parse() == Ok(0.0_f32))
    })
}
