//! A Function URL over a fake function: who may call, and both invoke modes.

use access::Credentials;
use http_body_util::BodyExt;
use lambda::{InvokeError, Streamed, ThrottleReason};
use serde_json::json;
use telemetry::Record;
use trace::Outcome;

use super::*;
use crate::config::{Cors, LONGEST_TIMEOUT, UrlCaller};
use crate::fake::{Counting, Function, Still, request, shown};

fn url(function: &Arc<Function>, changed: impl FnOnce(&mut FunctionUrlConfig)) -> FunctionUrl {
    let mut config = FunctionUrlConfig {
        url_id: "abc".to_owned(),
        logical_id: "Website".to_owned(),
        function: "website".to_owned(),
        region: "us-east-1".to_owned(),
        account: "123456789012".to_owned(),
        domain_name: "abc.lambda-url.us-east-1.on.aws".to_owned(),
        authorization: UrlAuthorization::None,
        invoke_mode: InvokeMode::Buffered,
        cors: None,
        patience: LONGEST_TIMEOUT,
    };
    changed(&mut config);
    let (clock, entropy) = (Still::new(), Arc::new(Counting::default()));
    let telemetry = Telemetry::in_memory_with(clock.clone(), entropy.clone());
    FunctionUrl::with_functions(config, function.clone(), telemetry, clock, entropy)
}

async fn ask(url: &FunctionUrl, line: &str, headers: &[(&str, &str)], body: &'static str) -> String {
    shown(url.serve(request(line, headers, body)).await).await
}

const HELLO: &str = r#"{"statusCode":200,"body":"hello"}"#;

#[tokio::test]
async fn anybody_without_an_auth_type() {
    let function = Function::returning(HELLO);
    let found = ask(
        &url(&function, |_| {}),
        "GET /a%20b?x",
        &[("host", "localhost:8080"), ("cookie", "a=1; b=2")],
        "",
    )
    .await;
    assert_eq!(
        found,
        "200 [content-type: application/json | x-amzn-requestid: 00000000-0000-4004-8000-000000000005 | \
         content-length: 5] hello"
    );
    let event = function.event();
    assert_eq!(event["rawPath"], "/a%20b");
    assert_eq!(event["requestContext"]["requestId"], "00000000-0000-4004-8000-000000000005");
    let told = function.asked().request_id;
    assert_eq!(told.as_deref(), event["requestContext"]["requestId"].as_str());
    assert_eq!(event["requestContext"]["http"]["path"], "/a b");
    assert_eq!(event["requestContext"]["accountId"], "anonymous");
    assert_eq!(event["requestContext"]["domainName"], "abc.lambda-url.us-east-1.on.aws");
    assert_eq!(event["headers"]["host"], "localhost:8080");
    assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
    assert_eq!(event["headers"]["cookie"], "a=1; b=2");
}

#[tokio::test]
async fn refusals() {
    let failing = url(&Function::failing("{}"), |_| {});
    let found = ask(&failing, "GET /", &[], "").await;
    assert!(found.starts_with("502") && found.ends_with("Internal Server Error"), "{found}");
    let reason = ThrottleReason::ConcurrentInvocationLimitExceeded;
    let throttled = url(&Function::refusing(InvokeError::Throttled { reason }), |_| {});
    assert!(ask(&throttled, "GET /", &[], "").await.starts_with("429"));
}

#[tokio::test]
async fn a_stream_that_was_collected() {
    let payload = "{\"statusCode\":203,\"headers\":{\"content-type\":\"text/plain\"}}\0\0\0\0\0\0\0\0body";
    let streaming = |payload| {
        url(&Function::returning(payload), |config| config.invoke_mode = InvokeMode::ResponseStream)
    };
    let found = ask(&streaming(payload), "GET /", &[], "").await;
    assert!(found.starts_with("203 [content-type: text/plain") && found.ends_with("] body"), "{found}");
    let found = ask(&streaming(HELLO), "GET /", &[], "").await;
    assert!(
        found.starts_with("200 [content-type: application/octet-stream") && found.ends_with(HELLO),
        "{found}"
    );
}

fn data(bytes: &'static [u8]) -> Streamed {
    Streamed::Data(Bytes::from_static(bytes))
}

fn streaming(pieces: Vec<Streamed>) -> FunctionUrl {
    url(&Function::streaming(pieces), |config| config.invoke_mode = InvokeMode::ResponseStream)
}

#[tokio::test]
async fn a_stream_comes_in_pieces_however_it_is_cut() {
    let pieces = vec![
        data(b"{\"statusCode\":201,\"hea"),
        data(b"ders\":{\"a\":\"b\"}}\0\0\0\0"),
        data(b"\0\0\0\0one "),
        data(b"two"),
    ];
    let found = ask(&streaming(pieces), "GET /", &[], "").await;
    assert_eq!(
        found,
        "201 [a: b | content-type: application/octet-stream | \
         x-amzn-requestid: 00000000-0000-4004-8000-000000000005] one two"
    );
    let found = ask(&streaming(vec![data(b"no "), data(b"prelude")]), "GET /", &[], "").await;
    assert!(found.starts_with("200") && found.ends_with("] no prelude"), "{found}");
    assert!(ask(&streaming(vec![]), "GET /", &[], "").await.starts_with("200"));
}

