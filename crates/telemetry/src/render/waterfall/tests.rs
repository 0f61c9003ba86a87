use super::*;

struct Row(u64, u64, Hop, &'static str, (u64, u64));

fn spans(rows: &[Row]) -> Vec<Span> {
    let segment = |number: u64| format!("{number:016x}").parse().unwrap();
    rows.iter()
        .map(|Row(id, parent, hop, name, (start, end))| Span {
            trace: "1-5759e988-bd862e3fe1be46a994272793".parse().unwrap(),
            id: segment(*id),
            parent: (*parent > 0).then(|| segment(*parent)),
            hop: *hop,
            name: (*name).to_owned(),
            start: Timestamp::from_micros(*start),
            end: Timestamp::from_micros(*end),
            outcome: Outcome::Ok,
            annotations: Vec::new(),
        })
        .collect()
}

fn cold() -> Vec<Span> {
    let mut spans = spans(&[
        Row(1, 0, Hop::Edge, "Site", (0, 142_000)),
        Row(2, 1, Hop::Gateway, "Api", (1_000, 141_000)),
        Row(3, 2, Hop::Lambda, "Website", (1_500, 140_500)),
        Row(4, 3, Hop::Initialization, "Website", (2_000, 82_000)),
        Row(5, 3, Hop::Invocation, "Website", (82_500, 140_000)),
        Row(6, 5, Hop::Php, "index.php", (83_000, 139_000)),
    ]);
    spans[0].annotations = vec![("cache".into(), "Miss".into()), ("status".into(), "200".into())];
    spans
}

fn drawn(spans: &[Span], width: usize) -> String {
    let lines = waterfall(spans, width);
    for line in &lines {
        let columns = line.to_string().chars().count();
        assert!(columns <= width.max(78), "{columns} columns: {line}");
    }
    lines.iter().map(Line::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_cold_request_shows_where_its_time_went() {
    insta::assert_snapshot!(drawn(&cold(), 80), @"
    1-5759e988-bd862e3fe1be46a994272793  1970-01-01T00:00:00.000Z  142 ms

    edge Site                       142 ms  ████████████████████████████████████████
      cache Miss · status 200
      gateway Api                   140 ms  ▐██████████████████████████████████████▌
        lambda Website              139 ms  ▐██████████████████████████████████████▌
          initialization Website   80.0 ms  ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
          invocation Website       57.5 ms                         ████████████████▌
            php index.php          56.0 ms                         ▐███████████████
                                            0                71.0 ms          142 ms
    ");
}

#[test]
fn a_failure_is_said_where_it_happened() {
    let mut spans = cold();
    spans[5].outcome = Outcome::Fault;
    spans[5].annotations = vec![("error".into(), "the worker died: signal 9\x1b[2J".into())];
    insta::assert_snapshot!(drawn(&spans[4..], 60), @"
    1-5759e988-bd862e3fe1be46a994272793  1970-01-01T00:00:00.082Z  57.5 ms

    invocation Website   57.5 ms  ██████████████████████████████
      php index.php      56.0 ms  ▐████████████████████████████▌
        fault · error the worker died: signal 9␛[2J
                                  0           28.7 ms    57.5 ms
    ");
    let painted = waterfall(&spans, 60)[8].painted();
    assert!(painted.contains("\x1b[31m") && painted.contains("█"), "{painted}");
}

#[test]
fn the_shortest_bar_can_be_seen() {
    let spans = spans(&[
        Row(1, 0, Hop::Edge, "Site", (0, 1_000_000)),
        Row(2, 1, Hop::Bucket, "Assets", (999_999, 1_000_000)),
        Row(3, 1, Hop::Bucket, "Assets", (0, 1)),
    ]);
    let text = drawn(&spans, 60);
    let bars = |line: &&str| line.contains('█') || line.contains('▐') || line.contains('▌');
    assert_eq!(text.lines().filter(bars).count(), 3, "{text}");
}

#[test]
fn no_time_no_width_and_no_spans_are_drawn_too() {
    assert!(waterfall(&[], 80).is_empty());
    let instant = spans(&[Row(1, 0, Hop::Edge, "Site", (5, 5))]);
    for width in [0, 1, 40, 400] {
        assert!(waterfall(&instant, width).len() >= 4);
    }
}
