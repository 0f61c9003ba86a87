use trace::Timestamp;

use super::*;

fn span(name: &str, ends_in_second: u64, millis: u64, outcome: Outcome) -> Span {
    let end = Timestamp::from_millis(ends_in_second * 1_000);
    Span {
        trace: "1-5759e988-bd862e3fe1be46a994272793".parse().unwrap(),
        id: "00000000000000aa".parse().unwrap(),
        parent: None,
        hop: Hop::Edge,
        name: name.into(),
        start: Timestamp::from_millis(ends_in_second * 1_000 - millis),
        end,
        outcome,
        annotations: Vec::new(),
    }
}

#[test]
fn outcomes_and_durations_are_counted_by_name() {
    let counters = Counters::default();
    for millis in 1..=100 {
        counters.span(&span("Site", 60, millis, Outcome::Ok));
    }
    counters.span(&span("Site", 61, 5_000, Outcome::Fault));
    counters.span(&span("Other", 61, 1, Outcome::Throttle));
    let mut changes = counters.take_changes();
    changes.sort_by(|one, other| other.1.name.cmp(&one.1.name));
    let [(1, site), (1, other)] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!((site.count, site.faults, site.errors), (101, 1, 0));
    assert_eq!((other.count, other.throttles), (1, 1));
    let median = site.percentile(0.5).as_micros();
    assert!((50_000..52_000).contains(&median), "{median}");
    assert!(site.percentile(1.0) >= Duration::from_secs(5));
    assert!((0.009..0.011).contains(&site.failing()));
}

#[test]
fn a_minute_ends_and_a_late_span_counts_in_the_running_one() {
    let counters = Counters::default();
    counters.span(&span("Site", 59, 1, Outcome::Ok));
    counters.span(&span("Site", 60, 1, Outcome::Ok));
    counters.span(&span("Site", 58, 1, Outcome::Ok));
    let minutes: Vec<_> = counters.take_changes().iter().map(|(minute, one)| (*minute, one.count)).collect();
    assert_eq!(minutes, [(0, 1), (1, 2)]);
    assert!(counters.take_changes().is_empty(), "nothing has changed since");
    let [total] = counters.totals().try_into().unwrap();
    assert_eq!(total.count, 3);
    assert!((2_900..3_100).contains(&total.total_duration().as_micros()), "{:?}", total.total_duration());
}

#[test]
fn merging_adds_up() {
    let (one, other) = (Counters::default(), Counters::default());
    one.span(&span("Site", 60, 10, Outcome::Ok));
    other.span(&span("Site", 60, 1_000, Outcome::Error));
    let mut sum = one.take_changes().remove(0).1;
    sum.merge(&other.take_changes()[0].1);
    assert_eq!((sum.count, sum.errors), (2, 1));
    assert!(sum.percentile(1.0) >= Duration::from_secs(1));
}
