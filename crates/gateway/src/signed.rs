//! Who signed a request to a Function URL: its signature, held against those who may call.

use std::fmt;

use access::signature::v4::Claim;
use access::signature::{Refusal, SignedRequest};
use http::request::Parts;

use crate::config::UrlCaller;

/// Why nobody is believed to have signed.
#[derive(Debug)]
pub(crate) enum NotSigned {
    /// There is no signature.
    Unsigned,
    /// The signature does not hold.
    Refused(Refusal),
}

/// The caller among `callers` who signed the request, whose body is `body`, at `now` in seconds.
pub(crate) fn verify<'c>(
    parts: &Parts,
    body: &[u8],
    callers: &'c [UrlCaller],
    region: &str,
    now: u64,
) -> Result<&'c UrlCaller, NotSigned> {
    let mut headers: Vec<(&str, &[u8])> =
        parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    if !parts.headers.contains_key(http::header::HOST)
        && let Some(authority) = parts.uri.authority()
    {
        headers.push(("host", authority.as_str().as_bytes()));
    }
    let request = SignedRequest {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        headers: &headers,
    };
    let claim = Claim::read_with_body(&request, body).map_err(NotSigned::Refused)?;
    let claim = claim.ok_or(NotSigned::Unsigned)?;
    let caller = callers.iter().find(|caller| caller.credentials.access_key == claim.access_key);
    let credentials = caller.map(|caller| &caller.credentials);
    claim.verify_for("lambda", &request, credentials, region, now).map_err(NotSigned::Refused)?;
    caller.ok_or(NotSigned::Refused(Refusal::UnknownKey))
}

impl fmt::Display for NotSigned {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned => out.write_str("found no signature of version 4"),
            Self::Refused(refusal) => write!(out, "{refusal}"),
        }
    }
}
