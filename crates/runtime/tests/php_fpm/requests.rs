//! Requests and responses, whole ways through.

use serde_json::{Value, json};
use testkit::runtime_api::event;

use crate::site;

const DUMP: &str = "<?php header('Content-Type: application/json'); echo json_encode(['server' => $_SERVER, \
    'get' => $_GET, 'post' => $_POST, 'cookie' => $_COOKIE, 'input' => base64_encode(file_get_contents('php://input')), \
    'id' => getenv('LAMBDA_REQUEST_ID'), 'trace' => getenv('_X_AMZN_TRACE_ID')]);";

fn body(posted: &testkit::runtime_api::Posted) -> Value {
    let answer = posted.json();
    let text = answer["body"].as_str().unwrap();
    // Large text goes out encoded, because that is cheaper.
    if answer["isBase64Encoded"] == true {
        return serde_json::from_slice(&base64_simd::STANDARD.decode_to_vec(text).unwrap()).unwrap();
    }
    serde_json::from_str(text).unwrap()
}

#[test]
fn php_sees_the_request_and_nothing_of_the_one_before() {
    let mut site =
        site(DUMP, &[("APP_SECRET", "quotes \" and\nlines; $x %"), ("DAVY_ORIGIN_SECRET", "s3cret")]);
    let first = site.get("/a b/é?x=1&x=2&a.b=%2F");
    let seen = body(&first);
    assert_eq!(seen["server"]["REQUEST_URI"], "/a%20b/%C3%A9?x=1&x=2&a.b=%2F");
    assert_eq!(seen["server"]["SCRIPT_NAME"], "/index.php");
    assert_eq!(seen["server"]["REMOTE_ADDR"], "198.51.100.7");
    assert_eq!(seen["server"]["HTTPS"], "on");
    assert_eq!(seen["server"]["APP_SECRET"], "quotes \" and\nlines; $x %");
    assert_eq!(seen["server"].get("DAVY_ORIGIN_SECRET"), None);
    assert_eq!(seen["server"].get("FPM_SOCKETS"), None);
    assert_eq!(seen["get"], json!({"x": "2", "a_b": "/"}));
    let second = body(&site.get("/"));
    assert_ne!(seen["id"], second["id"]);
    assert_ne!(seen["trace"], second["trace"]);
    assert_eq!(second["id"], second["server"]["LAMBDA_REQUEST_ID"]);
}

#[test]
fn the_viewer_is_whom_the_distribution_names_if_it_proves_itself() {
    let mut site = site(DUMP, &[("DAVY_ORIGIN_SECRET", "s3cret")]);
    let with = |secret: &str| {
        let mut request: Value = serde_json::from_str(&event("GET", "/")).unwrap();
        request["headers"]["x-davy-origin-secret"] = secret.into();
        request["headers"]["x-davy-host"] = "www.example.com".into();
        request["headers"]["x-davy-address"] = "203.0.113.9".into();
        request["headers"]["x-davy-proto"] = "http".into();
        request.to_string()
    };
    let trusted = body(&site.api.invoke(with("s3cret")))["server"].clone();
    assert_eq!(
        (&trusted["HTTP_HOST"], &trusted["SERVER_NAME"]),
        (&json!("www.example.com"), &json!("www.example.com"))
    );
    assert_eq!((&trusted["REMOTE_ADDR"], &trusted["SERVER_PORT"]), (&json!("203.0.113.9"), &json!("80")));
    assert_eq!(trusted.get("HTTPS"), None);
    let forged = body(&site.api.invoke(with("guess")))["server"].clone();
    assert_eq!(
        (&forged["HTTP_HOST"], &forged["REMOTE_ADDR"]),
        (&json!("example.org"), &json!("198.51.100.7"))
    );
    for seen in [trusted, forged] {
        assert!(!seen.as_object().unwrap().keys().any(|name| name.starts_with("HTTP_X_DAVY")), "{seen}");
    }
}

