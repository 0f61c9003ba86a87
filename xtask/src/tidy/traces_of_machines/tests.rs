//! Lines that would only be true on one machine.

use super::*;
use crate::tidy::tests::check_first;

#[track_caller]
fn check_line(path: &str, line: &str, expected: Option<&str>) {
    let machine = Machine::new(Path::new("/home/me/davy"), Some(Path::new("/home/me")));
    check_first(&check(&[Source::new(path, format!("{line}\n"))], &machine), expected);
}

#[test]
fn paths_and_registries_are_found() {
    check_line("README.md", "cd /home/me/davy && make test", Some("names `/home/me/davy`"));
    check_line("Makefile", "/home/me/.cargo/bin/cargo", Some("names `/home/me/.`"));
    check_line("Makefile", "pip install --index-url mirror", Some("chooses a registry"));
    check_line("README.md", "see /var/task", None);
}

#[test]
fn a_checkout_right_below_the_root_is_nobodys_path() {
    let machine = Machine::new(Path::new("/app"), Some(Path::new("/")));
    check_first(
        &check(&[Source::new("README.md", "examples/website/app/index.php".to_owned())], &machine),
        None,
    );
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
