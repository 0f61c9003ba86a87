//! Exit codes, and the errors that lead to them.

use std::fmt;
use std::process::ExitCode;

/// How a command ends; the numbers are documented in `davy --help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything asked for was done.
    Done,
    /// The template, the function or the question was at fault.
    Failed,
    /// Something that Davy needs is missing.
    Missing,
    /// An address is in use.
    AddressInUse,
    /// Another `davy` works on the same state folder.
    StateInUse,
    /// What a console command exited with.
    Command(u8),
    /// A defect of our own.
    Defect,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Missing => 3,
            Exit::AddressInUse => 4,
            Exit::StateInUse => 5,
            Exit::Command(code) => code,
            Exit::Defect => 70,
        })
    }
}

/// An error with the code that it exits with; carried through `anyhow`.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The code.
    pub(crate) exit: Exit,
    /// What happened, and whose it is.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

impl Failure {
    /// A failure that the user can mend.
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hint: None }
    }

    /// Adds what to do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
