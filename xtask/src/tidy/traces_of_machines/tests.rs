//! Lines that would only be true on one machine.

use super::*;
use crate::tidy::tests::check_first;

#[track_caller]
fn check_line(path: &str, line: &str, expected: Option<&str>) {
    check_first(&check(&[Source::new(path, format!("{line}\n"))]), expected);
}

#[test]
fn paths_and_hosts_are_found() {
    check_line("README.md", "cd /work/main && make test", Some("names `/work/main`"));
    check_line("Makefile", "pip install -i https://pypi.org/simple", Some("the host `pypi.org`"));
    check_line("README.md", "see /var/task", None);
}

#[test]
fn a_lock_file_names_no_mirror() {
    check_line(
        "Cargo.lock",
        "source = \"sparse+https://mirror.example/index/\"",
        Some("elsewhere than crates.io"),
    );
    check_line("Cargo.lock", INDEX, None);
    check_line("Cargo.toml", "source = \"elsewhere\"", None);
}
