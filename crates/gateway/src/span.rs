//! The gateway's span of a request, and the request itself where it came in here, recorded when it
//! ends.

use std::sync::Arc;

use telemetry::{RequestRecord, Telemetry, annotation};
use trace::{Clock, Outcome, Span};

/// A span whose end is the end of this value: with a response's head, or with its last piece.
pub(crate) struct OpenSpan {
    pub(crate) span: Span,
    /// The request, if no other hop stands before this one to tell of it.
    pub(crate) request: Option<RequestRecord>,
    pub(crate) telemetry: Telemetry,
    pub(crate) clock: Arc<dyn Clock>,
}

impl OpenSpan {
    /// Notes bytes of the response's body.
    pub(crate) fn sent(&mut self, bytes: usize) {
        if let Some(request) = &mut self.request {
            request.bytes += u64::try_from(bytes).unwrap_or(u64::MAX);
        }
    }

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
        if let Some(request) = self.request.take() {
            let duration = self.span.duration();
            self.telemetry.record_request(RequestRecord { duration, ..request });
        }
    }
}
