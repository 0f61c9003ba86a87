use trace::Timestamp;

use super::*;

/// Spans from `id parent start end`; parent 0 is none.
fn spans(rows: &[(u64, u64, u64, u64)]) -> Vec<Span> {
    let segment = |number: u64| format!("{number:016x}").parse().unwrap();
    rows.iter()
        .map(|(id, parent, start, end)| Span {
            trace: "1-5759e988-bd862e3fe1be46a994272793".parse().unwrap(),
            id: segment(*id),
            parent: (*parent > 0).then(|| segment(*parent)),
            hop: Hop::Php,
            name: format!("<{id}>"),
            start: Timestamp::from_millis(*start),
            end: Timestamp::from_millis(*end),
            outcome: Outcome::Ok,
            annotations: vec![("error".into(), "<script>".into())],
        })
        .collect()
}

#[track_caller]
fn check(rows: &[(u64, u64, u64, u64)], expected: &[u128]) {
    let own: Vec<u128> = own_times(&spans(rows)).iter().map(Duration::as_millis).collect();
    assert_eq!(own, expected);
}

#[test]
fn a_hops_own_time_is_what_its_children_leave() {
    check(&[(1, 0, 0, 100), (2, 1, 10, 90)], &[20, 80]);
    check(&[(1, 0, 0, 100), (2, 1, 10, 60), (3, 1, 40, 90)], &[20, 50, 50]);
    check(&[(1, 0, 0, 100), (2, 1, 50, 200)], &[50, 150]);
    check(&[(1, 1, 0, 100)], &[100]);
}

#[test]
fn names_and_annotations_are_escaped() {
    let text = waterfall(&spans(&[(1, 0, 0, 100), (2, 1, 100, 100)])).into_string();
    assert!(text.contains("&lt;1&gt;") && text.contains("&lt;script&gt;") && !text.contains("<script"));
    assert!(text.contains("x=\"99.8%\" width=\"0.2%\""), "{text}");
}

#[test]
fn what_the_hop_above_says_is_not_said_again() {
    let mut spans = spans(&[(1, 0, 0, 100), (2, 1, 10, 90)]);
    let note = |value: &str| vec![("environment".to_owned(), value.to_owned())];
    for span in &mut spans {
        span.annotations = note("2026/11/24/[$LATEST]8611cbbd1bca869ee7c669c54ee4137c");
    }
    let text = waterfall(&spans).into_string();
    assert_eq!(text.matches("environment</span> 8611cbbd1bca<").count(), 1, "{text}");
    spans[1].annotations = note("another");
    assert_eq!(waterfall(&spans).into_string().matches("environment</span>").count(), 2);
}

#[test]
fn the_slowest_hop_is_named() {
    let text = own_shares(&spans(&[(1, 0, 0, 100), (2, 1, 10, 90)])).into_string();
    assert!(text.contains("<strong>80.0 ms</strong> (80 %)") && text.contains("PHP in &lt;2&gt;"), "{text}");
    assert!(own_shares(&[]).into_string().is_empty());
}
