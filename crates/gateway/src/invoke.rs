//! The seam to Lambda: what a front end needs of it, so that tests put a function of their own there.

use std::future::Future;
use std::pin::Pin;

use lambda::{Answer, Invocation, InvokeError, Lambda, StreamedAnswer};

/// Runs functions.
pub(crate) trait Invoke: Send + Sync {
    /// Runs one once and gives its whole answer.
    fn invoke(
        &self,
        invocation: Invocation,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, InvokeError>> + Send + '_>>;

    /// Runs one once; what it streams comes as it is made.
    fn invoke_streaming(
        &self,
        invocation: Invocation,
    ) -> Pin<Box<dyn Future<Output = Result<StreamedAnswer, InvokeError>> + Send + '_>>;
}

impl Invoke for Lambda {
    fn invoke(
        &self,
        invocation: Invocation,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, InvokeError>> + Send + '_>> {
        Box::pin(self.invoke(invocation))
    }

    fn invoke_streaming(
        &self,
        invocation: Invocation,
    ) -> Pin<Box<dyn Future<Output = Result<StreamedAnswer, InvokeError>> + Send + '_>> {
        Box::pin(self.invoke_streaming(invocation))
    }
}
