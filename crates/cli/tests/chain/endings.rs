//! However davy ends, nothing that it started outlives it.

use std::io;
use std::net::TcpListener;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::Signal;
use testkit::http::{Request, Response};
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
    let under_way = UnderWay::start("usleep(700_000); echo 'whole';");
    let ended = under_way.stack.end(Signal::TERM);
    let answer = under_way.answer.join().unwrap().unwrap();
    assert_eq!((answer.status, answer.text().as_str()), (200, "whole"), "{}", ended.talk);
    assert_eq!(ended.left, []);
}

#[test]
fn who_does_not_want_to_wait_says_so_twice() {
    let under_way = UnderWay::start("sleep(15); echo 'never';");
    under_way.stack.signal(Signal::TERM);
    under_way.stack.hear("draining");
    let ended = under_way.stack.end(Signal::TERM);
    assert!(ended.took < Duration::from_secs(10), "{:?}", ended.took);
    assert_eq!(ended.left, [], "{}", ended.talk);
    let answer = under_way.answer.join().unwrap();
    assert!(answer.map_or(true, |answer| answer.status >= 500), "there was nobody left to answer");
}

/// A stack, and a request that its script has begun with.
struct UnderWay {
    stack: Stack,
    answer: JoinHandle<io::Result<Response>>,
}

impl UnderWay {
    fn start(rest: &str) -> Self {
        // The script calls us when it begins: functions may connect to loopback.
        let begun = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = begun.local_addr().unwrap().port();
        let project = Project::empty()
            .file("template.yaml", crate::differential::TEMPLATE)
            .file("app/index.php", format!("<?php fsockopen('127.0.0.1', {port}); {rest}"));
        let stack = Launch::of(project).start();
        let site = stack.site.clone();
        let answer = thread::spawn(move || Request::get("/").send(&site));
        begun.accept().unwrap();
        Self { stack, answer }
    }
}

/// A stack with processes of every kind.
fn busy() -> Stack {
    let stack = Launch::of(Project::example("website")).start();
    stack.get("/").expect(200);
    assert!(!stack.processes_of("php-fpm").is_empty(), "{:#?}", stack.processes());
    stack
}
