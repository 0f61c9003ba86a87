//! How long it takes to start an environment, to place an invocation on a warm one, and how many
//! invocations pass: `cargo run --release -p lambda --example placement -- BOOTSTRAP`, where
//! BOOTSTRAP is `target/release/lambda-bootstrap`, the tests' runtime.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement for a person at a terminal")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use lambda::{Function, Invocation, Lambda, Settings};
use telemetry::{Record, Start, SystemClock, SystemEntropy, Telemetry};
use trace::{Clock, Hop};

#[tokio::main]
async fn main() {
    let bootstrap = PathBuf::from(std::env::args().nth(1).expect("the tests' runtime"));
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("code")).unwrap();
    std::fs::copy(&bootstrap, folder.path().join("code/bootstrap")).unwrap();
    let function = Function::new("site", folder.path().join("code"));
    let isolation = sandbox::probe_with(&bootstrap);
    println!("isolation: {isolation}");
    let settings = Settings::new(folder.path().join("state"), bootstrap, isolation);
    let telemetry = Telemetry::in_memory();
    let mut records = telemetry.subscribe();
    let lambda = Lambda::start(
        vec![function.clone()],
        settings,
        telemetry,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
    )
    .unwrap();

    let mut starts = Vec::new();
    for _ in 0..20 {
        lambda.reload(function.clone()).unwrap();
        let answer = lambda.invoke(Invocation::new("site", "{}")).await.unwrap();
        if let Start::Cold { initialization } = answer.placement.start {
            starts.push(initialization);
        }
    }
    show("start of an environment to its first next", &mut starts);

    let (mut rounds, mut placements, mut lags) = (Vec::new(), Vec::new(), Vec::new());
    while records.try_recv().is_ok() {}
    for _ in 0..2_000 {
        let before = SystemClock.now();
        lambda.invoke(Invocation::new("site", "{}")).await.unwrap();
        rounds.push(SystemClock.now().since(before));
        let (mut arrived, mut delivered, mut ended) = (before, before, before);
        while let Ok(record) = records.try_recv() {
            match record {
                Record::Span(span) if span.hop == Hop::Lambda => arrived = span.start,
                Record::Span(span) if span.hop == Hop::Invocation => {
                    delivered = span.start;
                    ended = span.end;
                }
                _ => {}
            }
        }
        // The runtime's way back to `next` is not placement.
        tokio::time::sleep(Duration::from_millis(1)).await;
        placements.push(delivered.since(arrived));
        lags.push(ended.since(delivered));
    }
    show("a warm round, one caller with pauses", &mut rounds);
    show("from arrival to the event's writing", &mut placements);
    show("from the event's writing to the answer", &mut lags);

    let before = SystemClock.now();
    let callers: Vec<_> = (0..8)
        .map(|_| {
            let lambda = lambda.clone();
            tokio::spawn(async move {
                for _ in 0..5_000 {
                    lambda.invoke(Invocation::new("site", "{}")).await.unwrap();
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    let took = SystemClock.now().since(before);
    println!("eight callers: {:.0} invocations a second", 40_000.0 / took.as_secs_f64());
    lambda.drain(Duration::from_secs(1)).await;
}

fn show(what: &str, durations: &mut [Duration]) {
    durations.sort_unstable();
    let at = |percent: usize| {
        let index = durations.len() * percent / 100;
        durations[index.min(durations.len() - 1)].as_secs_f64() * 1e6
    };
    println!("{what}: p50 {:.0} µs, p90 {:.0} µs, p99 {:.0} µs", at(50), at(90), at(99));
}
