//! The service's handle: invoke, reload, drain.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use telemetry::Telemetry;
use trace::{Clock, Entropy};

use crate::{Answer, Function, Invocation, InvokeError, Settings};

/// Runs functions. Cheap to clone.
#[derive(Clone)]
pub struct Lambda {
    functions: Arc<Vec<Function>>,
}

/// Why the service can't start: the function it concerns and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartError {
    /// The function's logical id.
    pub function: String,
    /// What was expected, what was found, what to do.
    pub why: String,
}

impl Lambda {
    /// Prepares `functions`; their environments start with the first invocations. Must be called
    /// within a tokio runtime.
    pub fn start(
        functions: Vec<Function>,
        settings: Settings,
        telemetry: Telemetry,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, StartError> {
        let _ = (settings, telemetry, clock, entropy);
        Ok(Self { functions: Arc::new(functions) })
    }

    /// The functions that can be invoked.
    pub fn functions(&self) -> Vec<Function> {
        self.functions.to_vec()
    }

    /// Runs a function once and gives its answer. If the future is dropped, the invocation still
    /// runs to its end, as in AWS.
    pub async fn invoke(&self, invocation: Invocation) -> Result<Answer, InvokeError> {
        let _ = invocation;
        Err(InvokeError::ShuttingDown)
    }

    /// Puts `function` in the place of the one with its name. Environments of the old one finish
    /// what they run and are replaced; no invocation fails for it.
    pub fn reload(&self, function: Function) -> Result<(), StartError> {
        let _ = function;
        Ok(())
    }

    /// Takes no more invocations, lets those under way finish for at most `grace`, and leaves no
    /// process behind.
    pub async fn drain(&self, grace: Duration) {
        let _ = grace;
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "function `{}` cannot run here: {}", self.function, self.why)
    }
}

impl std::error::Error for StartError {}
