//! What viewers may send, and what every answer of the edge's own looks like.

use edge::{
    AllowedMethods, CacheBehavior, CustomErrorResponse, Enforcement, ErrorPage, HttpVersion,
    ViewerProtocolPolicy,
};
use telemetry::Record;

use crate::story::{Stage, answer, legacy, peer, request};

fn plain() -> CacheBehavior {
    CacheBehavior::new("site")
}

#[tokio::test]
async fn e001_an_unknown_host_is_refused() {
    let stage =
        Stage::with(vec![plain()], |config, _| config.local_hosts = vec!["localhost:8080".to_owned()]);
    let ask = |host: &str| http::Request::builder().uri("/").header("host", host);
    stage.send(ask("localhost:8080")).await.expect(200, "Miss");
    for host in ["www.example.org", "WWW.example.org:8080", "d111111abcdef8.cloudfront.net"] {
        // E-003: all names share the entries.
        stage.send(ask(host)).await.expect(200, "Hit");
    }
    for host in ["evil.example.org", "localhost:8081", ""] {
        stage.send(ask(host)).await.expect(403, "Error");
    }
}

#[tokio::test]
async fn e002_a_disabled_distribution_refuses() {
    let stage = Stage::with(vec![plain()], |config, _| config.enabled = false);
    let got = stage.get("/").await.expect(403, "Error");
    assert!(got.text().contains("Enabled: false"), "{}", got.text());
    assert_eq!(stage.fetches(), 0);
}

#[tokio::test]
async fn e020_too_long_a_url_is_413_and_closes() {
    let stage = Stage::new(vec![plain()]);
    let got = stage.get(&format!("/{}", "a".repeat(8_192))).await.expect(413, "Error");
    assert_eq!(got.header("connection"), Some("close"));
    assert_eq!(stage.fetches(), 0);
}

#[tokio::test]
async fn e021_a_get_with_a_body_is_403() {
    let stage = Stage::new(vec![plain()]);
    stage.send_body(request("GET", "/").header("content-length", "1"), "x").await.expect(403, "Error");
}

#[tokio::test]
async fn e030_redirects_hold_where_they_are_enforced() {
    let behavior = CacheBehavior { viewer_protocol_policy: ViewerProtocolPolicy::RedirectToHttps, ..plain() };
    let stage = Stage::with(vec![behavior], |_, settings| settings.viewer_protocol = Enforcement::Enforced);
    let got = stage.get("/a?b=c").await.expect(301, "Redirect");
    assert_eq!(got.header("location"), Some("https://www.example.org/a?b=c"));
    assert_eq!(got.header("server"), Some("CloudFront"));
    assert_eq!(got.header("content-type"), Some("text/html"));
    assert_eq!(got.body.len(), 167);
    let over_tls = access::Peer { secure: true, ..peer() };
    stage.send(request("GET", "/").extension(over_tls)).await.expect(200, "Miss");
}

#[tokio::test]
async fn e030_elsewhere_they_are_told_of_once() {
    let behavior = CacheBehavior { viewer_protocol_policy: ViewerProtocolPolicy::HttpsOnly, ..plain() };
    let stage = Stage::new(vec![behavior]);
    let mut records = stage.telemetry.subscribe();
    stage.get("/").await.expect(200, "Miss");
    stage.get("/").await.expect(200, "Hit");
    let mut notices = 0;
    while let Ok(record) = records.try_recv() {
        notices += usize::from(matches!(record, Record::Notice(_)));
    }
    assert_eq!(notices, 1);
}

#[tokio::test]
async fn e040_methods_that_the_behavior_does_not_allow_are_403() {
    let stage = Stage::new(vec![plain()]);
    let got = stage.send(request("POST", "/")).await.expect(403, "Error");
    assert!(got.text().contains("not configured to allow the HTTP request method"), "{}", got.text());
    let all = CacheBehavior { allowed_methods: AllowedMethods::All, ..plain() };
    let stage = Stage::new(vec![all]);
    stage.send_body(request("POST", "/").header("content-length", "1"), "x").await.expect(200, "Miss");
    assert_eq!(stage.last_asked().body, "x");
    stage.send(request("M-SEARCH", "/")).await.expect(403, "Error");
}

