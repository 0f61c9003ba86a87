//! The cases of `testdata/bref`: Bref's own fixtures and ours, and what Bref made of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use events::function::{Event, read};
use serde_json::Value;
use trace::Timestamp;

use super::*;

#[test]
fn query_strings() {
    let cases: Vec<Value> =
        serde_json::from_slice(&std::fs::read(corpus("query-strings.json")).unwrap()).unwrap();
    assert!(cases.len() >= 79, "{} cases", cases.len());
    for case in cases {
        let raw = case["rawQueryString"].as_str().unwrap();
        let wanted = case.get("wanted").unwrap_or(&case["QUERY_STRING"]).as_str().unwrap();
        if raw.matches('&').count() >= 1_000 {
            // Bref cuts after `max_input_vars`; here all are sent.
            assert!(
                query::normalized(raw).starts_with(wanted) || query::normalized(raw).len() >= wanted.len()
            );
            continue;
        }
        assert_eq!(query::normalized(raw), wanted, "{raw}");
    }
}

#[test]
fn parameters_and_bodies() {
    let index = index();
    let mut checked = 0;
    for (name, entry) in index.iter().filter(|(_, entry)| entry["kind"] == "params") {
        check(name, entry);
        checked += 1;
    }
    assert_eq!(checked, index.values().filter(|entry| entry["kind"] == "params").count());
    assert!(checked >= 100, "{checked} cases");
}

#[track_caller]
fn check(name: &str, entry: &Value) {
    let event = std::fs::read(corpus(&format!("{name}.event.json"))).unwrap();
    let expected: Value =
        serde_json::from_slice(&std::fs::read(corpus(&format!("{name}.params.json"))).unwrap()).unwrap();
    let Event::Http(request) = read(&event).unwrap_or_else(|error| panic!("{name}: {error}")) else {
        panic!("{name}: no request");
    };
    let found = pairs(&write(&request, &invocation(), &settings()));
    let differs = &entry["differs"];
    let mut wanted: BTreeMap<String, String> = strings(&expected["params"]);
    wanted.extend(strings(&differs["wanted_params"]));
    for absent in differs["absent_params"].as_array().into_iter().flatten() {
        wanted.remove(absent.as_str().unwrap());
    }
    let mut found = found;
    for ignored in differs["ignore_params"].as_array().into_iter().flatten() {
        wanted.remove(ignored.as_str().unwrap());
        found.remove(ignored.as_str().unwrap());
    }
    let differing = |one: &BTreeMap<String, String>, other: &BTreeMap<String, String>| {
        one.iter()
            .filter(|(key, value)| other.get(*key) != Some(value))
            .map(|(key, value)| format!("{key}={value}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(differing(&found, &wanted), differing(&wanted, &found), "{name}");
    let body = differs.get("wanted_stdin_base64").unwrap_or(&expected["stdin_base64"]).as_str().unwrap();
    assert_eq!(base64_simd::STANDARD.encode_to_string(&request.body), body, "{name}");
}

fn strings(map: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    map.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect()
}

/// Parameters read back; a name must not come twice.
fn pairs(mut bytes: &[u8]) -> BTreeMap<String, String> {
    let mut pairs = BTreeMap::new();
    while !bytes.is_empty() {
        let (name, value) = (length(&mut bytes), length(&mut bytes));
        let text = |range: std::ops::Range<usize>| String::from_utf8(bytes[range].to_vec()).unwrap();
        let (name_text, value_text) = (text(0..name), text(name..name + value));
        assert!(pairs.insert(name_text.clone(), value_text).is_none(), "{name_text} comes twice");
        bytes = &bytes[name + value..];
    }
    pairs
}

fn length(bytes: &mut &[u8]) -> usize {
    let size = if bytes[0] < 0x80 { 1 } else { 4 };
    let length = bytes[..size].iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte));
    *bytes = &bytes[size..];
    if size == 1 { length } else { length & 0x7fff_ffff }
}

fn invocation() -> Invocation {
    Invocation {
        request_id: "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned(),
        deadline: Some(Timestamp::from_millis(1_700_000_000_000)),
        function_arn: "arn:aws:lambda:eu-west-1:123456789012:function:shop".to_owned(),
        trace_id: "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1".to_owned(),
    }
}

fn settings() -> Settings {
    let variables = [
        ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1"),
        ("LAMBDA_TASK_ROOT", "/var/task"),
        ("_HANDLER", "index.php"),
        ("DAVY_COMPAT", "bref"),
    ];
    let environment =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Settings::from_environment(&environment).unwrap()
}

fn index() -> BTreeMap<String, Value> {
    serde_json::from_slice(&std::fs::read(corpus("index.json")).unwrap()).unwrap()
}

fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/bref").join(name)
}
