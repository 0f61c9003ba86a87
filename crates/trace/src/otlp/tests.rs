use serde_json::json;

use super::*;
use crate::Timestamp;

#[test]
fn spans_of_one_service_share_its_resource() {
    let edge = Span {
        trace: "1-5759e988-bd862e3fe1be46a994272793".parse().unwrap(),
        id: "00000000000000aa".parse().unwrap(),
        parent: None,
        hop: Hop::Edge,
        name: "Site".into(),
        start: Timestamp::from_micros(1),
        end: Timestamp::from_micros(3),
        outcome: Outcome::Fault,
        annotations: vec![("cache".into(), "Error".into())],
    };
    let php = Span {
        id: "00000000000000bb".parse().unwrap(),
        parent: Some(edge.id),
        hop: Hop::Php,
        name: "Website".into(),
        outcome: Outcome::Ok,
        annotations: Vec::new(),
        ..edge.clone()
    };
    let request = export_request(&[edge.clone(), php, edge]);
    let resources = request["resourceSpans"].as_array().unwrap();
    assert_eq!(resources.len(), 2);
    assert_eq!(resources[0]["scopeSpans"][0]["spans"].as_array().unwrap().len(), 2);
    assert_eq!(
        resources[0]["scopeSpans"][0]["spans"][0],
        json!({
            "traceId": "5759e988bd862e3fe1be46a994272793", "spanId": "00000000000000aa", "name": "edge Site",
            "kind": 2, "startTimeUnixNano": "1000", "endTimeUnixNano": "3000", "status": {"code": 2},
            "attributes": [{"key": "cache", "value": {"stringValue": "Error"}}],
        })
    );
    let inner = &resources[1]["scopeSpans"][0]["spans"][0];
    assert_eq!((&inner["kind"], &inner["parentSpanId"]), (&json!(1), &json!("00000000000000aa")));
}