#[tokio::test]
async fn e060_the_default_root_object_stands_for_the_root_alone() {
    let stage =
        Stage::with(vec![plain()], |config, _| config.default_root_object = Some("index.html".to_owned()));
    stage.get("/").await.expect(200, "Miss");
    assert_eq!(stage.last_asked().target, "/index.html");
    stage.get("/folder/").await.expect(200, "Miss");
    assert_eq!(stage.last_asked().target, "/folder/");
    let stage = Stage::with(vec![plain()], |config, _| config.default_root_object = Some("/a".to_owned()));
    stage.get("/").await.expect(400, "Error");
}

#[tokio::test]
async fn e061_the_rewritten_path_chooses_the_behavior() {
    let pages = CacheBehavior { path_pattern: "*.html".to_owned(), ..legacy(<_>::default(), 0, 0, 0) };
    let stage = Stage::with(vec![pages, plain()], |config, _| {
        config.default_root_object = Some("index.html".to_owned());
        config.origins[0].origin_path = "/dev".to_owned();
    });
    stage.get("/").await.expect(200, "Miss");
    stage.get("/").await.expect(200, "Miss");
    assert_eq!(stage.last_asked().target, "/dev/index.html");
}

#[tokio::test]
async fn e131_every_answer_says_which_edge_gave_it() {
    let stage = Stage::with(vec![plain()], |config, _| config.http_version = HttpVersion::Http2And3);
    let got = stage.get("/").await.expect(200, "Miss");
    let via = got.header("via").unwrap();
    assert!(via.starts_with("1.1 ") && via.ends_with(".cloudfront.net (CloudFront)"), "{via}");
    assert_eq!(via.len(), "1.1 .cloudfront.net (CloudFront)".len() + 32);
    let id = got.header("x-amz-cf-id").unwrap();
    assert!(id.len() == 56 && id.ends_with("=="), "{id}");
    assert!(got.header("x-amz-cf-pop").is_some());
    assert_eq!(got.header("alt-svc"), Some("h3=\":443\"; ma=86400"));
    let other = stage.get("/").await;
    assert_ne!(other.header("x-amz-cf-id"), got.header("x-amz-cf-id"));
}

#[tokio::test]
async fn e155_an_error_page_comes_with_its_status_through_its_own_behavior() {
    let errors = CacheBehavior { path_pattern: "/errors/*".to_owned(), ..plain() };
    let stage = Stage::with(vec![errors, plain()], |config, _| {
        config.custom_error_responses = vec![CustomErrorResponse {
            error_code: 404,
            error_caching_min_ttl: std::time::Duration::from_secs(30),
            page: Some(ErrorPage {
                response_code: 200,
                response_page_path: "/errors/missing.html".to_owned(),
            }),
        }];
    });
    stage.script([answer(404, "no"), answer(200, "the page")]);
    let got = stage.get("/gone").await.expect(200, "Error");
    assert_eq!(got.text(), "the page");
    assert_eq!(stage.last_asked().target, "/errors/missing.html");
    stage.pass(29);
    assert_eq!(stage.get("/gone").await.text(), "the page");
    assert_eq!(stage.fetches(), 1, "both are stored");
}

#[tokio::test]
async fn e155_a_page_that_fails_gives_its_own_status() {
    let stage = Stage::with(vec![plain()], |config, _| {
        config.custom_error_responses = vec![CustomErrorResponse {
            error_code: 500,
            error_caching_min_ttl: std::time::Duration::ZERO,
            page: Some(ErrorPage { response_code: 200, response_page_path: "/oops.html".to_owned() }),
        }];
    });
    stage.script([answer(500, "no"), answer(403, "neither")]);
    stage.get("/").await.expect(403, "Error");
}

#[tokio::test]
async fn e175_a_loop_of_distributions_is_broken() {
    let stage = Stage::new(vec![plain()]);
    let hop = "1.1 0123456789abcdef0123456789abcdef.cloudfront.net (CloudFront)";
    stage.send(request("GET", "/").header("via", format!("{hop}, {hop}"))).await.expect(200, "Miss");
    stage.send(request("GET", "/").header("via", format!("{hop}, {hop}, {hop}"))).await.expect(403, "Error");
}
