//! What guards the project: the arguments of `cargo xtask` → the check that they name.

mod icount;
mod tidy;

use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["icount"] => icount::run(),
        ["tidy"] => tidy::run(),
        _ => anyhow::bail!("expected a check to run, found {words:?}\n\n{USAGE}"),
    }
}

const USAGE: &str = "\
usage: cargo xtask CHECK
  icount    the runtime's instructions per invocation, against its budget
  tidy      the invariants of ARCHITECTURE.md that a program can see";
