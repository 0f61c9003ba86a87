//! An HTTP API over a fake function: stages, limits, refusals, what Lambda is told.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use access::Peer;
use http_body_util::BodyExt;
use lambda::{InvokeError, ThrottleReason};
use serde_json::json;
use telemetry::{Placement, Record, TraceContext};
use trace::{Hop, Outcome, Sampled, SegmentId, Span, TraceId};

use super::*;
use crate::api::{BODY_LIMIT, HEAD_LIMIT};
use crate::config::{Authorization, Integration, Stage, Throttling};
use crate::fake::{Counting, Function, Still, request, shown};

struct Story {
    api: HttpApi,
    function: Arc<Function>,
    telemetry: Telemetry,
    clock: Arc<Still>,
}

impl Story {
    fn new(function: &Arc<Function>, changed: impl FnOnce(&mut HttpApiConfig)) -> Self {
        let mut config = HttpApiConfig {
            api_id: "abc123".to_owned(),
            logical_id: "Api".to_owned(),
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
            domain_name: "abc123.execute-api.us-east-1.amazonaws.com".to_owned(),
            stages: vec![Stage { name: "$default".to_owned(), ..Stage::default() }],
            routes: ["ANY /", "ANY /{proxy+}"].map(route).into(),
            ..HttpApiConfig::default()
        };
        changed(&mut config);
        let (clock, entropy) = (Still::new(), Arc::new(Counting::default()));
        let telemetry = Telemetry::in_memory_with(clock.clone(), entropy.clone());
        let functions: Arc<dyn Invoke> = function.clone();
        let api =
            HttpApi::with_functions(config, functions, telemetry.clone(), clock.clone(), entropy).unwrap();
        Self { api, function: Arc::clone(function), telemetry, clock }
    }

    async fn ask(&self, line: &str, headers: &[(&str, &str)], body: &'static str) -> String {
        shown(self.api.serve(request(line, headers, body)).await).await
    }

    #[track_caller]
    fn span(records: &mut tokio::sync::broadcast::Receiver<Record>) -> Span {
        loop {
            if let Record::Span(span) = records.try_recv().expect("a span was recorded") {
                return (*span).clone();
            }
        }
    }

    #[track_caller]
    fn notice(records: &mut tokio::sync::broadcast::Receiver<Record>) -> String {
        loop {
            if let Record::Notice(text) = records.try_recv().expect("a notice was given") {
                return text.to_string();
            }
        }
    }
}

fn route(key: &str) -> Route {
    let integration = Integration { function: "website".to_owned(), ..Integration::default() };
    Route { key: key.to_owned(), integration, authorization: Authorization::None }
}

fn stage(name: &str) -> Stage {
    Stage { name: name.to_owned(), ..Stage::default() }
}

const HELLO: &str = r#"{"statusCode":200,"headers":{"content-type":"text/html"},"body":"hello"}"#;

#[tokio::test]
async fn a_page() {
    let story = Story::new(&Function::returning(HELLO), |_| {});
    let found = story.ask("GET /a%20b/?x=1", &[("host", "localhost:8080")], "").await;
    assert_eq!(
        found,
        "200 [content-type: text/html | apigw-requestid: AAAAAAAAAAIAAAA= | content-length: 5] hello"
    );
    let event = story.function.event();
    assert_eq!(event["rawPath"], "/a b/");
    assert_eq!(event["rawQueryString"], "x=1");
    assert_eq!(event["routeKey"], "ANY /{proxy+}");
    assert_eq!(event["pathParameters"], json!({"proxy": "a b/"}));
    assert_eq!(event["headers"]["host"], "localhost:8080");
    assert_eq!(event["requestContext"]["domainName"], "localhost");
    assert_eq!(event["requestContext"]["requestId"], "AAAAAAAAAAIAAAA=");
    assert_eq!(event["requestContext"]["time"], "10/Jul/2026:19:19:05 +0000");
    assert_eq!(story.function.asked().patience, Duration::from_secs(30));
}

