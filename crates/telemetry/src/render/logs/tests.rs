use super::*;

fn line(request: Option<&str>, text: &str) -> LogLine {
    let platform = ["START", "END", "REPORT"].iter().any(|word| text.starts_with(word));
    LogLine {
        at: Timestamp::from_millis(1_700_000_000_123),
        function: "Website".into(),
        stream: "env".into(),
        request_id: request.map(str::to_owned),
        text: text.into(),
        source: if platform { LogSource::Platform } else { LogSource::Function },
    }
}

fn texts(lines: &[LogLine]) -> Vec<&str> {
    lines.iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn two_requests_at_once_are_told_one_after_the_other() {
    let mut together = Together::default();
    let now = Timestamp::from_millis(0);
    for (request, text) in [("a", "START a"), ("b", "START b"), ("a", "hello"), ("b", "world")] {
        assert!(together.push(line(Some(request), text), now).is_empty());
    }
    assert_eq!(texts(&together.push(line(Some("b"), "REPORT b"), now)), ["START b", "world", "REPORT b"]);
    assert_eq!(texts(&together.push(line(None, "between"), now)), ["between"]);
    assert!(together.due(Timestamp::from_millis(999)).is_empty());
    assert_eq!(texts(&together.due(Timestamp::from_millis(1_000))), ["START a", "hello"]);
    assert!(together.rest().is_empty());
}

#[test]
fn a_line_says_when_and_who() {
    assert_eq!(
        log_line(&line(None, "PHP Warning:  x\n")).to_string(),
        "22:13:20.123  Website  PHP Warning:  x"
    );
}

#[test]
fn a_request_id_is_not_said_twice() {
    assert_eq!(line(Some("4782e2ec"), "4782e2ec\tPHP Notice:  x ").said(), "PHP Notice:  x");
    assert_eq!(line(Some("4782e2ec"), "4782e2ec PHP").said(), "4782e2ec PHP");
    assert_eq!(line(None, "4782e2ec\tPHP").said(), "4782e2ec\tPHP");
}

#[test]
fn severities_are_seen() {
    #[track_caller]
    fn check(text: &str, expected: Role) {
        assert_eq!(log_line(&line(None, text)).pieces[1].0, expected, "{text}");
    }
    check("START RequestId: a", Role::Dim);
    check("PHP Fatal error:  Uncaught Exception", Role::Bad);
    check("PHP Deprecated:  old", Role::Warning);
    check("hello", Role::Plain);
}
