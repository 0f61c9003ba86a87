//! `fake-runtime-api [--repeat N] BOOTSTRAP FOLDER HANDLER [EVENT.json|-]…`: runs a bootstrap on a
//! folder of PHP, feeds it events and prints what it posts.
//!
//! With no event, a GET of `/` is sent. `-` reads one event from stdin. Variables that are set where
//! it's started, such as `DAVY_SCRIPTS`, are the bootstrap's too. With `--repeat` the events are sent
//! that many times and only the last answers are printed.

use std::io::Read;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use testkit::runtime_api::{RuntimeApi, event};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (repeat, arguments) = match arguments.as_slice() {
        [flag, count, rest @ ..] if flag == "--repeat" => (count.parse().unwrap_or(1), rest),
        rest => (1, rest),
    };
    let [bootstrap, folder, handler, events @ ..] = arguments else {
        say("usage: fake-runtime-api [--repeat N] BOOTSTRAP FOLDER HANDLER [EVENT.json|-]...");
        return ExitCode::from(2);
    };
    let folder = match std::fs::canonicalize(folder) {
        Ok(folder) => folder,
        Err(error) => {
            say(&format!("{folder}: {error}"));
            return ExitCode::from(2);
        }
    };
    let mut api = RuntimeApi::start();
    let mut payloads = Vec::new();
    for source in events {
        match read(source) {
            Ok(bytes) => payloads.push(bytes),
            Err(error) => {
                say(&format!("{source}: {error}"));
                return ExitCode::from(2);
            }
        }
    }
    if payloads.is_empty() {
        payloads.push(event("GET", "/").into_bytes());
    }
    let rounds = std::iter::repeat_n(&payloads, repeat).flatten();
    let ids: Vec<String> =
        rounds.map(|bytes| api.push_with(bytes.clone(), Duration::from_mins(10))).collect();
    let printed_from = ids.len() - payloads.len();
    #[expect(clippy::disallowed_methods, reason = "it's there to start a bootstrap")]
    let mut command = Command::new(bootstrap);
    command.env("AWS_LAMBDA_RUNTIME_API", api.address().to_string()).env("LAMBDA_TASK_ROOT", folder);
    let mut child = match command.env("_HANDLER", handler).stdin(Stdio::null()).spawn() {
        Ok(child) => child,
        Err(error) => {
            say(&format!("{bootstrap}: {error}"));
            return ExitCode::from(2);
        }
    };
    let mut failed = false;
    for (number, id) in ids.iter().enumerate() {
        let posted = api.wait(|posted| posted.path.contains(id) || posted.path == "init/error");
        failed |= posted.path.ends_with("error");
        if number >= printed_from || posted.path == "init/error" {
            print(&format!("{}\n{}", posted.path, String::from_utf8_lossy(&posted.body)));
        }
        if posted.path == "init/error" {
            break;
        }
    }
    // Asked, not killed: what measures a bootstrap writes its report at the end.
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
    _ = child.wait();
    ExitCode::from(u8::from(failed))
}

fn read(source: &str) -> std::io::Result<Vec<u8>> {
    if source != "-" {
        return std::fs::read(source);
    }
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[expect(clippy::print_stdout, reason = "a command's output")]
fn print(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "a command's messages")]
fn say(text: &str) {
    eprintln!("{text}");
}
