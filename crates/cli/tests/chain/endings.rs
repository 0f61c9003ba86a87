//! However davy ends, nothing that it started outlives it.

use rustix::process::Signal;
use testkit::project::Project;
use testkit::stack::{Launch, Stack};

#[test]
fn sigterm_drains_and_leaves_nothing() {
    let ended = busy().end(Signal::TERM);
    assert_eq!(ended.status.code(), Some(0), "{}", ended.talk);
    assert!(!ended.started.is_empty());
    assert_eq!(ended.left, [], "{}", ended.talk);
}

#[test]
fn sigint_does_the_same() {
    let ended = busy().end(Signal::INT);
    assert_eq!(ended.status.code(), Some(0), "{}", ended.talk);
    assert_eq!(ended.left, [], "{}", ended.talk);
}

#[test]
fn sigkill_takes_everything_along() {
    let ended = busy().end(Signal::KILL);
    assert!(!ended.started.is_empty());
    assert_eq!(ended.left, [], "{}", ended.talk);
}

#[test]
fn a_request_under_way_is_answered_before_the_end() {
    let project = Project::empty().file("template.yaml", crate::differential::TEMPLATE).file(
        "app/index.php",
        "<?php touch('/tmp/begun'); error_log('begun'); usleep(700_000); echo 'whole';",
    );
    let stack = Launch::of(project).start();
    let site = stack.site.clone();
    let answer = std::thread::spawn(move || testkit::http::Request::get("/").send(&site));
    stack.hear("begun");
    let ended = stack.end(Signal::TERM);
    let answer = answer.join().unwrap().unwrap();
    assert_eq!((answer.status, answer.text().as_str()), (200, "whole"), "{}", ended.talk);
    assert_eq!(ended.left, []);
}

/// A stack with processes of every kind.
fn busy() -> Stack {
    let stack = Launch::of(Project::example("website")).start();
    stack.get("/").expect(200);
    assert!(!stack.processes_of("php-fpm").is_empty(), "{:#?}", stack.processes());
    stack
}
