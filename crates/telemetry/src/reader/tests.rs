use std::time::Duration;

use trace::SegmentId;

use super::*;
use crate::{RequestRecord, Telemetry};

fn trace_id(number: u32) -> TraceId {
    format!("1-{number:08x}-bd862e3fe1be46a994272793").parse().unwrap()
}

fn segment(number: u64) -> SegmentId {
    format!("{number:016x}").parse().unwrap()
}

fn request(number: u32, path: &str, status: u16, millis: u64) -> RequestRecord {
    RequestRecord {
        at: Timestamp::from_millis(u64::from(number) * 1_000),
        trace: trace_id(number),
        entrance: "distribution.Site".into(),
        method: "GET".into(),
        path: path.into(),
        status,
        duration: Duration::from_millis(millis),
        bytes: 512,
        cache: None,
        placement: None,
    }
}

/// Five requests, numbered 1 to 5.
fn requests() -> [RequestRecord; 5] {
    let placement =
        |start| Some(Placement { function: "Website".into(), environment: "env-1".into(), start });
    let initialization = Duration::from_millis(80);
    let hit = CacheRecord { result: "Hit".into(), fresh_for: Some(Duration::from_mins(1)) };
    [
        RequestRecord {
            placement: placement(Start::Cold { initialization }),
            ..request(1, "/Blog?page=2", 200, 120)
        },
        RequestRecord { placement: placement(Start::Warm), ..request(2, "/blog", 200, 9) },
        RequestRecord { cache: Some(hit), ..request(3, "/assets/style.css", 200, 1) },
        RequestRecord { method: "POST".into(), ..request(4, "/form", 502, 30) },
        request(5, "/nothing", 404, 4),
    ]
}

fn store() -> Telemetry {
    let telemetry = Telemetry::in_memory();
    for record in requests() {
        telemetry.record_request(record);
        // One batch each, so that they are stored in this order.
        telemetry.flush();
    }
    telemetry
}

#[track_caller]
fn check(filter: &TraceFilter, expected: &[u32]) {
    let telemetry = store();
    let found: Vec<TraceId> =
        telemetry.reader().traces(filter).unwrap().iter().map(|summary| summary.trace).collect();
    let expected: Vec<TraceId> = expected.iter().map(|number| trace_id(*number)).collect();
    assert_eq!(found, expected, "{filter:?}");
    if filter.order == Order::Newest && filter.limit == 100 {
        let live = requests().into_iter().rev().filter(|request| filter.matches(request));
        assert_eq!(live.map(|request| request.trace).collect::<Vec<_>>(), expected, "live: {filter:?}");
    }
}

#[test]
fn traces_are_filtered() {
    let all = TraceFilter::default;
    check(&all(), &[5, 4, 3, 2, 1]);
    check(&TraceFilter { limit: 2, ..all() }, &[5, 4]);
    check(&TraceFilter { path: Some("BLOG".into()), ..all() }, &[2, 1]);
    check(&TraceFilter { path: Some("%".into()), ..all() }, &[]);
    check(&TraceFilter { method: Some("post".into()), ..all() }, &[4]);
    check(&TraceFilter { status: Some(StatusFilter::Exactly(404)), ..all() }, &[5]);
    check(&TraceFilter { status: Some(StatusFilter::Class(5)), ..all() }, &[4]);
    check(&TraceFilter { function: Some("Website".into()), ..all() }, &[2, 1]);
    check(&TraceFilter { cache: Some("Hit".into()), ..all() }, &[3]);
    check(&TraceFilter { cold: Some(true), ..all() }, &[1]);
    check(&TraceFilter { failed: true, ..all() }, &[5, 4]);
    check(&TraceFilter { longer_than: Some(Duration::from_millis(30)), ..all() }, &[4, 1]);
    check(&TraceFilter { order: Order::Slowest, limit: 3, ..all() }, &[1, 4, 2]);
    check(&TraceFilter { since: Some(Timestamp::from_millis(4_000)), ..all() }, &[5, 4]);
    check(&TraceFilter { until: Some(Timestamp::from_millis(2_000)), ..all() }, &[1]);
    check(&TraceFilter { path: Some("blog".into()), cold: Some(false), ..all() }, &[2]);
}

