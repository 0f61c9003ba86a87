//! The gateway's span of a request, recorded when the request ends.

use std::sync::Arc;

use telemetry::{Telemetry, annotation};
use trace::{Clock, Outcome, Span};

/// A span whose end is the end of this value: with a response's head, or with its last piece.
pub(crate) struct OpenSpan {
    pub(crate) span: Span,
    pub(crate) telemetry: Telemetry,
    pub(crate) clock: Arc<dyn Clock>,
}

impl OpenSpan {
    /// Notes that it went wrong after all.
    pub(crate) fn fail(&mut self, why: String) {
        self.span.outcome = Outcome::Fault;
        self.span.annotations.push((annotation::ERROR.to_owned(), why));
    }
}

impl Drop for OpenSpan {
    fn drop(&mut self) {
        self.span.end = self.clock.now();
        self.telemetry.record_span(self.span.clone());
    }
}
