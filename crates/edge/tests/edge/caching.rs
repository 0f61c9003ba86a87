//! What is stored, for how long, and who gets it.

use std::sync::Arc;
use std::time::Duration;

use edge::{AllowedMethods, CacheBehavior, CookiePreference, CustomErrorResponse, ForwardedValues, Profile};
use telemetry::Record;

use crate::story::{Stage, answer, legacy, request, until};

fn plain() -> CacheBehavior {
    CacheBehavior::new("site")
}

fn cookies() -> ForwardedValues {
    ForwardedValues { cookies: CookiePreference::All, ..<_>::default() }
}

#[tokio::test]
async fn e100_get_and_head_share_and_options_does_not() {
    let behavior = CacheBehavior {
        allowed_methods: AllowedMethods::GetHeadOptions,
        cached_methods: edge::CachedMethods::GetHeadOptions,
        ..plain()
    };
    let stage = Stage::new(vec![behavior]);
    stage.get("/").await.expect(200, "Miss");
    let head = stage.send(request("HEAD", "/")).await.expect(200, "Hit");
    assert_eq!((head.body.len(), head.header("content-length")), (0, Some("2")));
    stage.send(request("OPTIONS", "/")).await.expect(200, "Miss");
    stage.send(request("OPTIONS", "/")).await.expect(200, "Hit");
}

#[tokio::test]
async fn e101_the_key_has_listed_headers_and_cookies() {
    let forwarded = ForwardedValues { headers: vec!["Accept-Language".to_owned()], ..cookies() };
    let stage = Stage::new(vec![legacy(forwarded, 0, 60, 60)]);
    let ask = |language: &str, cookie: &str| {
        request("GET", "/").header("accept-language", language).header("cookie", cookie)
    };
    stage.send(ask("da", "a=1; b=2")).await.expect(200, "Miss");
    stage.send(ask("da", "b=2; a=1")).await.expect(200, "Hit");
    stage.send(ask("en", "a=1; b=2")).await.expect(200, "Miss");
    stage.send(ask("da", "a=1; b=3")).await.expect(200, "Miss");
}

#[tokio::test]
async fn e102_without_query_forwarding_the_query_makes_no_difference() {
    let stage = Stage::new(vec![plain()]);
    stage.get("/style.css?v=1").await.expect(200, "Miss");
    stage.get("/style.css?v=2").await.expect(200, "Hit");
    assert_eq!(stage.last_asked().target, "/style.css");
}

#[tokio::test]
async fn an_answer_that_says_nothing_holds_a_day() {
    let stage = Stage::new(vec![plain()]);
    stage.get("/").await.expect(200, "Miss");
    stage.pass(86_399);
    let got = stage.get("/").await.expect(200, "Hit");
    assert_eq!(got.header("age"), Some("86399"));
    stage.pass(1);
    stage.get("/").await.expect(200, "Miss");
}

#[tokio::test]
async fn e110_a_viewer_cannot_force_a_fetch() {
    let stage = Stage::new(vec![plain()]);
    stage.get("/").await.expect(200, "Miss");
    let ask = request("GET", "/").header("cache-control", "no-cache").header("pragma", "no-cache");
    stage.send(ask).await.expect(200, "Hit");
}

#[tokio::test]
async fn e111_cookies_are_replayed_where_they_are_forwarded_and_stripped_elsewhere() {
    let stage = Stage::new(vec![plain()]);
    stage.script([answer(200, "a").header("set-cookie", "a=1")]);
    assert_eq!(stage.get("/").await.expect(200, "Miss").header("set-cookie"), None);
    let stage = Stage::new(vec![legacy(cookies(), 0, 60, 60)]);
    stage.script([answer(200, "a").header("set-cookie", "a=1")]);
    assert_eq!(stage.get("/").await.expect(200, "Miss").header("set-cookie"), Some("a=1"));
    assert_eq!(stage.get("/").await.expect(200, "Hit").header("set-cookie"), Some("a=1"));
    let withheld =
        answer(200, "b").header("set-cookie", "a=1").header("cache-control", "no-cache=\"Set-Cookie\"");
    stage.script([withheld]);
    assert_eq!(stage.get("/b").await.expect(200, "Miss").header("set-cookie"), Some("a=1"));
    assert_eq!(stage.get("/b").await.expect(200, "Hit").header("set-cookie"), None);
}