#[tokio::test]
async fn a_stream_that_fails() {
    let failed = || Streamed::Failed { error_type: "Function.Error".to_owned(), body: Bytes::new() };
    let early = ask(&streaming(vec![data(b"{\"status"), failed()]), "GET /", &[], "").await;
    assert!(early.starts_with("502"), "{early}");

    let url = streaming(vec![data(b"begun "), failed()]);
    let mut records = url.service.telemetry.subscribe();
    let response = url.serve(request("GET /", &[], "")).await;
    assert_eq!(response.status(), 200);
    assert!(response.into_body().collect().await.is_err(), "the body ends before its end");
    let Ok(Record::Span(span)) = records.try_recv() else { panic!("the span is recorded at the end") };
    assert_eq!(span.outcome, Outcome::Fault);
}

#[tokio::test]
async fn a_request_that_comes_in_here_is_told_of() {
    let url = streaming(vec![data(b"one "), data(b"two")]);
    let mut records = url.service.telemetry.subscribe();
    ask(&url, "GET /a%20b?x=1", &[], "").await;
    let Ok(Record::Span(span)) = records.try_recv() else { panic!("its span is recorded first") };
    let Ok(Record::Request(told)) = records.try_recv() else { panic!("and then the request") };
    assert_eq!((told.entrance.as_str(), told.path.as_str()), ("url.Website", "/a%20b?x=1"));
    assert_eq!((told.status, told.bytes, told.trace), (200, 7, span.trace));

    let mut handed_on = request("GET /", &[], "");
    let trace =
        telemetry::TraceContext { trace: span.trace, parent: Some(span.id), sampled: trace::Sampled::Yes };
    handed_on.extensions_mut().insert(trace);
    shown(url.serve(handed_on).await).await;
    assert!(matches!(records.try_recv(), Ok(Record::Span(_))));
    assert!(records.try_recv().is_err(), "the hop before tells of it");
}

#[tokio::test]
async fn cors() {
    let function = Function::returning(HELLO);
    let url = url(&function, |config| {
        config.cors = Some(Cors { allow_origins: vec!["*".to_owned()], ..Cors::default() });
    });
    let asks = [("origin", "https://a.example"), ("access-control-request-method", "GET")];
    assert!(ask(&url, "OPTIONS /", &asks, "").await.starts_with("204 [access-control-allow-origin: *"));
    assert_eq!(function.count(), 0);
    assert!(ask(&url, "GET /", &asks[..1], "").await.contains("access-control-allow-origin: *"));
}

/// Signed by botocore 1.43 with the keys of AWS's documentation, at the moment of [`Still`].
const SIGNED: [(&str, &str); 4] = [
    ("host", "abc.lambda-url.us-east-1.on.aws"),
    ("content-type", "text/plain"),
    ("x-amz-date", "20260710T191905Z"),
    (
        "authorization",
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260710/us-east-1/lambda/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date, \
         Signature=c5ebb605e0c1a78d6708cbaae2183fa2f22869335e32c8835ca1a3a6c5d4d8ee",
    ),
];

#[tokio::test]
async fn only_who_signs_with_iam() {
    let function = Function::returning(HELLO);
    let url = url(&function, |config| {
        let credentials = Credentials {
            access_key: "AKIDEXAMPLE".to_owned(),
            secret_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            session_token: None,
        };
        let arn = "arn:aws:iam::123456789012:root".to_owned();
        let callers = vec![UrlCaller { credentials, arn, id: "123456789012".to_owned() }];
        config.authorization = UrlAuthorization::AwsIam { callers };
    });
    let line = "POST /a%20b/%E2%82%AC?x=1&y=a%20b";
    let refused = |found: String| {
        assert!(found.starts_with("403") && found.contains("AccessDeniedException"), "{found}");
        assert!(found.contains(r#"{"Message":"Forbidden."#), "{found}");
    };
    refused(ask(&url, line, &SIGNED[..3], "hello").await);
    refused(ask(&url, line, &SIGNED, "another body").await);
    refused(ask(&url, "POST /another", &SIGNED, "hello").await);
    assert_eq!(function.count(), 0);

    assert!(ask(&url, line, &SIGNED, "hello").await.starts_with("200"));
    let event = function.event();
    assert!(event["headers"].get("authorization").is_none());
    assert_eq!(event["requestContext"]["accountId"], "123456789012");
    assert_eq!(event["requestContext"]["authorizer"]["iam"]["accessKey"], "AKIDEXAMPLE");
}
