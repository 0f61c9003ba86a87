use std::sync::atomic::{AtomicU64, Ordering};

use trace::Timestamp;

use super::*;

struct Still(AtomicU64);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

fn identity() -> Identity {
    Identity {
        distribution_domain_name: "d1.cloudfront.net".to_owned(),
        distribution_id: "E1".to_owned(),
        request_id: "id==".to_owned(),
        viewer: [192, 0, 2, 7].into(),
    }
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap()))
        .collect()
}

async fn run(code: &str, query: Option<&str>) -> Run<Result<Decision, OwnError>> {
    let request = Message::of_request(
        "GET",
        "/a%20b",
        query,
        &headers(&[("host", "www.example.org"), ("cookie", "a=1; b=2"), ("accept", "x"), ("accept", "y")]),
    );
    let function = CloudFrontFunction { name: "rewrite".to_owned(), code: code.to_owned() };
    let clock: Arc<dyn Clock> = Arc::new(Still(AtomicU64::new(0)));
    on_request(&function, &clock, &identity(), request).await
}

async fn continued(code: &str, query: Option<&str>) -> Message {
    match run(code, query).await.outcome.unwrap() {
        Decision::Continue(message) => message,
        other @ Decision::Answer(_) => panic!("{other:?}"),
    }
}

async fn refused(code: &str) -> OwnError {
    run(code, None).await.outcome.unwrap_err()
}

#[tokio::test]
async fn e170_a_request_may_be_rewritten() {
    let code = r"
        function handler(event) {
            var request = event.request;
            request.uri = '/index.html';
            request.headers['x-davy-host'] = { value: request.headers.host.value };
            request.headers['x-davy-address'] = { value: event.viewer.ip };
            delete request.cookies.a;
            return request;
        }";
    let message = continued(code, Some("q=%20&r")).await;
    assert_eq!((message.uri.as_str(), message.query.as_deref()), ("/index.html", Some("q=%20&r")));
    let headers = message.request_headers();
    assert_eq!(headers["x-davy-host"], "www.example.org");
    assert_eq!(headers["x-davy-address"], "192.0.2.7");
    assert_eq!(headers["cookie"], "b=2");
    assert_eq!(headers.get_all("accept").iter().count(), 2);
}

#[tokio::test]
async fn e170_the_query_can_be_changed_with_its_repetitions() {
    let code = r"
        async function handler(event) {
            const query = event.request.querystring;
            query.added = { value: String(query.a.multiValue.length) };
            return event.request;
        }";
    assert_eq!(continued(code, Some("a=1&b=2&a=3")).await.query.as_deref(), Some("a=1&a=3&added=2&b=2"));
}

#[tokio::test]
async fn e170_a_function_may_answer_itself() {
    let code = r"
        function handler(event) {
            return { statusCode: 302, headers: { location: { value: '/there' } },
                     cookies: { s: { value: '1', attributes: 'Secure; Path=/' } } };
        }";
    let Decision::Answer(message) = run(code, None).await.outcome.unwrap() else { panic!("it answers") };
    assert_eq!(message.status, 302);
    let headers = message.response_headers();
    assert_eq!(headers["location"], "/there");
    assert_eq!(headers["set-cookie"], "s=1; Secure; Path=/");
}

#[tokio::test]
async fn e170_what_it_logs_is_kept() {
    let code =
        "function handler(event) { console.log('uri', event.request.uri, { a: 1 }); return event.request; }";
    assert_eq!(run(code, None).await.logged, ["uri /a%20b {\"a\":1}"]);
}

#[tokio::test]
async fn e170_failures_name_the_function_and_its_fault() {
    for (code, status, why) in [
        ("function handler(event) { return null.x; }", 503, "null"),
        ("function handler(", 503, "rewrite"),
        ("function other() {}", 503, "handler"),
        ("function handler(event) { }", 503, "returned nothing"),
        ("function handler(event) { return 1; }", 502, "no uri"),
        ("function handler(event) { return { statusCode: 'x' }; }", 502, "statusCode"),
        (
            "function handler(event) { event.request.headers.host = { value: 'x' }; return event.request; }",
            502,
            "read-only header host",
        ),
    ] {
        let error = refused(code).await;
        assert_eq!(error.status.as_u16(), status, "{code}: {error:?}");
        assert!(error.reason.contains(why), "{code}: {error:?}");
    }
}

#[tokio::test]
async fn e170_time_and_memory_are_bounded() {
    assert_eq!(refused("function handler() { for (;;) {} }").await.status, 503);
    let greedy = "function handler() { var a = []; for (;;) { a.push(new Array(10000).join('x')); } }";
    assert_eq!(refused(greedy).await.status, 503);
    assert_eq!(refused("function handler() { return handler(); }").await.status, 503);
    let long = format!("function handler() {{}} // {}", "x".repeat(10_240));
    assert!(refused(&long).await.reason.contains("bytes"));
}

#[tokio::test]
async fn e170_an_answer_may_be_changed() {
    let code = r"
        function handler(event) {
            var response = event.response;
            response.headers['x-seen'] = { value: event.request.uri + ' ' + response.statusCode };
            return response;
        }";
    let function = CloudFrontFunction { name: "mark".to_owned(), code: code.to_owned() };
    let clock: Arc<dyn Clock> = Arc::new(Still(AtomicU64::new(0)));
    let request = Message::of_request("GET", "/a", None, &HeaderMap::new());
    let response = Message::of_response(200, &headers(&[("set-cookie", "a=1; Path=/"), ("etag", "\"1\"")]));
    let run = on_response(&function, &clock, &identity(), &request, response).await;
    let headers = run.outcome.unwrap().response_headers();
    assert_eq!(headers["x-seen"], "/a 200");
    assert_eq!(headers["set-cookie"], "a=1; Path=/");
    assert_eq!(headers["etag"], "\"1\"");
}
