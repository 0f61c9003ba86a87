//! What the origin sees of a viewer's request.

use edge::{
    AllowedMethods, CacheBehavior, Caching, CookiePreference, ForwardedValues, OriginRequestHeaders,
    OriginRequestPolicy, Selection, cache_policy, origin_request_policy,
};

use crate::story::{Stage, legacy, request};

fn policies(cache: &str, request: Option<&str>) -> CacheBehavior {
    CacheBehavior {
        allowed_methods: AllowedMethods::All,
        caching: Caching::Policies {
            cache_policy: cache_policy(cache).unwrap(),
            origin_request_policy: request.map(|id| origin_request_policy(id).unwrap()),
        },
        ..CacheBehavior::new("site")
    }
}

const CACHING_DISABLED: &str = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
const CACHING_OPTIMIZED: &str = "658327ea-f89d-4fab-a63d-7e88639e58f6";
const ALL_VIEWER: &str = "216adef6-5c7f-47e4-b989-5492eafa07d3";
const ALL_VIEWER_EXCEPT_HOST: &str = "b689b0a8-53d0-40ab-baf2-68738e2966ac";

#[tokio::test]
async fn e070_the_raw_path_follows_the_origin_path() {
    let stage = Stage::with(vec![CacheBehavior::new("site")], |config, _| {
        config.origins[0].origin_path = "/dev".to_owned();
    });
    stage.get("/a/../b%20c//d?x=1").await;
    assert_eq!(stage.last_asked().target, "/dev/a/../b%20c//d");
}

#[tokio::test]
async fn the_legacy_table_of_headers() {
    let behavior = CacheBehavior {
        allowed_methods: AllowedMethods::All,
        ..legacy(ForwardedValues { headers: vec!["Referer".to_owned()], ..<_>::default() }, 0, 0, 0)
    };
    let stage = Stage::new(vec![behavior]);
    let asked = |builder: http::request::Builder| {
        builder
            .header("accept", "text/html")
            .header("accept-language", "da")
            .header("accept-encoding", "br, gzip;q=0.5")
            .header("authorization", "Basic x")
            .header("cookie", "a=1")
            .header("referer", "http://a/")
            .header("user-agent", "curl/8")
            .header("origin", "http://a")
            .header("x-custom", "kept")
            .header("x-real-ip", "1.1.1.1")
            .header("x-forwarded-proto", "https")
            .header("x-edge-thing", "1")
            .header("cloudfront-viewer-country", "DK")
            .header("x-davy-address", "6.6.6.6")
            .header("connection", "close, x-hop")
            .header("x-hop", "1")
            .header("te", "trailers")
            .header("x-forwarded-for", "198.51.100.1")
    };
    stage.send(asked(request("GET", "/"))).await.expect(200, "Miss");
    let get = stage.last_asked();
    let check = |name: &str, expected: Option<&str>| {
        assert_eq!(get.header(name).as_deref(), expected, "{name}");
    };
    for gone in [
        "accept",
        "accept-language",
        "authorization",
        "cookie",
        "x-real-ip",
        "x-forwarded-proto",
        "x-edge-thing",
        "cloudfront-viewer-country",
        "x-davy-address",
        "x-hop",
        "te",
    ] {
        check(gone, None);
    }
    check("accept-encoding", Some("gzip"));
    check("referer", Some("http://a/"));
    check("user-agent", Some("Amazon CloudFront"));
    check("host", Some("api.execute-api.us-east-1.amazonaws.com"));
    check("origin", Some("http://a"));
    check("x-custom", Some("kept"));
    check("x-forwarded-for", Some("198.51.100.1,192.0.2.7"));
    assert!(get.header("x-amz-cf-id").is_some() && get.header("via").is_some());
    stage.send(asked(request("POST", "/"))).await;
    assert_eq!(stage.last_asked().header("authorization").as_deref(), Some("Basic x"));
}

