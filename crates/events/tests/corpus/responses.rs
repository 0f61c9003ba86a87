//! Response cases: what the function returned goes in, the recorded HTTP answer must come out.

use std::collections::BTreeMap;

use events::front_end::{
    FrontEnd, Identifiers, PayloadFormat, Refusal, Reply, Switches, interpret, interpret_stream,
};
use serde_json::Value;

use crate::Case;

#[test]
fn recorded_answers() {
    let mut played = BTreeMap::<String, usize>::new();
    for case in Case::all().iter().filter(|case| case.is("response")) {
        let Some(recorded) = case.json("response.json") else { continue };
        let front_end = front_end(case);
        let switches = Switches::default();
        let returned = case.file("return.json").or_else(|| case.file("return.txt"));
        let streamed = case.json("stream.json").map(|stream| as_streamed(&stream)).unwrap_or_default();
        let reply = match &returned {
            Some(_) if case.entry["compare"]["functionError"] == true => {
                Refusal::FunctionError.reply(&front_end, &switches)
            }
            Some(payload) => interpret(&front_end, payload, Some("*/*"), &switches)
                .unwrap_or_else(|malformed| malformed.refusal().reply(&front_end, &switches)),
            // No function was asked.
            None if case.id.ends_with("url-of-deleted-alias") => {
                Refusal::Forbidden.reply(&front_end, &switches)
            }
            None if case.file("request.json").is_some() => Refusal::NotFound.reply(&front_end, &switches),
            None => interpret_stream(&front_end, &streamed).unwrap(),
        };
        check(case, &recorded, &reply.signed(&front_end, &IDENTIFIERS));
        *played.entry(case.kind().to_owned()).or_default() += 1;
    }
    let counts: Vec<_> = played.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    assert_eq!(counts.join(", "), "function-url 10, http-api-v1 9, http-api-v2 20, rest 20");
}

#[test]
fn when_a_rest_api_decodes() {
    let case = Case::all().into_iter().find(|case| case.id.ends_with("binary-media-types-matrix")).unwrap();
    let table = case.json("cases.json").unwrap();
    let encoded = table["body"].as_str().unwrap();
    let decoded = base64_simd::STANDARD.decode_to_vec(encoded).unwrap();
    for row in table["rows"].as_array().unwrap() {
        let types = row["binaryMediaTypes"].as_array().unwrap();
        let types = types.iter().map(|one| one.as_str().unwrap().to_owned()).collect();
        let front_end = FrontEnd::RestApi { binary_media_types: types };
        let headers = match &row["responseContentType"] {
            Value::Null => serde_json::json!({}),
            kind => serde_json::json!({ "Content-Type": kind }),
        };
        let payload = serde_json::json!({
            "statusCode": 200, "headers": headers, "body": encoded, "isBase64Encoded": row["isBase64Encoded"],
        });
        let payload = payload.to_string();
        let accept = row["requestAccept"].as_str();
        let reply = interpret(&front_end, payload.as_bytes(), accept, &Switches::default()).unwrap();
        let expected = if row["clientGetsDecodedBytes"] == true { &decoded[..] } else { encoded.as_bytes() };
        assert!(reply.body == expected, "{row}");
    }
    let invalid = &table["invalidBase64"];
    let front_end = FrontEnd::RestApi { binary_media_types: vec!["image/png".to_owned()] };
    let payload = serde_json::json!({ "body": invalid["body"], "isBase64Encoded": true }).to_string();
    let malformed =
        interpret(&front_end, payload.as_bytes(), invalid["requestAccept"].as_str(), &Switches::default());
    let reply = malformed.unwrap_err().refusal().reply(&front_end, &Switches::default());
    assert_eq!(u64::from(reply.status), invalid["status"].as_u64().unwrap());
}

#[track_caller]
fn check(case: &Case, recorded: &Value, reply: &Reply<'_>) {
    assert_eq!(u64::from(reply.status), recorded["status"].as_u64().unwrap(), "{}", case.id);
    let body = recorded["body"].as_str().unwrap();
    if case.entry["compare"]["bodyJson"] == true {
        let found: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(found, serde_json::from_str::<Value>(body).unwrap(), "{}", case.id);
    } else {
        assert_eq!(String::from_utf8_lossy(&reply.body), body, "{}", case.id);
    }
    // What the listener writes, and what CloudFront writes before an edge-optimised API.
    let others = ["Date", "Connection", "Via", "X-Amz-Cf-Id", "X-Amz-Cf-Pop", "X-Cache"];
    let varying = case.compare("varyingHeaders");
    let value = |name: &str, value: &str| {
        if varying.contains(&name) { String::new() } else { value.to_owned() }
    };
    let mut found: Vec<(String, String)> = Vec::new();
    for header in &reply.headers {
        let joined = case.entry["compare"]["headerLinesJoined"] == true;
        match found.iter_mut().find(|(name, _)| joined && *name == header.name) {
            Some((_, values)) => {
                values.push_str(", ");
                values.push_str(&header.value);
            }
            None => found.push((header.name.clone(), value(&header.name, &header.value))),
        }
    }
    let mut expected: Vec<(String, String)> = Vec::new();
    for pair in recorded["headers"].as_array().unwrap() {
        let (name, text) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
        if !others.contains(&name) {
            expected.push((name.to_owned(), value(name, text)));
        }
    }
    if case.entry["compare"]["headersRecorded"].as_str().unwrap_or("all") == "all" {
        // The recording client ordered the names; lines of one name keep their order.
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        expected.sort_by(|(one, _), (other, _)| one.cmp(other));
        assert_eq!(found, expected, "{}", case.id);
    } else {
        for line in expected {
            assert!(found.contains(&line), "{}: {line:?} not in {found:?}", case.id);
        }
    }
}

/// What the described stream is on the wire.
fn as_streamed(described: &Value) -> Vec<u8> {
    let mut bytes = described["prelude"].to_string().into_bytes();
    bytes.extend_from_slice(&[0; 8]);
    for chunk in described["chunks"].as_array().unwrap() {
        bytes.extend_from_slice(chunk.as_str().unwrap().as_bytes());
    }
    bytes
}

fn front_end(case: &Case) -> FrontEnd {
    match case.kind() {
        "http-api-v1" => FrontEnd::HttpApi(PayloadFormat::V1),
        "http-api-v2" => FrontEnd::HttpApi(PayloadFormat::V2),
        "function-url" => FrontEnd::FunctionUrl,
        "rest" => FrontEnd::RestApi { binary_media_types: Vec::new() },
        other => panic!("no front end for {other}"),
    }
}

const IDENTIFIERS: Identifiers<'_> = Identifiers { request: "request", extended: "extended", trace: "trace" };
