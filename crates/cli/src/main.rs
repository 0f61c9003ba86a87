//! The `davy` command: arguments, configuration, run, drain, exit code.

fn main() {}
