use super::*;

#[test]
fn a_line_is_painted_or_plain() {
    let line = Line::default().with(Role::Bad, "502").with(Role::Plain, " /form  ");
    assert_eq!(line.painted(), "\x1b[31m502\x1b[0m /form  ");
    assert_eq!(line.to_string(), "502 /form");
}

#[test]
fn text_is_cut_or_filled() {
    assert_eq!(fit("ab", 4), "ab  ");
    assert_eq!(fit("äöüß", 4), "äöüß");
    assert_eq!(fit("abcdef", 4), "abc…");
    assert_eq!(fit("abcdef", 0), "");
}

#[test]
fn nothing_in_a_line_commands_the_terminal() {
    assert_eq!(harmless("\x1b[2Jgone\r\ttab\u{9b}x\u{202e}"), "␛[2Jgone␍\ttab\u{fffd}x\u{fffd}");
}