#[tokio::test]
async fn e112_what_the_origin_says_about_caching_reaches_the_viewer() {
    let stage = Stage::new(vec![legacy(<_>::default(), 0, 60, 60)]);
    stage.script([answer(200, "").header("cache-control", "max-age=5").header("expires", "0")]);
    stage.get("/").await.expect(200, "Miss");
    let got = stage.get("/").await.expect(200, "Hit");
    assert_eq!((got.header("cache-control"), got.header("expires")), (Some("max-age=5"), Some("0")));
}

#[tokio::test]
async fn e104_e106_vary_keeps_variants_apart_by_what_the_origin_saw() {
    let forwarded = ForwardedValues { headers: vec!["Origin".to_owned()], ..<_>::default() };
    let stage = Stage::new(vec![legacy(forwarded, 0, 60, 60)]);
    stage.script([answer(200, "a").header("vary", "Origin, Accept-Language, X-Kind")]);
    let got = stage.send(request("GET", "/").header("x-kind", "1").header("accept-language", "da")).await;
    assert_eq!(got.header("vary"), Some("Origin"));
    // The origin never sees Accept-Language, so it makes no difference; X-Kind it sees.
    stage
        .send(request("GET", "/").header("x-kind", "1").header("accept-language", "en"))
        .await
        .expect(200, "Hit");
    stage.send(request("GET", "/").header("x-kind", "2")).await.expect(200, "Miss");
    stage.send(request("GET", "/").header("x-kind", "1")).await.expect(200, "Hit");
}

#[tokio::test]
async fn e105_vary_on_everything_is_never_stored() {
    let stage = Stage::new(vec![plain()]);
    stage.script([answer(200, "a").header("vary", "*").header("etag", "\"1\"")]);
    stage.get("/").await.expect(200, "Miss");
    stage.get("/").await.expect(200, "Miss");
    assert_eq!(stage.last_asked().header("if-none-match"), None);
}

#[tokio::test]
async fn e132_an_expired_answer_is_asked_after_with_its_validators() {
    let stage = Stage::new(vec![legacy(<_>::default(), 0, 10, 10)]);
    let dated = "Tue, 01 Jan 2030 00:00:00 GMT";
    stage.script([
        answer(200, "old").header("etag", "\"1\"").header("last-modified", dated),
        answer(304, "").header("x-new", "1"),
        answer(200, "new").header("etag", "\"2\""),
    ]);
    stage.get("/").await.expect(200, "Miss");
    stage.pass(10);
    let got = stage.get("/").await.expect(200, "RefreshHit");
    assert_eq!((got.text(), got.header("x-new"), got.header("etag")), ("old", Some("1"), Some("\"1\"")));
    let asked = stage.last_asked();
    assert_eq!(asked.header("if-none-match").as_deref(), Some("\"1\""));
    assert_eq!(asked.header("if-modified-since").as_deref(), Some(dated));
    stage.get("/").await.expect(200, "Hit");
    stage.pass(10);
    assert_eq!(stage.get("/").await.expect(200, "Miss").text(), "new");
}

#[tokio::test]
async fn e133_a_viewer_who_has_it_gets_304() {
    let stage = Stage::new(vec![plain()]);
    let dated = "Tue, 01 Jan 2030 00:00:00 GMT";
    stage.script([answer(200, "body").header("etag", "\"1\"").header("last-modified", dated)]);
    let ask = |name: &str, value: &str| request("GET", "/").header(name, value);
    let got = stage.send(ask("if-none-match", "\"1\"")).await.expect(304, "Miss");
    assert!(got.body.is_empty());
    until(|| stage.edge.cached().0 == 1).await;
    assert_eq!(stage.last_asked().header("if-none-match"), None);
    stage.send(ask("if-none-match", "W/\"1\", \"x\"")).await.expect(304, "Hit");
    stage.send(ask("if-none-match", "\"2\"")).await.expect(200, "Hit");
    stage.send(ask("if-modified-since", dated)).await.expect(304, "Hit");
    let both = ask("if-none-match", "\"2\"").header("if-modified-since", dated);
    stage.send(both).await.expect(200, "Hit");
}

