//! More requests at once than there may be execution environments.

use std::collections::BTreeMap;
use std::thread;

use testkit::http::Request;
use testkit::project::Project;
use testkit::stack::Launch;

use crate::differential::TEMPLATE;

#[test]
fn fifty_at_once_are_answered_by_eight_environments_one_at_a_time_each() {
    let project = Project::empty().file("template.yaml", TEMPLATE).file("app/index.php", ALONE);
    let stack = Launch::of(project).argument("--concurrency").argument("8").start();
    let api = stack.endpoint("httpapi.Api");

    let answers: Vec<String> = thread::scope(|scope| {
        let one = |number: usize| {
            let api = &api;
            scope.spawn(move || Request::get(&format!("/{number}")).send(api).unwrap().expect(200).text())
        };
        let waiting: Vec<_> = (0..50).map(one).collect();
        waiting.into_iter().map(|answer| answer.join().unwrap()).collect()
    });

    let mut served: BTreeMap<String, usize> = BTreeMap::new();
    for answer in &answers {
        let (environment, overlap) = answer.split_once(' ').unwrap();
        assert_eq!(overlap, "alone", "two requests at once in {environment}");
        *served.entry(environment.to_owned()).or_default() += 1;
    }
    assert!(served.len() <= 8, "{} environments: {served:?}", served.len());
    assert!(served.len() > 1, "nothing ran in parallel: {served:?}");
}

/// `/tmp` is one environment's own: a lock that is taken there means that another request is in it.
const ALONE: &str = r"<?php
header('Cache-Control: no-store');
$lock = fopen('/tmp/alone', 'c');
$alone = flock($lock, LOCK_EX | LOCK_NB);
usleep(50_000);
echo getenv('AWS_LAMBDA_LOG_STREAM_NAME'), ' ', $alone ? 'alone' : 'together';
";
