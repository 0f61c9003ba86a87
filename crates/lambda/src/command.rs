//! A console command in a function's environment: the same code, layers, variables and walls, another
//! program than its bootstrap.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use sandbox::Exit;
use tokio::io::AsyncReadExt as _;

use crate::Lambda;
use crate::environment::{Temporary, enclosure};

/// What to run.
#[derive(Clone, Debug)]
pub struct Command {
    /// The function's name, its logical id, or its ARN.
    pub function: String,
    /// The program, by its path inside: `/usr/bin/php8.2`.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
}

/// Where a piece of output came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

/// Why there is no exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// The stack has no such function.
    FunctionNotFound {
        /// The name that was asked for.
        function: String,
    },
    /// The program could not be started there.
    NotStarted {
        /// What the machine said.
        why: String,
    },
}

impl Lambda {
    /// Runs a program where the function would run, hands on its output as it comes, and gives its
    /// exit code; 128 and the signal's number if one ended it, as shells do.
    ///
    /// Nothing limits its time: a migration may take longer than any invocation.
    pub async fn command(
        &self,
        command: Command,
        mut output: impl FnMut(Channel, &[u8]),
    ) -> Result<i32, CommandError> {
        let not_started = |why| CommandError::NotStarted { why };
        let Some(function) = self.function(&command.function) else {
            return Err(CommandError::FunctionNotFound { function: command.function });
        };
        let service = self.service();
        // There is no event to ask for: the discard port answers nobody.
        let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
        let temporary = Temporary::new(service, service.entropy.next_u64()).map_err(not_started)?;
        let mut enclosure =
            enclosure(service, &function, "console", nowhere, &temporary).map_err(not_started)?;
        enclosure.program = command.program;
        enclosure.companions = None;
        enclosure.arguments = command.arguments;
        let (mut process, pipes) = enclosure.spawn().await.map_err(|error| not_started(error.to_string()))?;
        let (mut standard_output, mut standard_error) = (pipes.output, pipes.error);
        let (mut from_output, mut from_error) = (vec![0; PIECE], vec![0; PIECE]);
        let (mut output_open, mut error_open) = (true, true);
        while output_open || error_open {
            tokio::select! {
                read = standard_output.read(&mut from_output), if output_open => {
                    let length = read.unwrap_or(0);
                    output_open = length > 0;
                    output(Channel::Output, &from_output[..length]);
                }
                read = standard_error.read(&mut from_error), if error_open => {
                    let length = read.unwrap_or(0);
                    error_open = length > 0;
                    output(Channel::Error, &from_error[..length]);
                }
            }
        }
        match process.wait().await {
            Exit::Code(code) => Ok(code),
            Exit::Signal(signal) => Ok(128 + signal),
            Exit::Failed(why) | Exit::Unstarted(why) => Err(not_started(why)),
            Exit::Killed => Err(not_started("it was killed from outside".to_owned())),
        }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FunctionNotFound { function } => write!(out, "no function `{function}` in this stack"),
            Self::NotStarted { why } => write!(out, "the command could not be run: {why}"),
        }
    }
}

impl std::error::Error for CommandError {}

/// What a pipe holds at most at once.
const PIECE: usize = 65_536;