#[tokio::test]
async fn e134_two_hundred_viewers_of_a_cold_key_are_one_fetch() {
    let stage = Arc::new(Stage::new(vec![plain()]));
    let gate = stage.origin.gate.lock().await;
    let viewers: Vec<_> = (0..200)
        .map(|_| {
            let stage = Arc::clone(&stage);
            tokio::spawn(async move { stage.get("/cold").await })
        })
        .collect();
    until(|| stage.fetches() == 1).await;
    drop(gate);
    let mut misses = 0;
    for viewer in viewers {
        let got = viewer.await.unwrap();
        assert_eq!((got.status, got.text()), (200, "ok"));
        misses += usize::from(got.header("x-cache") == Some("Miss from cloudfront"));
    }
    assert_eq!((stage.fetches(), misses), (1, 1));
}

#[tokio::test]
async fn e134_with_cookies_forwarded_each_asks_for_himself() {
    let stage = Arc::new(Stage::new(vec![legacy(cookies(), 0, 60, 60)]));
    let gate = stage.origin.gate.lock().await;
    let viewers: Vec<_> = (0..3)
        .map(|_| {
            let stage = Arc::clone(&stage);
            tokio::spawn(async move { stage.get("/").await })
        })
        .collect();
    until(|| stage.fetches() == 3).await;
    drop(gate);
    for viewer in viewers {
        viewer.await.unwrap().expect(200, "Miss");
    }
}

#[tokio::test]
async fn e134_waiters_for_what_cannot_be_shared_go_one_each() {
    let stage = Arc::new(Stage::new(vec![plain()]));
    stage.script([answer(200, "mine").header("cache-control", "private")]);
    let gate = stage.origin.gate.lock().await;
    let viewers: Vec<_> = (0..3)
        .map(|_| {
            let stage = Arc::clone(&stage);
            tokio::spawn(async move { stage.get("/").await })
        })
        .collect();
    until(|| stage.fetches() == 1).await;
    drop(gate);
    for viewer in viewers {
        viewer.await.unwrap().expect(200, "Miss");
    }
    assert_eq!(stage.fetches(), 3);
}

#[tokio::test]
async fn e134_a_viewer_who_leaves_costs_the_others_nothing() {
    let stage = Arc::new(Stage::new(vec![plain()]));
    let gate = stage.origin.gate.lock().await;
    let first = tokio::spawn({
        let stage = Arc::clone(&stage);
        async move { stage.get("/").await }
    });
    until(|| stage.fetches() == 1).await;
    let second = tokio::spawn({
        let stage = Arc::clone(&stage);
        async move { stage.get("/").await }
    });
    tokio::task::yield_now().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    until(|| stage.fetches() == 2).await;
    drop(gate);
    second.await.unwrap().expect(200, "Miss");
}

#[tokio::test]
async fn e135_a_head_that_misses_does_not_fill_a_get() {
    let stage = Stage::new(vec![plain()]);
    stage.send(request("HEAD", "/")).await.expect(200, "Miss");
    assert_eq!(stage.last_asked().method, "HEAD");
    stage.get("/").await.expect(200, "Miss");
}

#[tokio::test]
async fn e150_some_errors_hold_ten_seconds_or_what_the_template_says() {
    let stage = Stage::with(vec![plain()], |config, _| {
        config.custom_error_responses =
            vec![CustomErrorResponse { error_code: 500, error_caching_min_ttl: Duration::ZERO, page: None }];
    });
    stage.script([answer(404, ""), answer(404, "")]);
    stage.get("/404").await.expect(404, "Error");
    stage.pass(9);
    stage.get("/404").await.expect(404, "Error");
    assert_eq!(stage.fetches(), 1);
    stage.pass(1);
    stage.get("/404").await;
    assert_eq!(stage.fetches(), 2);
    stage.script([answer(500, "")]);
    stage.get("/500").await;
    stage.get("/500").await;
    assert_eq!(stage.fetches(), 4);
}

