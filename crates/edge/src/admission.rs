//! What is decided about a viewer's request before anything is looked up: sizes, method, protocol.

use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, Method, Version};

use crate::config::{AllowedMethods, CacheBehavior, Profile, ViewerProtocolPolicy};

/// Why a request goes no further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No distribution of that name.
    UnknownHost,
    /// The distribution is disabled.
    Disabled,
    /// The URL or the head is too long; the connection closes as well.
    TooLarge {
        /// What was too long.
        what: &'static str,
        /// Its size, in bytes.
        bytes: usize,
        /// What would have passed.
        limit: usize,
    },
    /// A GET with a body.
    BodyOnGet,
    /// A method that the behavior does not allow.
    MethodNotAllowed,
    /// The behavior wants TLS, and cannot redirect.
    HttpsOnly,
    /// The behavior wants a signed URL or signed cookies; the text says what is wrong.
    NotSigned(&'static str),
    /// `DefaultRootObject` is no object's name.
    BadDefaultRootObject,
    /// The request went through more distributions than may be chained (E-175).
    Loop,
}

/// Which way a request without TLS goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// On.
    Pass,
    /// Nowhere: 403.
    Refuse,
    /// To the same address with https: 301 for GET and HEAD, 307 for the others.
    Redirect(http::StatusCode),
}

/// E-020: the URL's limit, and the head's.
pub(crate) fn size(method: &Method, path_and_query: &str, headers: &HeaderMap) -> Result<(), Refusal> {
    let url = path_and_query.len();
    if url > URL_BYTES {
        return Err(Refusal::TooLarge { what: "URL", bytes: url, limit: URL_BYTES });
    }
    // The request line's two spaces, version and line end, and per header ": " and a line end.
    let line = method.as_str().len() + url + " HTTP/1.1\r\n".len() + 1;
    let fields: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if line + fields > HEAD_BYTES {
        let bytes = line + fields;
        return Err(Refusal::TooLarge { what: "request line and headers", bytes, limit: HEAD_BYTES });
    }
    Ok(())
}

/// E-021, E-040: a GET has no body, and the method is one of the behavior's.
pub(crate) fn method(
    method: &Method,
    headers: &HeaderMap,
    behavior: &CacheBehavior,
    profile: Profile,
) -> Result<(), Refusal> {
    // RFC 9111 knows methods of all names.
    let any = profile == Profile::Rfc9111 && behavior.allowed_methods == AllowedMethods::All;
    if !any && !behavior.allowed_methods.contains(method) {
        return Err(Refusal::MethodNotAllowed);
    }
    let has_body = headers.contains_key(TRANSFER_ENCODING)
        || headers.get(CONTENT_LENGTH).is_some_and(|length| length.as_bytes() != b"0");
    if *method == Method::GET && has_body {
        return Err(Refusal::BodyOnGet);
    }
    Ok(())
}

/// E-030: the viewer protocol policy on a connection without TLS.
pub(crate) fn protocol(policy: ViewerProtocolPolicy, method: &Method, version: Version) -> Protocol {
    match policy {
        ViewerProtocolPolicy::AllowAll => Protocol::Pass,
        ViewerProtocolPolicy::HttpsOnly => Protocol::Refuse,
        ViewerProtocolPolicy::RedirectToHttps => match *method {
            Method::GET | Method::HEAD => Protocol::Redirect(http::StatusCode::MOVED_PERMANENTLY),
            // HTTP/1.0 has no status that keeps the method.
            _ if version == Version::HTTP_10 => Protocol::Refuse,
            _ => Protocol::Redirect(http::StatusCode::TEMPORARY_REDIRECT),
        },
    }
}

/// CloudFront developer guide, "Quotas": maximum length of a URL.
const URL_BYTES: usize = 8_192;
/// The same: maximum length of a request, headers and query string included, body not.
const HEAD_BYTES: usize = 20_480;

#[cfg(test)]
mod tests;
