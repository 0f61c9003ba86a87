use super::*;

#[test]
fn a_line_says_which_request_it_belongs_to() {
    let now = Timestamp::from_millis(1_700_000_000_123);
    let text = render(LogFormat::Text, now, Some("7"), "PHP Warning:  odd");
    assert_eq!(text, "7\tPHP Warning:  odd\n");
    let json = render(LogFormat::Json, now, Some("7"), "PHP Warning:  \"odd\"");
    assert_eq!(
        json,
        "{\"timestamp\":\"2023-11-14T22:13:20.123Z\",\"level\":\"WARN\",\"requestId\":\"7\",\
         \"message\":\"PHP Warning:  \\\"odd\\\"\"}\n"
    );
    assert_eq!(render(LogFormat::Text, now, None, "php-fpm ended"), "php-fpm ended\n");
}

#[test]
fn lines_are_whole_however_they_come() {
    let mut lines = Lines::default();
    let mut found = Vec::new();
    for piece in [b"one\ntw".as_slice(), b"o", b"\r\n\nfo", b"ur"] {
        lines.push(piece, |line| found.push(line.to_owned()));
    }
    lines.finish(|line| found.push(line.to_owned()));
    assert_eq!(found, ["one", "two", "", "four"]);
}
