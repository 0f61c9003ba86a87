use super::*;
use crate::config::{CustomHeader, response_headers_policy};

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

const SIMPLE_CORS: &str = "60669652-455b-4ae9-85a4-c4c02393f86c";
const PREFLIGHT: &str = "5cc3b908-e619-4b99-88e5-2cf7f45965bd";
const SECURITY: &str = "67f7725c-6f97-4210-82d7-5512b31e9d03";

fn applied(
    policy: &ResponseHeadersPolicy,
    method: &Method,
    viewer: &[(&str, &str)],
    answer: &[(&str, &str)],
) -> Vec<String> {
    let mut answer = headers(answer);
    apply(policy, method, &headers(viewer), &mut answer);
    let mut lines: Vec<String> =
        answer.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    lines.sort();
    lines
}

#[test]
fn cors_headers_are_for_viewers_that_name_their_origin() {
    let policy = response_headers_policy(SIMPLE_CORS).unwrap();
    assert!(applied(&policy, &Method::GET, &[], &[]).is_empty());
    assert_eq!(
        applied(&policy, &Method::GET, &[("origin", "http://a")], &[]),
        ["access-control-allow-origin: *"]
    );
    let own = [("access-control-allow-origin", "http://b")];
    assert_eq!(
        applied(&policy, &Method::GET, &[("origin", "http://a")], &own),
        ["access-control-allow-origin: http://b"]
    );
}

#[test]
fn a_preflight_is_told_the_methods() {
    let policy = response_headers_policy(PREFLIGHT).unwrap();
    let viewer = [("origin", "http://a"), ("access-control-request-method", "PUT")];
    assert_eq!(
        applied(&policy, &Method::OPTIONS, &viewer, &[]),
        [
            "access-control-allow-methods: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
            "access-control-allow-origin: *",
        ]
    );
}

#[test]
fn a_list_of_origins_is_answered_with_the_one_that_asks() {
    let mut policy = response_headers_policy(SIMPLE_CORS).unwrap();
    policy.cors.as_mut().unwrap().access_control_allow_origins = vec!["https://*.example.org".to_owned()];
    let ask = |origin: &str| applied(&policy, &Method::GET, &[("origin", origin)], &[]);
    assert_eq!(
        ask("https://a.example.org"),
        ["access-control-allow-origin: https://a.example.org", "vary: Origin"]
    );
    assert!(ask("https://example.com").is_empty());
}

#[test]
fn security_headers_yield_to_the_origins_but_nosniff() {
    let policy = response_headers_policy(SECURITY).unwrap();
    let own = [("x-frame-options", "DENY"), ("x-content-type-options", "other")];
    assert_eq!(
        applied(&policy, &Method::GET, &[], &own),
        [
            "referrer-policy: strict-origin-when-cross-origin",
            "strict-transport-security: max-age=31536000",
            "x-content-type-options: nosniff",
            "x-frame-options: DENY",
            "x-xss-protection: 1; mode=block",
        ]
    );
}

#[test]
fn custom_headers_are_set_and_others_removed() {
    let custom = |header: &str, overrides| CustomHeader {
        header: header.to_owned(),
        value: "ours".to_owned(),
        overrides,
    };
    let policy = ResponseHeadersPolicy {
        custom_headers: vec![custom("X-One", true), custom("X-Two", false)],
        remove_headers: vec!["Server".to_owned()],
        ..ResponseHeadersPolicy::default()
    };
    let own = [("server", "Apache"), ("x-one", "theirs"), ("x-two", "theirs")];
    assert_eq!(applied(&policy, &Method::GET, &[], &own), ["x-one: ours", "x-two: theirs"]);
}
