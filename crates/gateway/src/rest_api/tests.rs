//! A REST API over a fake function: where it differs from an HTTP API.

use lambda::{InvokeError, Streamed};
use serde_json::json;

use super::*;
use crate::config::{RestMethod, Stage};
use crate::fake::{Counting, Function, Still, request, shown};

fn method(method: &str, path: &str) -> RestMethod {
    RestMethod {
        method: method.to_owned(),
        path: path.to_owned(),
        function: "website".to_owned(),
        ..RestMethod::default()
    }
}

fn api(function: &Arc<Function>, changed: impl FnOnce(&mut RestApiConfig)) -> RestApi {
    let mut config = RestApiConfig {
        api_id: "abc123".to_owned(),
        logical_id: "Rest".to_owned(),
        stages: vec![Stage { name: "Prod".to_owned(), ..Stage::default() }],
        methods: vec![method("ANY", "/"), method("ANY", "/{proxy+}"), method("GET", "/only-get")],
        ..RestApiConfig::default()
    };
    changed(&mut config);
    let (clock, entropy) = (Still::new(), Arc::new(Counting::default()));
    let telemetry = Telemetry::in_memory_with(clock.clone(), entropy.clone());
    RestApi::with_functions(config, function.clone(), telemetry, clock, entropy).unwrap()
}

async fn ask(api: &RestApi, line: &str, headers: &[(&str, &str)]) -> String {
    shown(api.serve(request(line, headers, "")).await).await
}

const HELLO: &str = r#"{"statusCode":200,"body":"hello"}"#;

#[tokio::test]
async fn the_stage_is_not_part_of_the_path() {
    let function = Function::returning(HELLO);
    let api = api(&function, |_| {});
    let found = ask(&api, "GET /Prod//a%20b/c/?x=1", &[("host", "h")]).await;
    assert!(found.starts_with("200 [content-type: application/json | x-amzn-requestid: "), "{found}");
    let event = function.event();
    assert_eq!(event["path"], "/a%20b/c/");
    assert_eq!(event["pathParameters"], json!({"proxy": "a%20b/c"}));
    assert_eq!(event["requestContext"]["path"], "/Prod//a%20b/c/");
    assert_eq!(event["requestContext"]["stage"], "Prod");
    assert_eq!(event["requestContext"]["resourceId"].as_str().unwrap().len(), 6);
    let request_id = event["requestContext"]["requestId"].as_str().unwrap();
    assert!(found.contains(&format!("x-amzn-requestid: {request_id}")), "{found}");
    assert!(found.contains("x-amzn-trace-id: Root=1-"), "{found}");
}

#[tokio::test]
async fn words_of_its_own() {
    let function = Function::returning(HELLO);
    let api_without = api(&function, |_| {});
    for line in ["GET /", "GET /Other/a", "POST /Prod/only-get"] {
        let found = ask(&api_without, line, &[]).await;
        assert!(
            found.starts_with("403") && found.contains("MissingAuthenticationTokenException"),
            "{line}: {found}"
        );
    }
    assert_eq!(function.count(), 0);
    let late = api(&Function::refusing(InvokeError::Timeout { after: REST_TIMEOUT }), |_| {});
    let found = ask(&late, "GET /Prod", &[]).await;
    assert!(
        found.starts_with("504") && found.ends_with(r#"{"message": "Endpoint request timed out"}"#),
        "{found}"
    );
    let failing = api(&Function::failing("{}"), |_| {});
    let found = ask(&failing, "GET /Prod", &[]).await;
    assert!(
        found.starts_with("502") && found.ends_with(r#"{"message": "Internal server error"}"#),
        "{found}"
    );
    assert!(!found.contains("x-amzn-trace-id"), "{found}");
}

#[tokio::test]
async fn binary_media_types_decide_both_ways() {
    let function = Function::returning(r#"{"body":"aGVsbG8=","isBase64Encoded":true}"#);
    let api = api(&function, |config| config.binary_media_types = vec!["image/*".to_owned()]);
    assert!(ask(&api, "GET /Prod", &[("accept", "image/png,*/*")]).await.ends_with("] hello"));
    assert!(ask(&api, "GET /Prod", &[("accept", "text/html,image/png")]).await.ends_with("] aGVsbG8="));
    api.serve(request("POST /Prod", &[("content-type", "image/png")], "hello")).await;
    assert_eq!(function.event()["body"], "aGVsbG8=");
    api.serve(request("POST /Prod", &[("content-type", "multipart/form-data")], "hello")).await;
    assert_eq!(function.event()["body"], "hello");
}

#[tokio::test]
async fn a_stream() {
    let streamed = |pieces: &[&'static [u8]]| {
        let pieces = pieces.iter().map(|piece| Streamed::Data(Bytes::from_static(piece))).collect();
        api(&Function::streaming(pieces), |config| {
            config.methods[1].transfer = Transfer::Streamed;
        })
    };
    let found =
        ask(&streamed(&[b"{\"statusCode\":201}\0\0\0\0", b"\0\0\0\0one ", b"two"]), "GET /Prod/a", &[]).await;
    assert!(
        found.starts_with("201 [content-type: application/octet-stream") && found.ends_with("] one two"),
        "{found}"
    );
    let found = ask(&streamed(&[b"no prelude"]), "GET /Prod/a", &[]).await;
    assert!(found.starts_with("502"), "{found}");
    let buffered = api(&Function::returning(HELLO), |config| config.methods[1].transfer = Transfer::Streamed);
    assert!(ask(&buffered, "GET /Prod/a", &[]).await.starts_with("502"));
}

#[tokio::test]
async fn cors_answers_options_on_every_path() {
    let function = Function::returning(HELLO);
    let api = api(&function, |config| {
        config.methods.push(method("OPTIONS", "/own"));
        config.cors = Some(RestCors { allow_origin: "*".to_owned(), ..RestCors::default() });
    });
    let found = ask(&api, "OPTIONS /Prod/only-get/", &[]).await;
    assert!(found.starts_with("200 [access-control-allow-origin: *") && found.ends_with("] {}\n"), "{found}");
    assert!(found.contains("access-control-allow-methods: GET,OPTIONS |"), "{found}");
    let found = ask(&api, "OPTIONS /Prod/any/thing", &[]).await;
    assert!(
        found.contains("access-control-allow-methods: DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT |"),
        "{found}"
    );
    assert_eq!(function.count(), 0);
    assert!(ask(&api, "OPTIONS /Prod/own", &[]).await.ends_with("] hello"), "a method of its own");
    assert!(ask(&api, "OPTIONS /elsewhere", &[]).await.starts_with("403"));
}
