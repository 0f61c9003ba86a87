use clap::CommandFactory;

use super::*;

#[test]
fn the_command_line_is_consistent() {
    Arguments::command().debug_assert();
}

#[test]
fn durations_are_seconds_minutes_or_hours() {
    #[track_caller]
    fn check(text: &str, seconds: Option<u64>) {
        assert_eq!(duration(text).ok(), seconds.map(Duration::from_secs), "{text}");
    }
    check("90", Some(90));
    check("90s", Some(90));
    check("5m", Some(300));
    check("1h", Some(3_600));
    check("", None);
    check("m", None);
    check("-1s", None);
    check("99999999999999999999h", None);
    check("18446744073709551615h", None);
}

#[test]
fn a_parameter_has_a_key() {
    assert_eq!(key_and_value("Stage=a=b"), Ok(("Stage".to_owned(), "a=b".to_owned())));
    assert!(key_and_value("Stage").is_err());
    assert!(key_and_value("=dev").is_err());
}
