use super::*;

fn read(lines: &[&str]) -> Directives {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(CACHE_CONTROL, line.parse().unwrap());
    }
    Directives::of(&headers)
}

#[track_caller]
fn check_age(line: &str, expected: Option<u64>) {
    assert_eq!(read(&[line]).max_age, expected.map(Duration::from_secs), "{line}");
}

#[test]
fn ages_are_read_in_the_forms_that_origins_write() {
    check_age("max-age=60", Some(60));
    check_age("MaX-aGe=60", Some(60));
    check_age("foo, max-age=60", Some(60));
    check_age("max-age=\"60\"", Some(60));
    check_age("extension=\"max-age=60\"", None);
    check_age("max-age=1, extension=\"max-age=60\"", Some(1));
    check_age("extension=\"a, \\\"max-age=60\", max-age=2", Some(2));
    check_age("max-age=99999999999999999999", Some(1 << 31));
    check_age("max-age=-60", Some(0));
    check_age("max-age=60, max-age=1", Some(1));
    check_age("max-age", Some(0));
    check_age("max-age=60;public", Some(0));
}

#[test]
fn lines_add_up() {
    let directives = read(&["max-age=60", "s-maxage=5, public"]);
    assert_eq!(directives.explicit_age(), Some(Duration::from_secs(5)));
    assert!(directives.public);
}

#[test]
fn fields_are_withheld_and_the_answer_kept() {
    let directives = read(&["no-cache=\"Set-Cookie, X-A\", private"]);
    assert!(!directives.no_cache);
    assert!(directives.private);
    assert_eq!(directives.withheld, ["set-cookie", "x-a"]);
}

#[test]
fn any_bytes_are_read() {
    for data in [&b"max-age=\"\\"[..], b"=", b"==,=\",", b"\"", b"no-cache=\"", b"\xff=\xfe"] {
        fuzz_cache_control(data);
    }
}
