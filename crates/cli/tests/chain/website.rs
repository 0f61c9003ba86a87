//! examples/website → the page that a newcomer sees, without a browser.

use testkit::http::{Part, Request};
use testkit::project::Project;
use testkit::stack::{Launch, Stack};

#[test]
fn the_page_names_php_fpm_and_its_place_in_lambda() {
    let page = website().get("/?name=Ada").expect(200);
    assert_eq!(page.header("Content-Type"), Some("text/html; charset=UTF-8"));
    let text = page.text();
    for part in ["Good morning, Ada.", "fpm-fcgi", "GET /?name=Ada", "Root=1-"] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
}

#[test]
fn forms_cookies_and_uploads_reach_php() {
    let stack = website();

    let posted = stack.send(&Request::form("/message", "message=H%C3%A9llo+%26+more")).expect(200);
    assert!(posted.text().contains("PHP received “Héllo &amp; more”."), "{}", posted.text());

    let returned = stack.send(&Request::get("/").header("Cookie", "visits=41")).expect(200);
    assert!(returned.text().contains(">42</p>"), "{}", returned.text());
    assert_eq!(returned.header("Set-Cookie"), Some("visits=42; path=/; HttpOnly; SameSite=Lax"));

    let every_byte: Vec<u8> = (0..=255).collect();
    let part = Part { name: "file", file: Some("every byte.bin"), content: &every_byte };
    let uploaded = stack.send(&Request::multipart("/upload", &[part])).expect(200).text();
    // sha256 of the bytes 0 to 255
    let digest = "40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880";
    assert!(uploaded.contains("<b>every byte.bin</b>, 256 bytes") && uploaded.contains(digest), "{uploaded}");
}

#[test]
fn redirects_and_statuses_are_phps() {
    let stack = website();
    let redirected = stack.get("/redirect").expect(303);
    assert_eq!(redirected.header("Location"), Some("/?name=redirected"));
    assert!(stack.get("/nowhere").expect(404).text().contains("Nothing is at /nowhere"));
}

#[test]
fn every_request_is_told_of_as_a_line() {
    let stack = website();
    stack.get("/?name=Ada").expect(200);
    let line = stack.next_line();
    assert_eq!(line["method"], "GET", "{line}");
    assert_eq!(line["path"], "/?name=Ada", "{line}");
    assert_eq!(line["status"], 200, "{line}");
    assert!(line["trace"].as_str().is_some_and(|trace| trace.starts_with("1-")), "{line}");
    assert!(line["initialization"].is_number(), "the first request is cold: {line}");
    stack.get("/").expect(200);
    let line = stack.next_line();
    assert!(line["initialization"].is_null(), "the second is warm: {line}");
}

fn website() -> Stack {
    Launch::of(Project::example("website")).start()
}