#[test]
fn pages_and_followers_miss_nothing() {
    let telemetry = store();
    let reader = telemetry.reader();
    let first = reader.traces(&TraceFilter { limit: 2, ..TraceFilter::default() }).unwrap();
    let before = Some(first[1].position);
    let second = reader.traces(&TraceFilter { limit: 2, before, ..TraceFilter::default() }).unwrap();
    assert_eq!((second[0].trace, second[1].trace), (trace_id(3), trace_id(2)));
    let after = Some(first[0].position);
    let follow = TraceFilter { after, ..TraceFilter::default() };
    assert!(reader.traces(&follow).unwrap().is_empty());
    telemetry.record_request(request(6, "/new", 200, 1));
    telemetry.flush();
    assert_eq!(reader.traces(&follow).unwrap()[0].trace, trace_id(6));
}

#[test]
fn a_summary_has_everything_of_its_request() {
    let telemetry = store();
    let summaries = telemetry.reader().traces(&TraceFilter::default()).unwrap();
    let cold = summaries[4].placement.clone().unwrap();
    assert_eq!(cold.start, Start::Cold { initialization: Duration::from_millis(80) });
    let hit = summaries[2].request.clone().unwrap();
    assert_eq!((hit.status, hit.bytes, hit.entrance.as_str()), (200, 512, "distribution.Site"));
    assert_eq!(hit.cache.unwrap().fresh_for, Some(Duration::from_mins(1)));
    assert_eq!((summaries[1].outcome, summaries[0].outcome), (Outcome::Fault, Outcome::Error));
}

fn span(number: u64, parent: Option<u64>, hop: Hop, name: &str) -> Span {
    Span {
        trace: trace_id(1),
        id: segment(number),
        parent: parent.map(segment),
        hop,
        name: name.into(),
        start: Timestamp::from_millis(1_000 + number),
        end: Timestamp::from_millis(1_100),
        outcome: Outcome::Ok,
        annotations: Vec::new(),
    }
}

#[test]
fn a_trace_written_in_parts_is_one_trace() {
    let telemetry = Telemetry::in_memory();
    telemetry.record_span(span(2, Some(1), Hop::Lambda, "Website"));
    telemetry.flush();
    telemetry.record_span(span(1, None, Hop::Edge, "Site"));
    telemetry.flush();
    telemetry.record_request(request(1, "/", 200, 99));
    telemetry.flush();
    let [summary] = telemetry.reader().traces(&TraceFilter::default()).unwrap().try_into().unwrap();
    assert_eq!(summary.root, Some((Hop::Edge, "Site".into())));
    assert_eq!(summary.start, Timestamp::from_millis(1_000));
    assert_eq!(summary.duration, Duration::from_millis(99));
    assert_eq!(telemetry.reader().trace(trace_id(1)).unwrap().len(), 2);
    assert_eq!(telemetry.reader().summary(trace_id(1)).unwrap(), Some(summary));
    assert_eq!(telemetry.reader().summary(trace_id(2)).unwrap(), None);
}

#[test]
fn the_map_knows_who_calls_whom() {
    let telemetry = Telemetry::in_memory();
    telemetry.record_span(span(3, Some(2), Hop::Lambda, "Website"));
    telemetry.record_span(span(2, Some(1), Hop::Gateway, "Api"));
    telemetry.record_span(span(1, None, Hop::Edge, "Site"));
    telemetry.flush();
    let map = telemetry.reader().service_map(Timestamp::default()).unwrap();
    let nodes: Vec<_> = map.nodes.iter().map(|node| (node.hop, node.statistics.name.as_str())).collect();
    assert_eq!(nodes, [(Hop::Edge, "Site"), (Hop::Gateway, "Api"), (Hop::Lambda, "Website")]);
    let calls: Vec<_> = map.edges.iter().map(|edge| (edge.from.0, edge.to.0, edge.calls)).collect();
    assert_eq!(calls, [(Hop::Edge, Hop::Gateway, 1), (Hop::Gateway, Hop::Lambda, 1)]);
}

