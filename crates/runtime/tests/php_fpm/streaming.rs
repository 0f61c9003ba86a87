//! Answers that are passed on as they come.

use serde_json::Value;
use testkit::runtime_api::{Posted, event};

use crate::site;

fn url_event(path: &str) -> String {
    let mut event: Value = serde_json::from_str(&event("GET", path)).unwrap();
    event["requestContext"]["domainName"] = "abc.lambda-url.eu-west-1.on.aws".into();
    event.to_string()
}

fn parts(posted: &Posted) -> (Value, &[u8]) {
    let end = posted.body.windows(8).position(|window| window == [0; 8]).unwrap();
    (serde_json::from_slice(&posted.body[..end]).unwrap(), &posted.body[end + 8..])
}

#[test]
fn pieces_go_out_as_php_flushes_them_and_errors_in_the_middle_are_told() {
    let script = "<?php header('Content-Type: text/event-stream'); setcookie('a', '1'); http_response_code(201); \
        foreach ([1, 2, 3] as $i) { echo \"data: $i\\n\\n\"; flush(); usleep(50000); } \
        if (isset($_GET['die'])) { posix_kill(getmypid(), 9); sleep(1); }";
    let mut site = site(script, &[("DAVY_RESPONSE", "stream")]);
    let posted = site.api.invoke(url_event("/"));
    assert_eq!(posted.header("lambda-runtime-function-response-mode"), Some("streaming"));
    let (prelude, body) = parts(&posted);
    assert_eq!(prelude["statusCode"], 201);
    assert_eq!(prelude["cookies"][0], "a=1");
    assert_eq!(body, b"data: 1\n\ndata: 2\n\ndata: 3\n\n");
    assert!(posted.chunks >= 3, "{} chunks", posted.chunks);
    let broken = site.api.invoke(url_event("/?die=1"));
    assert_eq!(broken.trailers[0].1, "Function.WorkerDied");
    let error = base64_simd::STANDARD.decode_to_vec(&broken.trailers[1].1).unwrap();
    assert!(String::from_utf8_lossy(&error).contains("in the middle of its answer"));
    // An HTTP API can't take a stream.
    assert_eq!(site.get("/").json()["statusCode"], 201);
}

#[test]
fn fifty_megabytes_pass_in_constant_memory() {
    let script = "<?php for ($i = 0; $i < 800; $i++) { echo str_repeat(chr(65 + $i % 26), 65536); flush(); }";
    let mut site = site(script, &[("DAVY_RESPONSE", "stream")]);
    let posted = site.api.invoke(url_event("/"));
    assert_eq!(parts(&posted).1.len(), 800 * 65_536);
    let status = std::fs::read_to_string(format!("/proc/{}/status", site.pid())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kilobytes < 16_000, "{kilobytes} kB at most were used");
}