#[tokio::test]
async fn e151_a_403_that_says_nothing_is_not_stored() {
    let stage = Stage::new(vec![plain()]);
    stage.script([answer(403, "")]);
    stage.get("/").await.expect(403, "Error");
    stage.get("/").await.expect(403, "Error");
    assert_eq!(stage.fetches(), 2);
    stage.script([answer(403, "").header("cache-control", "max-age=60")]);
    stage.get("/kept").await;
    stage.get("/kept").await;
    assert_eq!(stage.fetches(), 3);
}

#[tokio::test]
async fn e152_a_4xx_on_revalidation_is_what_the_viewer_gets() {
    let stage = Stage::new(vec![legacy(<_>::default(), 0, 10, 10)]);
    stage.script([answer(200, "old"), answer(410, "gone")]);
    stage.get("/").await.expect(200, "Miss");
    stage.pass(11);
    stage.get("/").await.expect(410, "Error");
}

#[tokio::test]
async fn e153_a_failing_origin_is_covered_by_what_is_stored_and_left_in_peace() {
    let stage = Stage::new(vec![legacy(<_>::default(), 0, 10, 31_536_000)]);
    stage.script([answer(200, "old"), answer(500, "oops"), answer(200, "new")]);
    stage.get("/").await.expect(200, "Miss");
    stage.pass(10);
    assert_eq!(stage.get("/").await.expect(200, "Hit").text(), "old");
    assert_eq!(stage.get("/").await.expect(200, "Hit").text(), "old");
    assert_eq!(stage.fetches(), 2);
    stage.pass(10);
    assert_eq!(stage.get("/").await.expect(200, "Miss").text(), "new");
}

#[tokio::test]
async fn e154_stale_while_revalidate_answers_now_and_fetches_behind() {
    let stage = Stage::new(vec![legacy(<_>::default(), 0, 10, 31_536_000)]);
    let directives = "max-age=10, stale-while-revalidate=60";
    stage.script([
        answer(200, "old").header("cache-control", directives),
        answer(200, "new").header("cache-control", directives),
    ]);
    stage.get("/").await.expect(200, "Miss");
    stage.pass(11);
    assert_eq!(stage.get("/").await.expect(200, "Hit").text(), "old");
    until(|| stage.fetches() == 2).await;
    let fresh = async {
        while stage.get("/").await.text() != "new" {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), fresh).await.unwrap();
    assert_eq!(stage.fetches(), 2);
}

#[tokio::test]
async fn e154_an_origin_that_forbids_it_is_not_covered() {
    for directives in ["max-age=10, stale-if-error=0", "max-age=10, must-revalidate"] {
        let stage = Stage::new(vec![legacy(<_>::default(), 0, 10, 31_536_000)]);
        stage.script([answer(200, "old").header("cache-control", directives), answer(502, "oops")]);
        stage.get("/").await.expect(200, "Miss");
        stage.pass(11);
        stage.get("/").await.expect(502, "Error");
    }
}

#[tokio::test]
async fn e180_e182_e184_a_purge_takes_every_variant_and_errors_too() {
    let forwarded =
        ForwardedValues { query_string: true, headers: vec!["Origin".to_owned()], ..<_>::default() };
    let stage = Stage::new(vec![legacy(forwarded, 0, 60, 60)]);
    for path in ["/assets/a.css", "/assets/b.css?v=1", "/d", "/d/", "/other"] {
        stage.get(path).await.expect(200, "Miss");
    }
    stage.send(request("GET", "/assets/a.css").header("origin", "o")).await.expect(200, "Miss");
    assert_eq!(stage.edge.purge(&["/assets/b.css"]), 0, "its query is part of its name");
    assert_eq!(stage.edge.purge(&["/assets/*"]), 3);
    assert_eq!(stage.edge.purge(&["/d"]), 1);
    stage.get("/d/").await.expect(200, "Hit");
    stage.get("/d").await.expect(200, "Miss");
    stage.script([answer(404, "")]);
    stage.get("/missing").await.expect(404, "Error");
    assert_eq!(stage.edge.purge(&["/missing"]), 1);
}