#[test]
fn bodies_go_both_ways_in_any_size() {
    let mut site = site(
        "<?php header('Content-Type: application/octet-stream'); echo file_get_contents('php://input');",
        &[],
    );
    for length in [1, 70_000, 4_400_000] {
        let bytes: Vec<u8> =
            (0..length).map(|index: u32| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let mut request: Value = serde_json::from_str(&event("POST", "/")).unwrap();
        request["headers"]["content-type"] = "application/octet-stream".into();
        request["body"] = base64_simd::STANDARD.encode_to_string(&bytes).into();
        request["isBase64Encoded"] = true.into();
        let answer = site.api.invoke(request.to_string()).json();
        assert_eq!(answer["isBase64Encoded"], true);
        let back = base64_simd::STANDARD.decode_to_vec(answer["body"].as_str().unwrap()).unwrap();
        assert!(back == bytes, "{length} bytes came back changed");
    }
}

#[test]
fn a_zero_is_a_body_and_seventy_kilobytes_of_parameters_arrive() {
    let mut site = site(DUMP, &[]);
    let mut request: Value = serde_json::from_str(&event("POST", "/")).unwrap();
    request["body"] = "0".into();
    for number in 0..7 {
        request["headers"][format!("x-long-{number}")] = "v".repeat(10_000).into();
    }
    let seen = body(&site.api.invoke(request.to_string()));
    assert_eq!(seen["input"], "MA==");
    assert_eq!(seen["server"]["CONTENT_LENGTH"], "1");
    for number in 0..7 {
        assert_eq!(seen["server"][format!("HTTP_X_LONG_{number}")].as_str().unwrap().len(), 10_000);
    }
    request["headers"]["x-too-long"] = "v".repeat(70_000).into();
    assert_eq!(site.api.invoke(request.to_string()).json()["statusCode"], 431);
}

#[test]
fn a_response_without_header_lines_and_one_with_odd_ones() {
    let mut site = site(
        "<?php header('X-Powered-By: davy'); header('12345: x'); header('SET-cookie: a=1', false); \
         header('Set-Cookie: b=2', false); http_response_code(418); echo 'tea';",
        &[],
    );
    let answer = site.get("/").json();
    assert_eq!(answer["statusCode"], 418);
    assert_eq!(answer["cookies"], json!(["a=1", "b=2"]));
    assert_eq!(answer["headers"]["12345"], "x");
}

#[test]
fn too_large_a_response_fails_with_what_to_do_and_the_next_one_works() {
    let mut site = site(
        "<?php if (isset($_GET['large'])) { header('Content-Type: image/png'); \
         for ($i = 0; $i < 70; $i++) echo random_bytes(100000); } else echo 'small';",
        &[],
    );
    let failed = site.get("/?large=1");
    assert!(failed.path.ends_with("/error"), "{}", failed.path);
    assert_eq!(failed.json()["errorType"], "Function.ResponseSizeTooLarge");
    assert!(failed.json()["errorMessage"].as_str().unwrap().contains("bucket"));
    assert_eq!(site.get("/").json()["body"], "small");
}

#[test]
fn warmers_and_other_events() {
    let mut site = site("<?php echo 'hi';", &[]);
    assert_eq!(site.api.invoke("{\"warmer\":true}").json(), json!(["Lambda is warm"]));
    let failed = site.api.invoke(r#"{"Records":[{"eventSource":"aws:sqs","body":"secret"}]}"#);
    assert_eq!(failed.header("lambda-runtime-function-error-type"), Some("Function.UnsupportedEvent"));
    let message = failed.json()["errorMessage"].as_str().unwrap().to_owned();
    assert!(message.contains("an SQS event") && !message.contains("secret"), "{message}");
    assert_eq!(site.get("/").json()["body"], "hi");
}

#[test]
fn a_connection_that_died_in_the_freezer_is_made_anew() {
    let mut site = site("<?php echo 'hi';", &[]);
    site.api.wait_for_next(1);
    site.api.close_connections();
    for _ in 0..5 {
        assert_eq!(site.get("/").json()["body"], "hi");
    }
}
