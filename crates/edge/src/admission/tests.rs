use http::HeaderValue;
use http::StatusCode;

use super::*;
use crate::config::AllowedMethods;

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|&(name, value)| (name.parse().unwrap(), HeaderValue::from_str(value).unwrap()))
        .collect()
}

#[test]
fn e020_long_urls_and_heads_are_refused() {
    let fits = format!("/{}", "a".repeat(8_191));
    let long = format!("/{}", "a".repeat(8_192));
    assert_eq!(size(&Method::GET, &fits, &HeaderMap::new()), Ok(()));
    assert!(matches!(
        size(&Method::GET, &long, &HeaderMap::new()),
        Err(Refusal::TooLarge { what: "URL", bytes: 8_193, .. })
    ));
    // "GET / HTTP/1.1\r\n" has 16 bytes, "x: " and the line end 5.
    let root = "/";
    assert_eq!(size(&Method::GET, root, &headers(&[("x", &"v".repeat(20_480 - 16 - 5))])), Ok(()));
    assert!(size(&Method::GET, root, &headers(&[("x", &"v".repeat(20_481 - 16 - 5))])).is_err());
}

#[test]
fn e021_a_get_with_a_body_is_refused() {
    let behavior = CacheBehavior::new("site");
    let check = |pairs: &[(&'static str, &str)]| {
        method(&Method::GET, &headers(pairs), &behavior, Profile::CloudFront)
    };
    assert_eq!(check(&[("content-length", "0")]), Ok(()));
    assert_eq!(check(&[("content-length", "1")]), Err(Refusal::BodyOnGet));
    assert_eq!(check(&[("transfer-encoding", "chunked")]), Err(Refusal::BodyOnGet));
}

#[test]
fn e030_the_viewer_protocol_policy_redirects_or_refuses() {
    use ViewerProtocolPolicy::{AllowAll, HttpsOnly, RedirectToHttps};
    let check = |policy, method: &Method, expected| {
        assert_eq!(protocol(policy, method, Version::HTTP_11), expected, "{policy:?} {method}");
    };
    check(AllowAll, &Method::GET, Protocol::Pass);
    check(HttpsOnly, &Method::GET, Protocol::Refuse);
    check(RedirectToHttps, &Method::GET, Protocol::Redirect(StatusCode::MOVED_PERMANENTLY));
    check(RedirectToHttps, &Method::HEAD, Protocol::Redirect(StatusCode::MOVED_PERMANENTLY));
    check(RedirectToHttps, &Method::POST, Protocol::Redirect(StatusCode::TEMPORARY_REDIRECT));
    assert_eq!(protocol(RedirectToHttps, &Method::POST, Version::HTTP_10), Protocol::Refuse);
}

#[test]
fn e040_three_sets_of_methods() {
    let check = |allowed_methods, name: &str, expected: bool| {
        let behavior = CacheBehavior { allowed_methods, ..CacheBehavior::new("site") };
        let asked = Method::from_bytes(name.as_bytes()).unwrap();
        assert_eq!(
            method(&asked, &HeaderMap::new(), &behavior, Profile::CloudFront).is_ok(),
            expected,
            "{name}"
        );
    };
    for (name, rank) in [("GET", 0), ("HEAD", 0), ("OPTIONS", 1), ("PUT", 2), ("PATCH", 2), ("M-SEARCH", 3)] {
        check(AllowedMethods::GetHead, name, rank == 0);
        check(AllowedMethods::GetHeadOptions, name, rank <= 1);
        check(AllowedMethods::All, name, rank <= 2);
    }
    check(AllowedMethods::All, "TRACE", false);
    check(AllowedMethods::All, "CONNECT", false);
}
