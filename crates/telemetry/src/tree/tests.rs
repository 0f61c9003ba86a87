use trace::{Hop, Outcome, Timestamp};

use super::*;

/// Spans from `id parent start` triples; parent 0 is none.
fn spans(triples: &[(u64, u64, u64)]) -> Vec<Span> {
    let segment = |number: u64| format!("{number:016x}").parse().unwrap();
    triples
        .iter()
        .map(|(id, parent, start)| Span {
            trace: "1-5759e988-bd862e3fe1be46a994272793".parse().unwrap(),
            id: segment(*id),
            parent: (*parent > 0).then(|| segment(*parent)),
            hop: Hop::Edge,
            name: id.to_string(),
            start: Timestamp::from_millis(*start),
            end: Timestamp::from_millis(*start),
            outcome: Outcome::Ok,
            annotations: Vec::new(),
        })
        .collect()
}

#[track_caller]
fn check(triples: &[(u64, u64, u64)], expected: &str) {
    let spans = spans(triples);
    let read: Vec<String> =
        tree(&spans).iter().map(|(depth, span)| format!("{}{}", ".".repeat(*depth), span.name)).collect();
    assert_eq!(read.join(" "), expected);
}

#[test]
fn each_hop_stands_above_what_it_caused() {
    check(&[(3, 2, 3), (1, 0, 1), (2, 1, 2), (4, 1, 4)], "1 .2 ..3 .4");
}

#[test]
fn orphans_begin_trees_and_circles_end() {
    check(&[(2, 9, 2), (1, 0, 1)], "1 2");
    check(&[(1, 2, 1), (2, 1, 2), (3, 3, 3)], "3 1 2");
    check(&[(1, 0, 1), (1, 0, 2), (2, 1, 3)], "1 .2 1");
}
