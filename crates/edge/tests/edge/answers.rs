//! What is done to an answer on its way: compression, ranges, policies, functions, another origin.

use std::sync::Arc;

use edge::{
    CacheBehavior, CloudFrontFunction, ForwardedValues, FunctionAssociation, FunctionEvent, OriginConfig,
    OriginGroup, OriginKind, OriginService, OriginTarget, response_headers_policy,
};

use crate::story::{ScriptedOrigin, Stage, answer, legacy, request, until};

fn plain() -> CacheBehavior {
    CacheBehavior::new("site")
}

fn css(length: usize) -> crate::story::Scripted {
    answer(200, &"a".repeat(length))
        .header("content-type", "text/css")
        .header("content-length", &length.to_string())
}

#[tokio::test]
async fn e120_e121_e125_legacy_answers_are_gzipped_and_stored_so() {
    let stage = Stage::new(vec![CacheBehavior { compress: true, ..plain() }]);
    stage.script([css(5_000).header("etag", "\"1\""), css(5_000).header("etag", "\"1\"")]);
    for cache in ["Miss", "Hit"] {
        let got = stage
            .send(request("GET", "/a.css").header("accept-encoding", "br, gzip"))
            .await
            .expect(200, cache);
        assert_eq!(got.header("content-encoding"), Some("gzip"));
        assert_eq!(got.header("etag"), Some("W/\"1\""));
        assert_eq!(got.header("vary"), Some("Accept-Encoding"));
        let mut plain = String::new();
        let mut decoder = async_compression::tokio::bufread::GzipDecoder::new(&got.body[..]);
        tokio::io::AsyncReadExt::read_to_string(&mut decoder, &mut plain).await.unwrap();
        assert_eq!(plain, "a".repeat(5_000));
    }
    // E-103: another encoding is another entry.
    let got = stage.get("/a.css").await.expect(200, "Miss");
    assert_eq!((got.header("content-encoding"), got.body.len()), (None, 5_000));
}

#[tokio::test]
async fn e124_e132_the_origin_is_asked_with_its_own_tag() {
    let stage = Stage::new(vec![CacheBehavior { compress: true, ..legacy(<_>::default(), 0, 10, 10) }]);
    stage.script([css(5_000).header("etag", "\"1\""), answer(304, "").header("etag", "\"1\"")]);
    let ask = || request("GET", "/a.css").header("accept-encoding", "gzip");
    stage.send(ask()).await.expect(200, "Miss");
    stage.pass(10);
    let got = stage.send(ask()).await.expect(200, "RefreshHit");
    assert_eq!(got.header("content-encoding"), Some("gzip"));
    assert_eq!(stage.last_asked().header("if-none-match").as_deref(), Some("\"1\""));
}

#[tokio::test]
async fn e077_a_truncated_body_is_not_stored() {
    let stage = Stage::new(vec![plain()]);
    stage.script([answer(200, "short").header("content-length", "50"), answer(200, "whole")]);
    let body = http_body_util::Empty::new();
    let request = request("GET", "/").body(http_body_util::BodyExt::boxed_unsync(
        http_body_util::BodyExt::map_err(body, |never: std::convert::Infallible| match never {}),
    ));
    let answered = stage.edge.serve(request.unwrap()).await;
    assert!(http_body_util::BodyExt::collect(answered.into_body()).await.is_err());
    assert_eq!(stage.get("/").await.expect(200, "Miss").text(), "whole");
}

#[tokio::test]
async fn e140_ranges_are_cut_from_what_is_fetched_whole() {
    let stage = Stage::new(vec![plain()]);
    stage.script([answer(200, "0123456789").header("content-length", "10").header("etag", "\"1\"")]);
    let ask = |range: &str| request("GET", "/").header("range", range);
    let got = stage.send(ask("bytes=2-4")).await.expect(206, "Miss");
    assert_eq!((got.text(), got.header("content-range")), ("234", Some("bytes 2-4/10")));
    assert_eq!(stage.last_asked().header("range"), None);
    until(|| stage.edge.cached().0 == 1).await;
    assert_eq!(stage.send(ask("bytes=-3")).await.expect(206, "Hit").text(), "789");
    assert_eq!(stage.send(ask("bytes=8-")).await.expect(206, "Hit").text(), "89");
    let got = stage.send(ask("bytes=10-")).await.expect(416, "Error");
    assert_eq!(got.header("content-range"), Some("bytes */10"));
    stage.send(ask("bytes=0-1").header("if-range", "\"1\"")).await.expect(206, "Hit");
    stage.send(ask("bytes=0-1").header("if-range", "\"2\"")).await.expect(200, "Hit");
}

#[tokio::test]
async fn e141_an_answer_without_a_length_is_sent_whole() {
    let stage = Stage::new(vec![plain()]);
    stage.script([answer(200, "0123456789")]);
    stage.send(request("GET", "/").header("range", "bytes=2-4")).await.expect(200, "Miss");
}