#[tokio::test]
async fn a_purge_outruns_what_is_still_coming_in() {
    let stage = Arc::new(Stage::new(vec![plain()]));
    let gate = stage.origin.gate.lock().await;
    let viewer = tokio::spawn({
        let stage = Arc::clone(&stage);
        async move { stage.get("/").await }
    });
    until(|| stage.fetches() == 1).await;
    stage.edge.purge(&["/*"]);
    drop(gate);
    viewer.await.unwrap().expect(200, "Miss");
    stage.get("/").await.expect(200, "Miss");
}

#[tokio::test]
async fn unsafe_methods_invalidate_in_the_rfc9111_profile_alone() {
    for (profile, then) in [(Profile::CloudFront, "Hit"), (Profile::Rfc9111, "Miss")] {
        let behavior = CacheBehavior { allowed_methods: AllowedMethods::All, ..plain() };
        let stage = Stage::with(vec![behavior], |_, settings| settings.profile = profile);
        stage.get("/").await.expect(200, "Miss");
        stage.send(request("POST", "/")).await.expect(200, "Miss");
        stage.get("/").await.expect(200, then);
    }
}

#[tokio::test]
async fn every_request_is_recorded_with_its_span_and_placement() {
    let stage = Stage::new(vec![plain()]);
    let mut records = stage.telemetry.subscribe();
    stage.script([answer(200, "body").placed()]);
    let got = stage.get("/a?b").await.expect(200, "Miss");
    assert!(got.placement.is_some());
    let hit = stage.get("/a").await.expect(200, "Hit");
    assert!(hit.placement.is_none());
    let mut requests = Vec::new();
    let mut spans = Vec::new();
    while let Ok(record) = records.try_recv() {
        match record {
            Record::Request(request) => requests.push(request),
            Record::Span(span) => spans.push(span),
            _ => {}
        }
    }
    assert_eq!(requests.len(), 2);
    assert_eq!((requests[0].path.as_str(), requests[0].bytes), ("/a?b", 4));
    assert_eq!(requests[0].entrance, "distribution.Website");
    assert!(requests[0].placement.is_some() && requests[1].placement.is_none());
    assert_eq!(requests[1].cache.as_ref().unwrap().result, "Hit");
    assert_eq!(requests[1].cache.as_ref().unwrap().fresh_for, Some(Duration::from_hours(24)));
    assert_eq!(spans.len(), 2);
    assert_eq!(spans[0].trace, requests[0].trace);
}

#[tokio::test]
async fn statistics_are_kept_per_behavior() {
    let assets = CacheBehavior { path_pattern: "assets/*".to_owned(), ..plain() };
    let stage = Stage::new(vec![assets, plain()]);
    stage.get("/assets/a").await;
    stage.get("/assets/a").await;
    stage.get("/").await;
    let statistics = stage.edge.statistics();
    assert_eq!(statistics[0].path_pattern, "assets/*");
    assert_eq!((statistics[0].requests, statistics[0].hits, statistics[0].misses), (2, 1, 1));
    assert_eq!((statistics[1].requests, statistics[1].bytes), (1, 2));
}

#[tokio::test]
async fn a_flood_of_hits_is_counted_and_thinned_out() {
    let stage = Stage::new(vec![plain()]);
    let mut records = stage.telemetry.subscribe();
    for _ in 0..1_501 {
        stage.get("/").await;
    }
    let mut requests = 0;
    while let Ok(record) = records.try_recv() {
        requests += usize::from(matches!(record, Record::Request(_)));
    }
    // The miss, a thousand hits, and one of ten of the other five hundred.
    assert_eq!(requests, 1_051);
    assert_eq!(stage.edge.statistics()[0].requests, 1_501);
}
