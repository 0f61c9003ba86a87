//! The cases of `testdata/bref/responses`, and sizes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use events::function::{Event, Form, Maps, PAYLOAD_MAX, Sender, read};
use serde_json::Value;

use super::*;
use crate::exchange::Body;

#[test]
fn answers_as_bref_gives_them_or_better() {
    let index: BTreeMap<String, Value> =
        serde_json::from_slice(&std::fs::read(corpus("index.json")).unwrap()).unwrap();
    let names: Vec<_> = index.keys().filter(|name| name.starts_with("responses/")).collect();
    assert!(names.len() >= 50, "{} cases", names.len());
    for name in names {
        check(name);
    }
}

#[test]
fn events_that_are_no_requests_fail_with_a_name() {
    let index: BTreeMap<String, Value> =
        serde_json::from_slice(&std::fs::read(corpus("index.json")).unwrap()).unwrap();
    let names: Vec<_> = index.keys().filter(|name| name.starts_with("edge-error-")).collect();
    assert!(names.len() >= 8, "{} cases", names.len());
    for name in names {
        let event = std::fs::read(corpus(&format!("{name}.event.json"))).unwrap();
        let error =
            read(&event).err().unwrap_or_else(|| panic!("{name} was taken for a request")).to_string();
        assert!(error.starts_with("This runtime runs HTTP events"), "{name}: {error}");
    }
}

#[test]
fn an_answer_may_have_exactly_so_many_bytes() {
    let answer_of = |length: usize| {
        let mut exchange = Exchange::new(b"", Body::Own(Vec::new())).unwrap();
        exchange.receive(b"Content-Type: image/png\r\n\r\n");
        exchange.receive(&vec![0; length]);
        let form = Form { sender: Sender::HttpApi2, maps: Maps::Single };
        answer(&mut exchange, caller(form, false), &settings(&BTreeMap::new()))
            .map(|encoded| encoded.json.len())
    };
    // Three bytes become four letters, so the limit is met within four.
    let largest = (PAYLOAD_MAX - answer_of(0).unwrap()) / 4 * 3;
    assert!(PAYLOAD_MAX - answer_of(largest).unwrap() < 4);
    assert!(answer_of(largest + 3).unwrap_err().bytes > PAYLOAD_MAX);
}

#[track_caller]
fn check(name: &str) {
    let Ok(stdout) = std::fs::read(corpus(&format!("{name}.stdout"))) else {
        let event = std::fs::read(corpus(&format!("{name}.event.json"))).unwrap();
        assert!(matches!(read(&event), Ok(Event::Warmer)), "{name}: no warmer");
        return;
    };
    let event = std::fs::read(corpus(&format!("{name}.event.json"))).unwrap();
    let Ok(Event::Http(request)) = read(&event) else { panic!("{name}: no request") };
    let mut exchange = Exchange::new(b"", Body::Own(Vec::new())).unwrap();
    exchange.receive(&stdout);
    let environment = std::fs::read(corpus(&format!("{name}.env.json")))
        .map(|bytes| serde_json::from_slice(&bytes).unwrap())
        .unwrap_or_default();
    let encoded = answer(&mut exchange, caller(request.form, false), &settings(&environment)).unwrap();
    let found: Value = serde_json::from_slice(&encoded.json).unwrap();
    let wanted = std::fs::read(corpus(&format!("{name}.wanted.json")))
        .or_else(|_| std::fs::read(corpus(&format!("{name}.response.json"))))
        .unwrap();
    let mut wanted: Value = serde_json::from_slice(&wanted).unwrap();
    if name.ends_with("binary-flag-word-false") {
        // To Bref every word is true.
        wanted["isBase64Encoded"] = false.into();
        wanted["body"] = "text".into();
    }
    assert_eq!(found, wanted, "{name}");
}

fn settings(environment: &BTreeMap<String, String>) -> Settings {
    let variables =
        [("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1"), ("_HANDLER", "index.php"), ("DAVY_COMPAT", "bref")];
    let mut all: BTreeMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    all.extend(environment.clone());
    Settings::from_environment(&all).unwrap()
}

fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/bref").join(name)
}

#[test]
fn what_does_not_fit_is_compressed_for_whom_takes_it() {
    let answer_to = |accepts_gzip, sender| {
        let mut exchange = Exchange::new(b"", Body::Own(Vec::new())).unwrap();
        exchange.receive(b"Content-Type: text/plain\r\nContent-Length: 7000000\r\n\r\n");
        exchange.receive(&b"0123456789abcde\n".repeat(437_500));
        let form = Form { sender, maps: Maps::Single };
        answer(&mut exchange, caller(form, accepts_gzip), &settings(&BTreeMap::new()))
    };
    let fitting: Value = serde_json::from_slice(&answer_to(true, Sender::HttpApi2).unwrap().json).unwrap();
    assert_eq!(fitting["headers"]["Content-Encoding"], "gzip");
    assert_eq!(fitting["headers"].get("Content-Length"), None);
    assert_eq!(fitting["isBase64Encoded"], true);
    assert!(answer_to(false, Sender::HttpApi2).is_err());
    assert!(answer_to(true, Sender::RestApi).is_err());
}

fn caller(form: Form, accepts_gzip: bool) -> Caller {
    Caller { form, accepts_gzip, streams: false }
}