#[tokio::test]
async fn the_peer_is_the_source() {
    let story = Story::new(&Function::returning(HELLO), |_| {});
    let mut asked =
        request("GET /", &[("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "gopher")], "");
    let address: SocketAddr = "[::ffff:203.0.113.9]:5000".parse().unwrap();
    asked.extensions_mut().insert(Peer { address, secure: true, local_port: 8443 });
    let response = story.api.serve(asked).await;
    let event = story.function.event();
    assert_eq!(event["requestContext"]["http"]["sourceIp"], "203.0.113.9");
    assert_eq!(event["headers"]["x-forwarded-for"], "192.0.2.1, 203.0.113.9");
    assert_eq!(event["headers"]["x-forwarded-port"], "8443");
    assert_eq!(event["headers"]["x-forwarded-proto"], "https");
    assert_eq!(response.extensions().get::<Placement>().unwrap().environment, "one");
}

#[tokio::test]
async fn a_named_stage_is_part_of_the_path() {
    let story = Story::new(&Function::returning(HELLO), |config| {
        let variables = [("greeting".to_owned(), "hello".to_owned())].into();
        config.stages = vec![Stage { variables, ..stage("dev") }];
    });
    assert!(story.ask("GET /dev/a", &[], "").await.starts_with("200"));
    let event = story.function.event();
    assert_eq!(event["rawPath"], "/dev/a");
    assert_eq!(event["pathParameters"], json!({"proxy": "a"}));
    assert_eq!(event["requestContext"]["stage"], "dev");
    assert_eq!(event["stageVariables"], json!({"greeting": "hello"}));
    let mut records = story.telemetry.subscribe();
    let nowhere = story.ask("GET /a", &[], "").await;
    let notice = Story::notice(&mut records);
    assert!(notice.ends_with("paths of this API begin with /dev/"), "{notice}");
    assert!(nowhere.starts_with("404") && nowhere.ends_with(r#"{"message":"Not Found"}"#), "{nowhere}");
    assert_eq!(story.function.count(), 1);
}

#[track_caller]
fn ends(found: &str, status: &str, body: &str) {
    assert!(found.starts_with(status) && found.ends_with(body), "{found}");
    assert!(found.contains("content-type: application/json"), "{found}");
}

#[tokio::test]
async fn what_the_viewer_gets_when_lambda_gives_nothing() {
    let refused =
        |error| async { Story::new(&Function::refusing(error), |_| {}).ask("GET /", &[], "").await };
    let after = Duration::from_secs(30);
    let unavailable = r#"{"message":"Service Unavailable"}"#;
    let internal = r#"{"message":"Internal Server Error"}"#;
    ends(&refused(InvokeError::Timeout { after }).await, "503", unavailable);
    let reason = ThrottleReason::ConcurrentInvocationLimitExceeded;
    ends(&refused(InvokeError::Throttled { reason }).await, "503", unavailable);
    ends(&refused(InvokeError::ShuttingDown).await, "503", unavailable);
    ends(&refused(InvokeError::FunctionNotFound { function: "f".to_owned() }).await, "500", internal);
    ends(&refused(InvokeError::Environment { why: "no memory".to_owned() }).await, "500", internal);
    let failing = Story::new(&Function::failing(r#"{"errorMessage":"no"}"#), |_| {});
    ends(&failing.ask("GET /", &[], "").await, "500", internal);
}

#[tokio::test]
async fn a_malformed_answer_is_explained() {
    let story = Story::new(&Function::returning(r#"{"statusCode":0}"#), |_| {});
    let mut records = story.telemetry.subscribe();
    ends(&story.ask("GET /x", &[], "").await, "500", r#"{"message":"Internal Server Error"}"#);
    let notice = Story::notice(&mut records);
    assert!(notice.starts_with("Api: GET /x: ") && notice.contains("found 0"), "{notice}");
    let span = Story::span(&mut records);
    assert_eq!(span.outcome, Outcome::Fault);
}

#[tokio::test]
async fn the_trace_goes_on() {
    let story = Story::new(&Function::returning(HELLO), |_| {});
    let mut records = story.telemetry.subscribe();
    let trace: TraceId = "1-5759e988-bd862e3fe1be46a994272793".parse().unwrap();
    let parent: SegmentId = "00000000000000aa".parse().unwrap();
    let mut asked = request("GET /a", &[("x-amzn-trace-id", "Root=1-00000000-bd862e3fe1be46a994272793")], "");
    asked.extensions_mut().insert(TraceContext { trace, parent: Some(parent), sampled: Sampled::Yes });
    story.api.serve(asked).await;
    let span = Story::span(&mut records);
    assert_eq!((span.trace, span.parent, span.hop), (trace, Some(parent), Hop::Gateway));
    assert_eq!((span.name.as_str(), span.outcome), ("Api", Outcome::Ok));
    let told = story.function.asked().trace;
    assert_eq!((told.root, told.parent, told.sampled), (Some(trace), Some(span.id), Sampled::Yes));
    assert_eq!(
        story.function.event()["headers"]["x-amzn-trace-id"],
        "Root=1-5759e988-bd862e3fe1be46a994272793"
    );
}

#[tokio::test]
async fn a_clients_trace_is_joined() {
    let story = Story::new(&Function::returning(HELLO), |_| {});
    let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=00000000000000aa;Sampled=1";
    story.ask("GET /a", &[("x-amzn-trace-id", header)], "").await;
    assert_eq!(story.function.event()["headers"]["x-amzn-trace-id"], header);
    assert_eq!(story.function.asked().trace.root, "1-5759e988-bd862e3fe1be46a994272793".parse().ok());
}

#[tokio::test]
async fn limits_of_a_request() {
    let story = Story::new(&Function::returning(HELLO), |_| {});
    let mut records = story.telemetry.subscribe();
    let upload = |bytes: usize| request("POST /up", &[("content-type", "image/png")], vec![0_u8; bytes]);
    // base64 of 4.4 MB and the event around it fit into Lambda's 6,291,556 bytes.
    assert_eq!(story.api.serve(upload(4_400_000)).await.status(), 200);
    let refused = shown(story.api.serve(upload(4_800_000)).await).await;
    ends(&refused, "413", r#"{"message":"Request Entity Too Large"}"#);
    let notice = Story::notice(&mut records);
    assert!(notice.contains("4800000 bytes") && notice.contains("base64"), "{notice}");

    let asked = story.function.count();
    let refused = shown(story.api.serve(upload(BODY_LIMIT + 1)).await).await;
    ends(&refused, "413", r#"{"message":"Request Entity Too Large"}"#);
    let announced = story.ask("POST /up", &[("content-length", "10485761")], "").await;
    ends(&announced, "413", r#"{"message":"Request Entity Too Large"}"#);
    let long = "x".repeat(HEAD_LIMIT);
    let refused = story.ask("GET /a", &[("x-long", &long)], "").await;
    ends(&refused, "431", r#"{"message":"Request Header Fields Too Large"}"#);
    assert_eq!(story.function.count(), asked, "none of them reached the function");
}

#[tokio::test]
async fn a_body_that_breaks_off() {
    let story = Story::new(&Function::returning(HELLO), |_| {});
    let frames = futures_util::stream::iter([Err(io::Error::other("reset"))]);
    let body = http_body_util::StreamBody::new(frames).boxed_unsync();
    let asked = Request::builder().method("POST").uri("/").body(body).unwrap();
    ends(&shown(story.api.serve(asked).await).await, "400", r#"{"message":"Bad Request"}"#);
    assert_eq!(story.function.count(), 0);
}

#[tokio::test]
async fn head_has_the_length_and_no_body() {
    let story = Story::new(&Function::returning(HELLO), |_| {});
    let found = story.ask("HEAD /", &[], "").await;
    assert!(found.contains("content-length: 5") && found.ends_with("] "), "{found}");
}

#[tokio::test]
async fn throttling_by_route_and_stage() {
    let story = Story::new(&Function::returning(HELLO), |config| {
        config.stages[0].throttling = Some(Throttling { rate: 1.0, burst: 2 });
        config.stages[0].route_throttling = [("ANY /".to_owned(), Throttling { rate: 0.0, burst: 0 })].into();
    });
    let refused = r#"{"message":"Too Many Requests"}"#;
    ends(&story.ask("GET /", &[], "").await, "429", refused);
    for _ in 0..2 {
        assert!(story.ask("GET /a", &[], "").await.starts_with("200"));
    }
    ends(&story.ask("GET /a", &[], "").await, "429", refused);
    story.clock.0.fetch_add(1_000, Ordering::Relaxed);
    assert!(story.ask("GET /a", &[], "").await.starts_with("200"));
}

#[tokio::test]
async fn cors_is_the_apis_and_not_the_functions() {
    let answer = r#"{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"https://evil.example"}}"#;
    let story = Story::new(&Function::returning(answer), |config| {
        config.cors = Some(Cors {
            allow_origins: vec!["https://a.example".to_owned()],
            allow_methods: vec!["GET".to_owned()],
            ..Cors::default()
        });
    });
    let asks = [("origin", "https://a.example"), ("access-control-request-method", "GET")];
    let preflight = story.ask("OPTIONS /a", &asks, "").await;
    assert!(preflight.starts_with("204 [access-control-allow-origin: https://a.example"), "{preflight}");
    assert_eq!(story.function.count(), 0);
    let allowed = story.ask("GET /a", &asks[..1], "").await;
    assert!(allowed.contains("access-control-allow-origin: https://a.example"), "{allowed}");
    let other = story.ask("GET /a", &[("origin", "https://b.example")], "").await;
    assert!(other.starts_with("200") && !other.contains("access-control"), "{other}");
    let plain = story.ask("OPTIONS /a", &[], "").await;
    assert!(plain.starts_with("200"), "{plain}");
}

#[tokio::test]
async fn a_route_with_an_authorizer_lets_nobody_in() {
    let story = Story::new(&Function::returning(HELLO), |config| {
        config.routes[1].authorization =
            Authorization::Unsupported { authorizer: "JWT authorizer `Users`".to_owned() };
    });
    let refused = story.ask("GET /a", &[], "").await;
    assert!(refused.starts_with("500") && refused.contains("JWT authorizer `Users`"), "{refused}");
    assert!(story.ask("GET /", &[], "").await.starts_with("200"));
    assert_eq!(story.function.count(), 1);
}

#[tokio::test]
async fn an_access_log_line() {
    let story = Story::new(&Function::returning(HELLO), |config| {
        config.stages[0].access_log_format = Some(
            "$context.httpMethod $context.path $context.status $context.responseLength $context.what"
                .to_owned(),
        );
    });
    let mut records = story.telemetry.subscribe();
    story.ask("PUT /a?b", &[], "").await;
    let line = loop {
        if let Record::Log(line) = records.try_recv().expect("a line was logged") {
            break line;
        }
    };
    assert_eq!((line.function.as_str(), line.text.as_str()), ("Api", "PUT /a 200 5 -"));
}

#[tokio::test]
async fn a_disabled_endpoint() {
    let story = Story::new(&Function::returning(HELLO), |config| config.endpoint_disabled = true);
    let own = [("host", "abc123.execute-api.us-east-1.amazonaws.com")];
    ends(&story.ask("GET /", &own, "").await, "404", r#"{"message":"Not Found"}"#);
}
