use serde_json::json;

use super::*;
use crate::{Timestamp, TraceId};

fn span(id: u8, parent: Option<u8>, hop: Hop) -> Span {
    let segment = |number: u8| format!("{number:016x}").parse().unwrap();
    Span {
        trace: "1-5759e988-bd862e3fe1be46a994272793".parse::<TraceId>().unwrap(),
        id: segment(id),
        parent: parent.map(segment),
        hop,
        name: hop.name().to_owned(),
        start: Timestamp::from_micros(1_500_000),
        end: Timestamp::from_micros(2_250_000),
        outcome: Outcome::Ok,
        annotations: Vec::new(),
    }
}

#[test]
fn a_service_is_a_segment_with_its_times_in_seconds() {
    let mut edge = span(1, None, Hop::Edge);
    edge.annotations = vec![("cache result".into(), "Miss".into())];
    assert_eq!(
        segment_documents(&[edge]),
        [json!({
            "name": "edge", "id": "0000000000000001", "trace_id": "1-5759e988-bd862e3fe1be46a994272793",
            "start_time": 1.5, "end_time": 2.25, "origin": "AWS::CloudFront::Distribution",
            "annotations": {"cache_result": "Miss"},
        })]
    );
}

#[test]
fn what_happens_in_an_environment_lies_inside_its_segment() {
    let spans = [
        span(1, None, Hop::Lambda),
        span(2, Some(1), Hop::Initialization),
        span(3, Some(1), Hop::Invocation),
        span(4, Some(3), Hop::Php),
    ];
    let documents = segment_documents(&spans);
    assert_eq!(documents.len(), 2);
    assert_eq!(documents[0]["subsegments"][0]["name"], "initialization");
    assert_eq!(documents[1]["parent_id"], "0000000000000001");
    assert_eq!(documents[1]["subsegments"][0]["name"], "php");
}

#[test]
fn a_subsegment_without_its_segment_stands_alone() {
    let documents = segment_documents(&[span(4, Some(3), Hop::Php)]);
    assert_eq!(documents[0]["type"], "subsegment");
    assert_eq!(documents[0]["parent_id"], "0000000000000003");
}

#[test]
fn outcomes_are_flags() {
    #[track_caller]
    fn check(outcome: Outcome, flags: &[&str]) {
        let documents = segment_documents(&[Span { outcome, ..span(1, None, Hop::Edge) }]);
        for flag in ["error", "fault", "throttle"] {
            assert_eq!(documents[0].get(flag).is_some(), flags.contains(&flag), "{flag} of {outcome:?}");
        }
    }
    check(Outcome::Ok, &[]);
    check(Outcome::Error, &["error"]);
    check(Outcome::Fault, &["fault"]);
    check(Outcome::Throttle, &["error", "throttle"]);
}

#[test]
fn parents_in_a_circle_end() {
    let spans = [span(1, Some(2), Hop::Php), span(2, Some(1), Hop::Php), span(3, Some(3), Hop::Php)];
    let text = json!(segment_documents(&spans)).to_string();
    assert!(text.len() < 1_000, "{text}");
}

#[test]
fn names_keep_to_what_x_ray_takes() {
    assert_eq!(name("GET /a?b=<c>"), "GET /a_b=_c_");
}
