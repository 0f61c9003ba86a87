//! Whoever dies between two requests, the next one is answered.

use rustix::process::Signal;
use testkit::processes;
use testkit::project::Project;
use testkit::stack::{Launch, Stack};

#[test]
fn of_a_php_fpm_worker() {
    check(|stack| stack.processes_of("php-fpm: pool"));
}

#[test]
fn of_php_fpms_master() {
    check(|stack| stack.processes_of("php-fpm: master"));
}

#[test]
fn of_the_bootstrap() {
    check(|stack| stack.processes_of("bootstrap"));
}

#[track_caller]
fn check(victims: impl Fn(&Stack) -> Vec<processes::Process>) {
    let stack = Launch::of(Project::example("website")).start();
    stack.get("/").expect(200);
    let victims = victims(&stack);
    assert!(!victims.is_empty(), "no such process among {:#?}", stack.processes());
    for victim in &victims {
        victim.signal(Signal::KILL);
    }
    assert_eq!(processes::remaining(&victims), []);
    for _ in 0..3 {
        stack.get("/").expect(200);
    }
}
