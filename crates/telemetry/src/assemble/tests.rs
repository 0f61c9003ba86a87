use trace::Hop;

use super::*;

fn span(trace: u32, parent: bool, outcome: Outcome) -> Arc<Span> {
    Arc::new(Span {
        trace: format!("1-{trace:08x}-bd862e3fe1be46a994272793").parse().unwrap(),
        id: "00000000000000aa".parse().unwrap(),
        parent: parent.then(|| "00000000000000bb".parse().unwrap()),
        hop: Hop::Edge,
        name: "Site".into(),
        start: Timestamp::from_millis(1),
        end: Timestamp::from_millis(4),
        outcome,
        annotations: Vec::new(),
    })
}

fn request(trace: u32, status: u16) -> Arc<RequestRecord> {
    Arc::new(RequestRecord {
        at: Timestamp::from_millis(1),
        trace: span(trace, false, Outcome::Ok).trace,
        entrance: "distribution.Site".into(),
        method: "GET".into(),
        path: "/".into(),
        status,
        duration: Duration::from_millis(9),
        bytes: 0,
        cache: None,
        placement: None,
    })
}

#[test]
fn a_trace_waits_for_its_root() {
    let mut assembler = Assembler::default();
    let now = Timestamp::from_millis(5);
    assembler.span(span(1, true, Outcome::Ok), now);
    assert_eq!(assembler.ready(now).len(), 0);
    assembler.span(span(1, false, Outcome::Ok), now);
    let [(_, part)] = assembler.ready(now).try_into().unwrap();
    assert_eq!((part.spans.len(), part.duration()), (2, Duration::from_millis(3)));
    assert_eq!(assembler.rest().len(), 0);
}

#[test]
fn a_silent_trace_is_shown_as_far_as_it_is_known() {
    let mut assembler = Assembler::default();
    assembler.span(span(1, true, Outcome::Ok), Timestamp::from_millis(0));
    assembler.span(span(2, true, Outcome::Ok), Timestamp::from_millis(1_000));
    assert_eq!(assembler.ready(Timestamp::from_millis(2_000)).len(), 1);
    assert_eq!(assembler.rest().len(), 1);
}

#[test]
fn the_viewers_answer_is_the_traces_outcome() {
    let mut assembler = Assembler::default();
    let now = Timestamp::default();
    assembler.span(span(1, true, Outcome::Fault), now);
    assembler.request(request(1, 200), now);
    assembler.span(span(2, true, Outcome::Fault), now);
    assembler.request(request(2, 404), now);
    let mut outcomes: Vec<_> = assembler.ready(now).iter().map(|(_, part)| part.outcome()).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, [Outcome::Ok, Outcome::Error]);
}
