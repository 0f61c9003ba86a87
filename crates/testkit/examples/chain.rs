//! `make bench`: a page through the whole chain, beside nginx and php-fpm with as many workers → a table in Markdown.

#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]

use std::fs;
use std::io::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use testkit::binaries;
use testkit::http::Address;
use testkit::project::Project;
use testkit::reference::Reference;
use testkit::stack::{Launch, Stack};

fn main() -> std::io::Result<()> {
    let colds: Vec<Cold> = (0..ROUNDS).map(|_| Cold::measure()).collect();
    let stack = launch();
    let project = hello();
    let reference = Reference::start(&project.path().join("app"), CONNECTIONS);
    let api = stack.endpoint("httpapi.Api");

    // In turns, so that what else the machine does meets all of them.
    let mut rows = [
        Row::new("nginx + php-fpm", reference.address.clone()),
        Row::new("davy, HTTP API", api),
        Row::new("davy, distribution and HTTP API", stack.site.clone()),
    ];
    for _ in 0..ROUNDS {
        for row in &mut rows {
            row.measure();
        }
    }

    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "| one `echo`, uncacheable | requests/s at {CONNECTIONS} connections | p50, one connection |"
    )?;
    writeln!(out, "|---|---|---|")?;
    for row in &rows {
        writeln!(out, "| {} | {:.0} | {:.2} ms |", row.name, median(&row.rates), median(&row.latencies))?;
    }
    writeln!(out)?;
    writeln!(out, "| cold | |\n|---|---|")?;
    let of = |part: fn(&Cold) -> Duration| {
        median(&colds.iter().map(|cold| part(cold).as_secs_f64() * 1_000.0).collect::<Vec<_>>())
    };
    writeln!(out, "| `davy up` until everything answers | {:.0} ms |", of(|cold| cold.ready))?;
    writeln!(out, "| the first request, php-fpm's start in it | {:.0} ms |", of(|cold| cold.first))?;
    let (size, memory) = bootstrap(&stack)?;
    writeln!(out, "| `bootstrap`, its file | {} KiB |", size / 1_024)?;
    writeln!(out, "| `bootstrap`, resident after the load | {memory} KiB |")?;
    Ok(())
}

/// How long a user waits for a stack that nobody has started yet.
struct Cold {
    ready: Duration,
    first: Duration,
}

impl Cold {
    fn measure() -> Self {
        let begin = Instant::now();
        let stack = launch();
        let ready = begin.elapsed();
        let begin = Instant::now();
        stack.get("/").expect(200);
        Self { ready, first: begin.elapsed() }
    }
}

/// One way to the same page.
struct Row {
    name: &'static str,
    address: Address,
    rates: Vec<f64>,
    latencies: Vec<f64>,
}

impl Row {
    fn new(name: &'static str, address: Address) -> Self {
        Self { name, address, rates: Vec::new(), latencies: Vec::new() }
    }

    fn measure(&mut self) {
        let crowd = wrk(&self.address, CONNECTIONS);
        self.rates.push(value(&crowd, "Requests/sec:").parse().expect("a rate"));
        let alone = wrk(&self.address, 1);
        self.latencies.push(milliseconds(&value(&alone, "50%")));
    }
}

fn wrk(address: &Address, connections: usize) -> String {
    let mut command = Command::new(binaries::program("wrk"));
    command.args([
        "--threads",
        "1",
        "--latency",
        "--duration",
        "4s",
        "--connections",
        &connections.to_string(),
    ]);
    command.args(["--header", &format!("Host: {}", address.authority())]);
    let output = command.arg(format!("http://127.0.0.1:{}/", address.port)).output().expect("wrk starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!text.contains("Non-2xx") && !text.contains("Socket errors"), "{text}");
    text
}

/// The word after another, as wrk aligns them.
fn value(text: &str, label: &str) -> String {
    let mut words = text.split_whitespace().skip_while(|word| *word != label);
    words.nth(1).unwrap_or_else(|| panic!("no {label} in {text}")).to_owned()
}

/// wrk writes `812.00us`, `1.21ms` or `1.00s`.
fn milliseconds(text: &str) -> f64 {
    let units = [("us", 0.001), ("ms", 1.0), ("s", 1_000.0)];
    let found =
        units.iter().find_map(|(unit, factor)| Some(text.strip_suffix(unit)?.parse::<f64>().ok()? * factor));
    found.unwrap_or_else(|| panic!("no time: {text}"))
}

/// The size of the file in bytes and a running one's resident memory in KiB.
fn bootstrap(stack: &Stack) -> std::io::Result<(u64, u64)> {
    let size = fs::metadata(binaries::davy().with_file_name("bootstrap"))?.len();
    let process = stack.processes_of("bootstrap").into_iter().next().expect("a running bootstrap");
    let status = fs::read_to_string(format!("/proc/{}/status", process.pid))?;
    Ok((size, value(&status, "VmRSS:").parse().expect("a number of KiB")))
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn launch() -> Stack {
    Launch::of(hello()).argument("--concurrency").argument(&CONNECTIONS.to_string()).start()
}

fn hello() -> Project {
    let page = "<?php header('Cache-Control: no-store'); echo 'Hello';";
    Project::empty().file("template.yaml", TEMPLATE).file("app/index.php", page)
}

const ROUNDS: usize = 3;
const CONNECTIONS: usize = 8;
const TEMPLATE: &str = r"Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: app/
      Handler: index.php
      Runtime: provided.al2023
      MemorySize: 1024
      Events:
        Every:
          Type: HttpApi
          Properties: {ApiId: !Ref Api}
  Site:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins:
          - Id: Website
            DomainName: !Sub ${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}
            CustomOriginConfig: {OriginProtocolPolicy: https-only}
        DefaultCacheBehavior:
          TargetOriginId: Website
          ViewerProtocolPolicy: allow-all
          ForwardedValues: {QueryString: true}
";
