use super::*;

#[test]
fn lines_of_several_workers_say_whose_they_are() {
    check(
        "[24-Nov-2026 21:37:44] WARNING: [pool davy-3] child 12 said into stderr: \"PHP message: odd\"",
        Some("davy-3"),
        "odd",
    );
    check(
        "[24-Nov-2026 21:37:44] WARNING: [pool davy-3] child 12 exited on signal 9",
        None,
        "[24-Nov-2026 21:37:44] WARNING: [pool davy-3] child 12 exited on signal 9",
    );
    check("plain", None, "plain");
}

#[track_caller]
fn check(line: &str, pool: Option<&str>, text: &str) {
    assert_eq!(undecorated(line), (pool, text));
}
