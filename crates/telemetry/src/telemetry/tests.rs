use std::time::Duration;

use trace::{Hop, Outcome, TraceId};

use super::*;
use crate::{LogFilter, LogSource, TraceFilter};

fn span(telemetry: &Telemetry, trace: TraceId, parent: Option<trace::SegmentId>) -> Span {
    let now = telemetry.clock().now();
    Span {
        trace,
        id: trace::SegmentId::new(&*telemetry.entropy()),
        parent,
        hop: Hop::Edge,
        name: "Site".into(),
        start: now,
        end: now.plus(Duration::from_millis(3)),
        outcome: Outcome::Ok,
        annotations: vec![("cache".into(), "Miss".into())],
    }
}

fn line(number: u64) -> LogLine {
    LogLine {
        at: Timestamp::from_millis(number),
        function: "Website".into(),
        stream: "one".into(),
        request_id: Some("r".into()),
        text: format!("line {number}"),
        source: LogSource::Function,
    }
}

#[test]
fn what_was_recorded_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state/telemetry.db");
    let telemetry = Telemetry::open(&path, Limits::default()).unwrap();
    let trace = TraceId::new(telemetry.clock().now(), &*telemetry.entropy());
    let root = span(&telemetry, trace, None);
    let inner = span(&telemetry, trace, Some(root.id));
    telemetry.record_span(inner.clone());
    telemetry.record_span(root.clone());
    telemetry.record_log(line(1));
    drop(telemetry);

    let reader = Reader::open(&path).unwrap();
    assert_eq!(reader.latest().unwrap(), Some(trace));
    let mut spans = reader.trace(trace).unwrap();
    spans.sort_by_key(|span| span.parent);
    assert_eq!(spans, [root, inner]);
    assert_eq!(reader.logs(&LogFilter::default()).unwrap().lines, [line(1)]);
    assert_eq!(reader.statistics(Timestamp::default()).unwrap()[0].count, 2);
    assert!(Telemetry::open(&path, Limits::default()).is_ok());
}

#[test]
fn a_reader_sees_what_a_running_stack_has_flushed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("telemetry.db");
    let telemetry = Telemetry::open(&path, Limits::default()).unwrap();
    let reader = Reader::open(&path).unwrap();
    telemetry.record_log(line(1));
    telemetry.flush();
    assert_eq!(reader.logs(&LogFilter::default()).unwrap().lines.len(), 1);
}

#[test]
fn a_store_that_cannot_be_opened_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("telemetry.db");
    let missing = Reader::open(&path).err().unwrap().to_string();
    assert!(missing.contains("`davy up` makes it"), "{missing}");
    std::fs::write(&path, "this is no database, whatever its name may say of it".repeat(20)).unwrap();
    let damaged = Telemetry::open(&path, Limits::default()).err().unwrap().to_string();
    assert!(damaged.contains("davy clean") && damaged.contains("telemetry.db"), "{damaged}");
}

#[test]
fn ten_thousand_lines_in_a_burst_lose_none() {
    let telemetry = Telemetry::in_memory();
    for number in 0..10_000 {
        telemetry.record_log(line(number));
    }
    telemetry.flush();
    assert_eq!(telemetry.dropped(), 0);
    let page = telemetry.reader().logs(&LogFilter { limit: 20_000, ..LogFilter::default() }).unwrap();
    assert_eq!(page.lines.len(), 10_000);
    assert_eq!(page.lines[9_999], line(9_999));
}

#[test]
fn what_is_dropped_is_counted_and_said() {
    let telemetry = Telemetry::in_memory();
    let mut watching = telemetry.subscribe();
    // The writer stands still while the store is held, so the channel fills.
    telemetry.reader().while_held(|| {
        for number in 0..120_000 {
            telemetry.record_log(line(number));
        }
    });
    telemetry.flush();
    telemetry.record_log(line(0));
    telemetry.flush();
    let dropped = telemetry.dropped();
    assert!(dropped > 0);
    let said = LogFilter { function: Some("davy".into()), ..LogFilter::default() };
    let lines = telemetry.reader().logs(&said).unwrap().lines;
    let counted: u64 =
        lines.iter().map(|line| line.text.split(' ').next().unwrap().parse::<u64>().unwrap()).sum();
    assert_eq!(counted, dropped);
    let notices = std::iter::from_fn(|| {
        loop {
            match watching.try_recv() {
                Ok(Record::Notice(text)) => return Some(text),
                Ok(_) | Err(broadcast::error::TryRecvError::Lagged(_)) => {}
                Err(_) => return None,
            }
        }
    });
    assert!(notices.last().unwrap().contains("lost"));
}

#[test]
fn a_store_stays_within_its_size_and_keeps_the_newest() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("telemetry.db");
    let limits = Limits { bytes: 1 << 20, ..Limits::default() };
    let telemetry = Telemetry::open(&path, limits).unwrap();
    for number in 0..4_000 {
        telemetry.record_log(LogLine { text: format!("{number} {}", "x".repeat(1_000)), ..line(number) });
    }
    let trace = TraceId::new(telemetry.clock().now(), &*telemetry.entropy());
    telemetry.record_span(span(&telemetry, trace, None));
    drop(telemetry);
    let reader = Reader::open(&path).unwrap();
    let lines = reader.logs(&LogFilter { limit: 10_000, ..LogFilter::default() }).unwrap().lines;
    assert!((100..1_100).contains(&lines.len()), "{}", lines.len());
    assert!(lines.last().unwrap().text.starts_with("3999 "));
    assert_eq!(reader.traces(&TraceFilter::default()).unwrap().len(), 1, "what is new stays");
}

#[test]
fn counters_are_exact_where_traces_are_sampled() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("telemetry.db");
    let limits = Limits { traces_per_second: 10, ..Limits::default() };
    let telemetry = Telemetry::open(&path, limits).unwrap();
    for _ in 0..20_000 {
        let trace = TraceId::new(telemetry.clock().now(), &*telemetry.entropy());
        telemetry.record_span(span(&telemetry, trace, None));
    }
    drop(telemetry);
    let reader = Reader::open(&path).unwrap();
    assert!((2_000..10_000).contains(&reader.count().unwrap()), "{}", reader.count().unwrap());
    let edge = reader.statistics(Timestamp::default()).unwrap().remove(0);
    assert_eq!(edge.count, 20_000);
}
