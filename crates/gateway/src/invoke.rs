//! The seam to Lambda: what a front end needs of it, so that tests put a function of their own there.

use std::future::Future;
use std::pin::Pin;

use lambda::{Answer, Invocation, InvokeError, Lambda};

/// Runs functions.
pub(crate) trait Invoke: Send + Sync {
    /// Runs one once.
    fn invoke(
        &self,
        invocation: Invocation,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, InvokeError>> + Send + '_>>;
}

impl Invoke for Lambda {
    fn invoke(
        &self,
        invocation: Invocation,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, InvokeError>> + Send + '_>> {
        Box::pin(self.invoke(invocation))
    }
}
