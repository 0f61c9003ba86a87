use std::sync::Arc;

use telemetry::{SystemEntropy, annotation};
use trace::{Outcome, SegmentId, Span, Timestamp};

use super::*;
use crate::arguments::Color;

fn live() -> Live {
    let mut live = Live::new(Printer::new(Color::Never), &Model::default());
    let website = Shown { logical_id: "Website".to_owned(), code: Some(PathBuf::from("/home/me/site")) };
    live.functions.insert("site-Website-1".to_owned(), website);
    live
}

fn request(trace: TraceId, path: &str) -> Record {
    Record::Request(Arc::new(RequestRecord {
        at: Timestamp::default(),
        trace,
        entrance: "distribution.Cdn".to_owned(),
        method: "GET".to_owned(),
        path: path.to_owned(),
        status: 500,
        duration: Duration::from_micros(9_140),
        bytes: 10,
        cache: Some(CacheRecord { result: "Miss".to_owned(), fresh_for: Some(Duration::from_secs(86_399)) }),
        placement: Some(Placement {
            function: "site-Website-1".to_owned(),
            environment: "2026/11/24/[$LATEST]0123456789abcdef".to_owned(),
            start: Start::Cold { initialization: Duration::from_millis(78) },
        }),
    }))
}

fn log(id: Option<&str>, source: LogSource, text: &str) -> Record {
    Record::Log(Arc::new(LogLine {
        at: Timestamp::default(),
        function: "site-Website-1".to_owned(),
        stream: "stream".to_owned(),
        request_id: id.map(str::to_owned),
        text: text.to_owned(),
        source,
    }))
}

fn lambda_span(trace: TraceId, id: &str) -> Record {
    Record::Span(Arc::new(Span {
        trace,
        id: SegmentId::new(&SystemEntropy),
        parent: None,
        hop: Hop::Lambda,
        name: "site-Website-1".to_owned(),
        start: Timestamp::default(),
        end: Timestamp::default(),
        outcome: Outcome::Ok,
        annotations: vec![(annotation::REQUEST_ID.to_owned(), id.to_owned())],
    }))
}

#[test]
fn a_php_error_hangs_under_its_request_with_the_users_own_path() {
    let mut live = live();
    let trace = TraceId::new(Timestamp::default(), &SystemEntropy);
    let held = live.take(&log(Some("one"), LogSource::Function, "PHP Fatal error in /var/task/index.php:3"));
    assert!(held.is_empty());
    assert!(live.take(&log(Some("one"), LogSource::Platform, "START RequestId: one")).is_empty());
    assert!(live.take(&lambda_span(trace, "one")).is_empty());

    let printed = live.take(&request(trace, "/"));
    assert_eq!(printed.len(), 2, "{printed:?}");
    assert!(printed[0].starts_with("GET    / "), "{}", printed[0]);
    for part in ["500", "9.1 ms", "Miss, holds 23 h 59 min", "Website cdef cold 78.0 ms", &trace.to_string()]
    {
        assert!(printed[0].contains(part), "{part} in {}", printed[0]);
    }
    assert_eq!(printed[1], "  │ PHP Fatal error in /home/me/site/index.php:3");
    assert!(live.take(&request(trace, "/")).len() == 1, "printed once");
    let late = live.take(&log(Some("one"), LogSource::Function, "one\tat the end"));
    assert_eq!(late, ["  │ at the end"]);
}

#[test]
fn lines_of_no_request_and_of_requests_that_never_end_are_seen_all_the_same() {
    let mut live = live();
    assert_eq!(live.take(&log(None, LogSource::Function, "NOTICE: ready")), ["  │ NOTICE: ready"]);
    let mut printed = Vec::new();
    for number in 0..=REQUESTS_HELD {
        printed.extend(live.take(&log(Some(&number.to_string()), LogSource::Function, "lost")));
    }
    assert_eq!(printed, ["  │ lost"]);
}

#[test]
fn long_paths_keep_their_end() {
    assert_eq!(shortened("/short", 10), "/short");
    assert_eq!(shortened("/a/very/long/path.php", 10), "…/path.php");
}

#[test]
fn durations_are_rough() {
    #[track_caller]
    fn check(seconds: u64, text: &str) {
        assert_eq!(rough(Duration::from_secs(seconds)), text);
    }
    check(9, "9 s");
    check(119, "1 min");
    check(7_260, "2 h 1 min");
    check(31_536_000, "365 d 0 h");
}