#[tokio::test]
async fn e080_the_viewers_address_is_told_alone_too() {
    let stage = Stage::new(vec![CacheBehavior::new("site")]);
    stage.get("/").await;
    assert_eq!(stage.last_asked().header("x-forwarded-for").as_deref(), Some("192.0.2.7"));
}

#[tokio::test]
async fn e082_every_header_forwarded_ends_caching() {
    let everything = ForwardedValues { headers: vec!["*".to_owned()], ..<_>::default() };
    let stage = Stage::new(vec![legacy(everything, 0, 86_400, 86_400)]);
    for _ in 0..2 {
        stage.send(request("GET", "/").header("accept-language", "da")).await.expect(200, "Miss");
        let asked = stage.last_asked();
        assert_eq!(asked.header("host").as_deref(), Some("www.example.org"));
        assert_eq!(asked.header("accept-language").as_deref(), Some("da"));
    }
}

#[tokio::test]
async fn e083_origin_custom_headers_overwrite_the_viewers() {
    let stage = Stage::with(vec![CacheBehavior::new("site")], |config, _| {
        config.origins[0].origin_custom_headers = vec![("X-Secret".to_owned(), "ours".to_owned())];
    });
    stage.send(request("GET", "/").header("x-secret", "theirs")).await;
    assert_eq!(stage.last_asked().header("x-secret").as_deref(), Some("ours"));
}

#[tokio::test]
async fn e084_forwarded_cookies_are_chosen_by_wildcard_and_sorted() {
    let cookies = CookiePreference::Whitelist(vec!["wiki_*".to_owned(), "a?".to_owned()]);
    let stage = Stage::new(vec![legacy(ForwardedValues { cookies, ..<_>::default() }, 0, 0, 0)]);
    let ask =
        request("GET", "/").header("cookie", "wiki_b=2; A1=x; other=1").header("cookie", "wiki_a=1; a1=y");
    stage.send(ask).await;
    assert_eq!(stage.last_asked().header("cookie").as_deref(), Some("a1=y; wiki_a=1; wiki_b=2"));
}

#[tokio::test]
async fn e090_a_policy_alone_forwards_next_to_nothing() {
    let stage = Stage::new(vec![policies(CACHING_OPTIMIZED, None)]);
    let ask =
        request("GET", "/a?b=c").header("cookie", "a=1").header("origin", "http://a").header("accept", "x/y");
    stage.send(ask).await.expect(200, "Miss");
    let asked = stage.last_asked();
    assert_eq!(asked.target, "/a");
    let mut names: Vec<&str> = asked.headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept-encoding", "host", "user-agent", "via", "x-amz-cf-id", "x-forwarded-for"]);
    assert_eq!(asked.header("accept-encoding").as_deref(), Some("identity"));
}

#[tokio::test]
async fn e091_the_key_and_the_origin_request_policy_add_up() {
    let mut behavior = policies(CACHING_DISABLED, None);
    let Caching::Policies { cache_policy, origin_request_policy } = &mut behavior.caching else {
        unreachable!()
    };
    cache_policy.query_strings = Selection::Whitelist(vec!["a".to_owned()]);
    cache_policy.cookies = Selection::AllExcept(vec!["x".to_owned()]);
    *origin_request_policy = Some(OriginRequestPolicy {
        name: "mine".to_owned(),
        headers: OriginRequestHeaders::Whitelist(vec![
            "Origin".to_owned(),
            "CloudFront-Is-Mobile-Viewer".to_owned(),
        ]),
        cookies: Selection::Whitelist(vec!["x".to_owned()]),
        query_strings: Selection::Whitelist(vec!["b".to_owned()]),
    });
    let stage = Stage::new(vec![behavior]);
    let ask = request("GET", "/?c=3&b=2&a=1")
        .header("origin", "o")
        .header("cookie", "x=1; y=2")
        .header("referer", "r");
    stage.send(ask).await;
    let asked = stage.last_asked();
    assert_eq!(asked.target, "/?b=2&a=1");
    assert_eq!(asked.header("cookie").as_deref(), Some("x=1; y=2"));
    assert_eq!(asked.header("origin").as_deref(), Some("o"));
    assert_eq!(asked.header("referer"), None);
    assert_eq!(asked.header("cloudfront-is-mobile-viewer").as_deref(), Some("false"));
}

