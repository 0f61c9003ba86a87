//! One line at a time: where it is found and where it is not.

use super::*;

#[track_caller]
fn check_line(path: &str, line: &str, expected: Option<&str>) {
    let findings = check(&[Source::new(path, format!("//! One thing.\n\n{line}\n"))]);
    match expected {
        None => assert_eq!(findings, []),
        Some(place) => assert_eq!(findings.first().map(|finding| finding.place.as_str()), Some(place)),
    }
}

#[test]
fn pure_crates_touch_nothing_outside() {
    check_line("crates/events/src/a.rs", "use std::net::TcpStream;", Some("crates/events/src/a.rs:3"));
    check_line("crates/access/src/a.rs", "let now = SystemTime::now();", Some("crates/access/src/a.rs:3"));
    check_line("crates/trace/src/a.rs", "std::fs::read(path)", Some("crates/trace/src/a.rs:3"));
    check_line("crates/template/src/a.rs", "std::fs::read(path)", None);
    check_line("crates/template/src/a.rs", "std::env::var(name)", Some("crates/template/src/a.rs:3"));
    check_line("crates/stack/src/a.rs", "use std::net::TcpListener;", None);
    check_line("crates/access/src/a.rs", "use std::net::IpAddr;", None);
}

#[test]
fn the_runtime_has_one_loop() {
    check_line("crates/runtime/src/a.rs", "async fn next() {}", Some("crates/runtime/src/a.rs:3"));
    check_line("crates/runtime/src/a.rs", "thread::spawn(run);", Some("crates/runtime/src/a.rs:3"));
    check_line("crates/runtime/src/a.rs", "address.to_socket_addrs()", Some("crates/runtime/src/a.rs:3"));
}

#[test]
fn unsafe_is_the_sandboxs() {
    check_line("crates/sandbox/src/a.rs", "#[expect(unsafe_code, reason = \"clone(2)\")]", None);
    check_line(
        "crates/lambda/src/a.rs",
        "#[expect(unsafe_code, reason = \"clone(2)\")]",
        Some("crates/lambda/src/a.rs:3"),
    );
}

#[test]
fn nothing_listens_beyond_loopback() {
    check_line("crates/stack/src/a.rs", "bind((Ipv4Addr::UNSPECIFIED, 80))", Some("crates/stack/src/a.rs:3"));
}

#[test]
fn comments_and_tests_may_speak_of_it() {
    check_line("crates/events/src/a.rs", "// unlike std::net::TcpStream", None);
    check_line("crates/events/src/a.rs", "#[cfg(test)]\nuse std::net::TcpStream;", None);
    check_line("crates/events/tests/a.rs", "use std::net::TcpStream;", None);
}
