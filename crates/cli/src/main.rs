//! The `davy` command: arguments, configuration, run, drain, exit code.

mod arguments;
mod commands;
mod exit;
mod printer;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::{Arguments, Command};
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

fn main() -> ExitCode {
    // Before anything else: this process may be the launcher that encloses another.
    sandbox::launcher::run_if_asked();

    let arguments = Arguments::parse();
    let printer = Printer::new(arguments.color);
    match run(arguments, printer) {
        Ok(exit) => exit.into(),
        Err(error) => report(&error, printer).into(),
    }
}

fn run(arguments: Arguments, printer: Printer) -> anyhow::Result<Exit> {
    match arguments.command {
        Command::Init(init) => commands::init::run(&init, printer),
        Command::Up(up) => commands::up::run(&up, printer),
        Command::Validate(validate) => commands::validate::run(&validate, printer),
        Command::Invoke(invoke) => commands::invoke::run(&invoke, printer),
        Command::Php(php) => commands::php::run(&php, printer),
        Command::Logs(logs) => commands::logs::run(&logs, printer),
        Command::Traces(traces) => commands::traces::run(&traces, printer),
        Command::Cache(cache) => commands::cache::run(&cache, printer),
        Command::Build(build) => commands::build::run(&build, printer),
        Command::Doctor(doctor) => Ok(commands::doctor::run(&doctor, printer)),
        Command::Clean(clean) => commands::clean::run(&clean, printer),
        Command::Completions(completions) => Ok(commands::completions::run(&completions, printer)),
    }
}

/// Says what went wrong and what to do; an error without a code of its own is our defect.
fn report(error: &anyhow::Error, printer: Printer) -> Exit {
    let Some(failure) = error.downcast_ref::<Failure>() else {
        printer.error(&format!("{error:#}"));
        return Exit::Defect;
    };
    printer.error(&failure.message);
    if let Some(hint) = &failure.hint {
        printer.hint(hint);
    }
    failure.exit
}
