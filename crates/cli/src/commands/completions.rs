//! `davy completions`: the completion script of a shell.

use clap::CommandFactory as _;

use crate::arguments::{Arguments, Completions};
use crate::exit::Exit;
use crate::printer::Printer;

pub(crate) fn run(arguments: &Completions, printer: Printer) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "davy", &mut script);
    printer.data_bytes(&script);
    Exit::Done
}
