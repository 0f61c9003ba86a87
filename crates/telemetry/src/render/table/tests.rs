use std::time::Duration;

use trace::{Hop, Outcome, Span, Timestamp};

use super::*;
use crate::{CacheRecord, Placement, RequestRecord, Telemetry, TraceFilter};

#[test]
fn a_trace_is_a_line() {
    let telemetry = Telemetry::in_memory();
    let trace = "1-5759e988-bd862e3fe1be46a994272793".parse().unwrap();
    telemetry.record_request(RequestRecord {
        at: Timestamp::from_millis(1_700_000_000_123),
        trace,
        entrance: "distribution.Site".into(),
        method: "GET".into(),
        path: "/a-rather-long-path-that-does-not-fit?page=2".into(),
        status: 502,
        duration: Duration::from_millis(142),
        bytes: 0,
        cache: Some(CacheRecord { result: "Miss".into(), fresh_for: None }),
        placement: Some(Placement {
            function: "Website".into(),
            environment: "e".into(),
            start: Start::Cold { initialization: Duration::from_millis(80) },
        }),
    });
    telemetry.flush();
    telemetry.record_span(Span {
        trace: "1-5759e988-bd862e3fe1be46a994272794".parse().unwrap(),
        id: "00000000000000aa".parse().unwrap(),
        parent: None,
        hop: Hop::Lambda,
        name: "Website".into(),
        start: Timestamp::from_millis(1_700_000_001_000),
        end: Timestamp::from_millis(1_700_000_001_009),
        outcome: Outcome::Ok,
        annotations: Vec::new(),
    });
    telemetry.flush();
    let summaries = telemetry.reader().traces(&TraceFilter::default()).unwrap();
    let text: Vec<String> = trace_table(&summaries, 110).iter().map(Line::to_string).collect();
    insta::assert_snapshot!(text.join("\n"), @"
    TIME          STATUS   DURATION  CACHE       START REQUEST                 TRACE
    22:13:21.000  ok        9.00 ms                    lambda Website          1-5759e988-bd862e3fe1be46a994272794
    22:13:20.123  502        142 ms  Miss        cold  GET /a-rather-long-pat… 1-5759e988-bd862e3fe1be46a994272793
    ");
}

#[test]
fn no_traces_have_no_heading() {
    assert!(trace_table(&[], 80).is_empty());
}