#[tokio::test]
async fn e142_several_ranges_come_in_parts_or_not_at_all() {
    let stage = Stage::new(vec![plain()]);
    stage.script([answer(200, "0123456789").header("content-type", "text/x")]);
    stage.get("/").await.expect(200, "Miss");
    let got = stage.send(request("GET", "/").header("range", "bytes=0-1,5-6")).await.expect(206, "Hit");
    assert!(got.header("content-type").unwrap().starts_with("multipart/byteranges; boundary="));
    assert!(
        got.text().contains("Content-Type: text/x\r\nContent-Range: bytes 5-6/10\r\n\r\n56\r\n--"),
        "{}",
        got.text()
    );
    for overlapping in ["bytes=5-6,0-1", "bytes=0-5,3-7", "bytes=x"] {
        stage.send(request("GET", "/").header("range", overlapping)).await.expect(200, "Hit");
    }
}

#[tokio::test]
async fn what_is_larger_than_the_cache_takes_passes_through() {
    let stage = Stage::with(vec![plain()], |_, settings| settings.cache.object_bytes = 1_000);
    stage.script([css(1_001), css(1_001)]);
    for _ in 0..2 {
        assert_eq!(stage.get("/").await.expect(200, "Miss").body.len(), 1_001);
    }
    // Without a length it shows only on the way.
    stage.script([answer(200, &"a".repeat(1_001)), answer(200, "b")]);
    assert_eq!(stage.get("/other").await.expect(200, "Miss").body.len(), 1_001);
    stage.get("/other").await.expect(200, "Miss");
}

#[tokio::test]
async fn a_response_headers_policy_is_put_on_hits_and_misses() {
    let policy = response_headers_policy("67f7725c-6f97-4210-82d7-5512b31e9d03").unwrap();
    let stage = Stage::new(vec![CacheBehavior { response_headers_policy: Some(policy), ..plain() }]);
    for cache in ["Miss", "Hit"] {
        let got = stage.get("/").await.expect(200, cache);
        assert_eq!(got.header("x-content-type-options"), Some("nosniff"));
    }
}

#[tokio::test]
async fn e170_functions_run_around_the_cache() {
    let function = |event_type, code: &str| FunctionAssociation {
        event_type,
        function: CloudFrontFunction { name: "f".to_owned(), code: code.to_owned() },
    };
    let rewrite = "function handler(event) {
        var request = event.request;
        if (request.uri === '/old') return { statusCode: 301, headers: { location: { value: '/new' } } };
        if (request.uri === '/bad') return nothing;
        request.uri = '/index.html';
        return request;
    }";
    let mark = "function handler(event) { event.response.headers['x-mark'] = { value: '1' }; return event.response; }";
    let stage = Stage::new(vec![CacheBehavior {
        function_associations: vec![
            function(FunctionEvent::ViewerRequest, rewrite),
            function(FunctionEvent::ViewerResponse, mark),
        ],
        ..plain()
    }]);
    assert_eq!(stage.get("/a").await.expect(200, "Miss").header("x-mark"), Some("1"));
    assert_eq!(stage.last_asked().target, "/index.html");
    stage.get("/b").await.expect(200, "Hit");
    let got = stage.get("/old").await.expect(301, "FunctionGeneratedResponse");
    assert_eq!(got.header("location"), Some("/new"));
    let got = stage.get("/bad").await.expect(503, "FunctionExecutionError");
    assert!(got.text().contains("nothing is not defined"), "{}", got.text());
}

#[tokio::test]
async fn an_origin_group_asks_its_second_member_when_the_first_fails() {
    let second = Arc::new(ScriptedOrigin::default());
    let target = OriginTarget::Service(Arc::clone(&second) as Arc<dyn OriginService>);
    let stage = Stage::with(vec![CacheBehavior::new("both")], |config, _| {
        config.origins.push(OriginConfig::new(
            "spare",
            "spare.s3.us-east-1.amazonaws.com",
            OriginKind::Custom(edge::CustomOriginConfig::default()),
            target,
        ));
        config.origin_groups = vec![OriginGroup {
            id: "both".to_owned(),
            members: ["site".to_owned(), "spare".to_owned()],
            status_codes: vec![500, 404],
        }];
    });
    stage.script([answer(500, "no"), answer(403, "mine")]);
    assert_eq!(stage.get("/a").await.expect(200, "Miss").text(), "ok");
    assert_eq!(second.last_asked().header("host").as_deref(), Some("spare.s3.us-east-1.amazonaws.com"));
    stage.get("/b").await.expect(403, "Error");
}

#[tokio::test]
async fn e082_e115_what_is_not_cached_is_not_compressed() {
    for forwarded in [ForwardedValues { headers: vec!["*".to_owned()], ..<_>::default() }, <_>::default()] {
        let stage = Stage::new(vec![CacheBehavior { compress: true, ..legacy(forwarded, 0, 0, 0) }]);
        stage.script([css(5_000)]);
        let got = stage.send(request("GET", "/").header("accept-encoding", "gzip")).await.expect(200, "Miss");
        assert_eq!(got.header("content-encoding"), None);
    }
}