#[tokio::test]
async fn e093_all_viewer_forwards_the_host_and_all_except_does_not() {
    for (policy, host) in
        [(ALL_VIEWER, "www.example.org"), (ALL_VIEWER_EXCEPT_HOST, "api.execute-api.us-east-1.amazonaws.com")]
    {
        let stage = Stage::new(vec![policies(CACHING_DISABLED, Some(policy))]);
        let ask = request("GET", "/?a=1").header("authorization", "Basic x").header("cookie", "b=1; a=2");
        stage.send(ask.header("user-agent", "curl/8").header("cloudfront-viewer-country", "DK")).await;
        let asked = stage.last_asked();
        assert_eq!(asked.header("host").as_deref(), Some(host));
        assert_eq!(asked.header("authorization").as_deref(), Some("Basic x"));
        assert_eq!(asked.header("cookie").as_deref(), Some("a=2; b=1"));
        assert_eq!(asked.header("user-agent").as_deref(), Some("curl/8"));
        assert_eq!(asked.header("cloudfront-viewer-country"), None);
        assert_eq!(asked.target, "/?a=1");
    }
}

#[tokio::test]
async fn e094_cloudfront_headers_are_made_when_they_are_named() {
    let stage = Stage::new(vec![policies(CACHING_DISABLED, Some("33f36d7e-f396-46d9-90e0-52428a34d9dc"))]);
    let phone = "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/120 Mobile Safari/537.36";
    stage.send(request("GET", "/").header("user-agent", phone)).await;
    let asked = stage.last_asked();
    for (name, value) in [
        ("cloudfront-is-mobile-viewer", "true"),
        ("cloudfront-is-android-viewer", "true"),
        ("cloudfront-is-tablet-viewer", "false"),
        ("cloudfront-is-desktop-viewer", "false"),
        ("cloudfront-forwarded-proto", "http"),
        ("cloudfront-viewer-http-version", "1.1"),
        ("cloudfront-viewer-address", "192.0.2.7:4321"),
    ] {
        assert_eq!(asked.header(name).as_deref(), Some(value), "{name}");
    }
}

#[tokio::test]
async fn who_the_viewer_is_comes_beside_the_secret_and_cannot_be_forged() {
    let stage = Stage::with(vec![policies(CACHING_DISABLED, Some(ALL_VIEWER_EXCEPT_HOST))], |_, settings| {
        settings.origin_secret = Some("s3cret".to_owned());
    });
    let forged = request("GET", "/")
        .header("x-davy-host", "evil")
        .header("x-davy-origin-secret", "guess")
        .header("x-davy-other", "1");
    stage.send(forged).await;
    let asked = stage.last_asked();
    assert_eq!(asked.header("x-davy-host").as_deref(), Some("www.example.org"));
    assert_eq!(asked.header("x-davy-address").as_deref(), Some("192.0.2.7"));
    assert_eq!(asked.header("x-davy-proto").as_deref(), Some("http"));
    assert_eq!(asked.header("x-davy-origin-secret").as_deref(), Some("s3cret"));
    assert_eq!(asked.header("x-davy-other"), None);
}

#[tokio::test]
async fn e102_the_query_reaches_the_origin_as_it_came() {
    let forwarded = ForwardedValues {
        query_string: true,
        query_string_cache_keys: vec!["a".to_owned()],
        ..<_>::default()
    };
    let stage = Stage::new(vec![legacy(forwarded, 0, 60, 60)]);
    stage.get("/?b=%20&a=1;c").await.expect(200, "Miss");
    assert_eq!(stage.last_asked().target, "/?b=%20&a=1;c");
    stage.get("/?a=1;c&b=other").await.expect(200, "Hit");
    stage.get("/?a=2").await.expect(200, "Miss");
}
