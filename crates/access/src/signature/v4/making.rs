//! Making signatures: what a client adds to its request.

use super::{ALGORITHM, Scope, UNSIGNED_PAYLOAD, hex, hmac, string_to_sign};
use crate::signature::{Form, SignedRequest, canonical};
use crate::{Credentials, calendar};

/// The headers to add to `request`, at `time` in seconds: `x-amz-content-sha256` with `payload`,
/// `x-amz-date`, `x-amz-security-token` for temporary credentials, and `authorization`.
///
/// Every header of `request` is signed, so hand in those alone that arrive unchanged; `host` must be
/// among them. `payload` is the body's SHA-256 in hex or `UNSIGNED-PAYLOAD`.
pub fn sign(
    request: &SignedRequest<'_>,
    payload: &str,
    credentials: &Credentials,
    region: &str,
    service: &str,
    time: u64,
) -> Vec<(String, String)> {
    let date = calendar::basic(time);
    let mut added = vec![
        ("x-amz-content-sha256".to_owned(), payload.to_owned()),
        ("x-amz-date".to_owned(), date.clone()),
    ];
    if let Some(token) = &credentials.session_token {
        added.push(("x-amz-security-token".to_owned(), token.clone()));
    }
    let mut headers = request.headers.to_vec();
    headers.extend(added.iter().map(|(name, value)| (name.as_str(), value.as_bytes())));
    let names = names(&headers);
    let scope = scope(&date, region, service);
    let whole = SignedRequest { headers: &headers, ..*request };
    let text = string_to_sign(&whole, Form::Header, &names, payload, &date, &scope);
    let signature = hex(&hmac(&scope.signing_key(&credentials.secret_key), text.as_bytes()));
    let authorization = format!(
        "{ALGORITHM} Credential={}/{scope}, SignedHeaders={}, Signature={signature}",
        credentials.access_key,
        names.join(";")
    );
    added.push(("authorization".to_owned(), authorization));
    added
}

/// The query of a presigned address for `request`, which is good for `lifetime` seconds from `time`.
pub fn presigned(
    request: &SignedRequest<'_>,
    credentials: &Credentials,
    region: &str,
    service: &str,
    time: u64,
    lifetime: u64,
) -> String {
    let date = calendar::basic(time);
    let scope = scope(&date, region, service);
    let names = names(request.headers);
    let mut query = request.query.to_owned();
    let mut add = |name: &str, value: &str| {
        let separator = if query.is_empty() { "" } else { "&" };
        for part in [separator, name, "=", &canonical::encode(value)] {
            query.push_str(part);
        }
    };
    add("X-Amz-Algorithm", ALGORITHM);
    add("X-Amz-Credential", &format!("{}/{scope}", credentials.access_key));
    add("X-Amz-Date", &date);
    add("X-Amz-Expires", &lifetime.to_string());
    if let Some(token) = &credentials.session_token {
        add("X-Amz-Security-Token", token);
    }
    add("X-Amz-SignedHeaders", &names.join(";"));
    let whole = SignedRequest { query: &query, ..*request };
    let text = string_to_sign(&whole, Form::Query, &names, UNSIGNED_PAYLOAD, &date, &scope);
    let signature = hex(&hmac(&scope.signing_key(&credentials.secret_key), text.as_bytes()));
    format!("{query}&X-Amz-Signature={signature}")
}

fn scope(date: &str, region: &str, service: &str) -> Scope {
    Scope { date: date[..8].to_owned(), region: region.to_owned(), service: service.to_owned() }
}

fn names(headers: &[(&str, &[u8])]) -> Vec<String> {
    let mut names: Vec<String> = headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.sort();
    names.dedup();
    names
}
