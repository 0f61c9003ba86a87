//! Requests of a browser's scripts from elsewhere: which of them a bucket's CORS configuration lets
//! through. It guards the browser's user; who may do what is decided by signature and policy.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, StatusCode};

use crate::answer::Answer;
use crate::bucket::Bucket;
use crate::error::{ACCESS_FORBIDDEN, BAD_REQUEST, S3Error};
use crate::xml::Element;

/// Answers a preflight request, which is never signed.
///
/// Source: S3 user guide, "Using cross-origin resource sharing".
pub(super) fn preflight(bucket: &Bucket, headers: &HeaderMap) -> Result<Answer, S3Error> {
    let text = |name: &http::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let missing =
        |name: &str| S3Error::because(BAD_REQUEST, format!("Insufficient information. {name} needed."));
    let origin = text(&ORIGIN).ok_or_else(|| missing("Origin request header"))?;
    let method = text(&ACCESS_CONTROL_REQUEST_METHOD)
        .ok_or_else(|| missing("Access-Control-Request-Method header"))?;
    let asked: Vec<&str> = text(&ACCESS_CONTROL_REQUEST_HEADERS)
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let rules = rules(bucket);
    let rule = rules.iter().find(|rule| {
        allows(rule, origin, method)
            && asked.iter().all(|name| any(rule, "AllowedHeader", &name.to_lowercase()))
    });
    let rule = rule.ok_or_else(|| S3Error::new(ACCESS_FORBIDDEN))?;
    let mut answer = Answer::empty(StatusCode::OK);
    grant(&mut answer, rule, origin);
    if !asked.is_empty() {
        answer.set(ACCESS_CONTROL_ALLOW_HEADERS, asked.join(", "));
    }
    if let Some(seconds) = rule.text_of("MaxAgeSeconds") {
        answer.set(ACCESS_CONTROL_MAX_AGE, seconds);
    }
    Ok(answer)
}

/// Adds to an answer what lets the script read it, if a rule does.
pub(super) fn decorate(answer: &mut Answer, bucket: &Bucket, method: &str, headers: &HeaderMap) {
    let Some(origin) = headers.get(ORIGIN).and_then(|value| value.to_str().ok()) else { return };
    if let Some(rule) = rules(bucket).iter().find(|rule| allows(rule, origin, method)) {
        grant(answer, rule, origin);
    }
}

fn grant(answer: &mut Answer, rule: &Element, origin: &str) {
    let everybody = rule.all("AllowedOrigin").any(|pattern| pattern.text == "*");
    answer.set(ACCESS_CONTROL_ALLOW_ORIGIN, if everybody { "*" } else { origin });
    let join = |name: &str| rule.all(name).map(|one| one.text.as_str()).collect::<Vec<_>>().join(", ");
    answer.set(ACCESS_CONTROL_ALLOW_METHODS, join("AllowedMethod"));
    let exposed = join("ExposeHeader");
    if !exposed.is_empty() {
        answer.set(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
    answer.set(VARY, "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
}

fn rules(bucket: &Bucket) -> Vec<Element> {
    let document = bucket.with(|settings, _| settings.documents.get("cors").cloned());
    let root = document.and_then(|document| Element::read(document.as_bytes(), "CORSConfiguration"));
    root.map(|root| root.all("CORSRule").cloned().collect()).unwrap_or_default()
}

fn allows(rule: &Element, origin: &str, method: &str) -> bool {
    any(rule, "AllowedOrigin", origin) && rule.all("AllowedMethod").any(|allowed| allowed.text == method)
}

/// Whether one of the rule's patterns of that name, with at most one `*` each, is `text`.
fn any(rule: &Element, name: &str, text: &str) -> bool {
    rule.all(name).any(|pattern| {
        let pattern =
            if name == "AllowedHeader" { pattern.text.to_lowercase() } else { pattern.text.clone() };
        match pattern.split_once('*') {
            Some((before, after)) => {
                text.len() >= before.len() + after.len() && text.starts_with(before) && text.ends_with(after)
            }
            None => pattern == text,
        }
    })
}