fn line(number: u64, request: Option<&str>, text: &str) -> LogLine {
    LogLine {
        at: Timestamp::from_millis(number),
        function: "Website".into(),
        stream: "env-1".into(),
        request_id: request.map(str::to_owned),
        text: text.into(),
        source: if text.starts_with("START") { LogSource::Platform } else { LogSource::Function },
    }
}

#[test]
fn logs_are_found_by_what_they_are_and_followed() {
    let telemetry = Telemetry::in_memory();
    let lines = [
        line(1, Some("a"), "START a"),
        line(2, Some("b"), "START b"),
        line(3, Some("a"), "PHP Warning: a"),
        line(4, None, "PHP Notice"),
    ];
    for one in &lines {
        telemetry.record_log(one.clone());
    }
    telemetry.flush();
    let reader = telemetry.reader();
    let check = |filter: LogFilter, expected: &[&LogLine]| {
        assert_eq!(reader.logs(&filter).unwrap().lines.iter().collect::<Vec<_>>(), expected, "{filter:?}");
    };
    let all = LogFilter::default;
    check(LogFilter { requests: vec!["a".into()], ..all() }, &[&lines[0], &lines[2]]);
    check(LogFilter { text: Some("php".into()), ..all() }, &[&lines[2], &lines[3]]);
    check(LogFilter { source: Some(LogSource::Platform), ..all() }, &[&lines[0], &lines[1]]);
    check(LogFilter { limit: 2, ..all() }, &[&lines[2], &lines[3]]);
    check(LogFilter { function: Some("Other".into()), ..all() }, &[]);

    let page = reader.logs(&LogFilter { limit: 2, ..all() }).unwrap();
    check(LogFilter { before: page.first, ..all() }, &[&lines[0], &lines[1]]);
    let follow = LogFilter { after: page.last, ..all() };
    assert_eq!(reader.logs(&follow).unwrap().last, page.last);
    telemetry.record_log(line(5, Some("c"), "more"));
    telemetry.flush();
    assert_eq!(reader.logs(&follow).unwrap().lines[0].text, "more");
}

#[test]
fn a_traces_lines_are_those_of_its_invocations() {
    let telemetry = Telemetry::in_memory();
    let mut invocation = span(1, None, Hop::Lambda, "Website");
    invocation.annotations = vec![(annotation::REQUEST_ID.into(), "a".into())];
    telemetry.record_log(line(1, Some("a"), "mine"));
    telemetry.record_log(line(2, Some("b"), "another's"));
    telemetry.flush();
    let lines = telemetry.reader().logs_of(&[invocation]).unwrap();
    assert_eq!(lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), ["mine"]);
    assert_eq!(telemetry.reader().trace_of("a").unwrap(), None);
    telemetry.record_span(Span {
        annotations: vec![(annotation::REQUEST_ID.into(), "a".into())],
        ..span(3, None, Hop::Lambda, "Website")
    });
    telemetry.flush();
    assert_eq!(telemetry.reader().trace_of("a").unwrap(), Some(trace_id(1)));
    assert!(telemetry.reader().logs_of(&[span(2, None, Hop::Edge, "Site")]).unwrap().is_empty());
}

#[test]
fn a_status_filter_reads_what_it_writes() {
    for text in ["404", "5xx"] {
        assert_eq!(text.parse::<StatusFilter>().unwrap().to_string(), text);
    }
    for text in ["", "6xx", "xx", "99", "4x", "-404"] {
        assert!(text.parse::<StatusFilter>().is_err(), "{text}");
    }
}
