use std::net::SocketAddr;

use access::Peer;
use http::{HeaderMap, Version};

use super::*;
use crate::config::{CacheBehavior, Caching, ForwardedValues, TimeToLive, cache_policy};

fn forwarding(forwarded_values: ForwardedValues) -> Forwarding {
    Forwarding::new(&CacheBehavior {
        caching: Caching::Legacy { forwarded_values, time_to_live: TimeToLive::default() },
        ..CacheBehavior::new("site")
    })
}

fn key(forwarding: &Forwarding, method: &Method, target: &str, headers: &[(&str, &str)]) -> Key {
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap()))
        .collect();
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    let peer = Peer { address, secure: false, local_port: 80 };
    let viewed = Viewed { method, version: Version::HTTP_11, headers: &headers, peer };
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    Key::new(forwarding, &viewed, path, query)
}

#[test]
fn e100_head_shares_with_get_and_options_does_not() {
    let rules = forwarding(ForwardedValues::default());
    let of = |method| key(&rules, &method, "/a", &[]);
    assert_eq!(of(Method::GET), of(Method::HEAD));
    assert_ne!(of(Method::GET), of(Method::OPTIONS));
}

#[test]
fn e101_names_of_headers_have_no_case_and_values_have() {
    let rules = forwarding(ForwardedValues { headers: vec!["X-Kind".to_owned()], ..<_>::default() });
    let of = |value: &str| key(&rules, &Method::GET, "/a", &[("x-kind", value)]);
    assert_eq!(of("a"), of("a"));
    assert_ne!(of("a"), of("A"));
    assert_ne!(of(""), key(&rules, &Method::GET, "/a", &[]));
}

#[test]
fn e102_order_and_case_of_the_query_matter() {
    let rules = forwarding(ForwardedValues { query_string: true, ..<_>::default() });
    let of = |target: &str| key(&rules, &Method::GET, target, &[]);
    assert_ne!(of("/a?b=1&c=2"), of("/a?c=2&b=1"));
    assert_ne!(of("/a?b=1"), of("/a?B=1"));
    assert_ne!(of("/a?b=1;c=2"), of("/a?b=1"));
    assert_eq!(of("/a?b=1").url(), b"/a?b=1");
}

#[test]
fn e103_the_encodings_that_the_viewer_takes_are_keyed() {
    let behavior = |id: &str| CacheBehavior {
        caching: Caching::Policies { cache_policy: cache_policy(id).unwrap(), origin_request_policy: None },
        ..CacheBehavior::new("site")
    };
    let optimized = Forwarding::new(&behavior("658327ea-f89d-4fab-a63d-7e88639e58f6"));
    let of =
        |rules: &Forwarding, accepts: &str| key(rules, &Method::GET, "/a", &[("accept-encoding", accepts)]);
    assert_eq!(of(&optimized, "gzip, br"), of(&optimized, "br;q=1.0, gzip, deflate"));
    assert_ne!(of(&optimized, "gzip"), of(&optimized, "br"));
    assert_ne!(of(&optimized, "gzip"), of(&optimized, "gzip;q=0"));
    let uncompressed = Forwarding::new(&behavior("b2884449-e4de-46a7-ac36-70bc7f1ddd6d"));
    assert_eq!(of(&uncompressed, "gzip"), of(&uncompressed, "br"));
}

#[test]
fn a_header_cannot_pass_for_another_key() {
    let rules =
        forwarding(ForwardedValues { headers: vec!["X-A".to_owned(), "X-B".to_owned()], ..<_>::default() });
    let two = key(&rules, &Method::GET, "/a", &[("x-a", "1"), ("x-b", "2")]);
    let one = key(&rules, &Method::GET, "/a", &[("x-a", "1 x-b: 2")]);
    assert_ne!(two, one);
}

#[test]
fn e181_e182_what_an_invalidation_takes() {
    let rules = forwarding(ForwardedValues { query_string: true, ..<_>::default() });
    let check = |target: &str, pattern: &str, expected: bool| {
        assert_eq!(
            Urls::of_pattern(pattern).take(&key(&rules, &Method::GET, target, &[])),
            expected,
            "{pattern} on {target}"
        );
    };
    check("/a", "/a", true);
    check("/a/", "/a", false);
    check("/a?b=1", "/a", false);
    check("/a?b=1", "/a*", true);
    check("/a?b=1", "/a?b=1", true);
    check("/A", "/a", false);
    check("/a/b/c", "/*", true);
    check("/a/b/c", "/a/*", true);
    check("/a*b", "/a*b", true);
    check("/aXb", "/a*b", false);
}
