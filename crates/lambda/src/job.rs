//! An invocation that was let in: who waits for it, and its place in a trace.

use telemetry::{Placement, Start, Telemetry, annotation};
use tokio::sync::{mpsc, oneshot};
use trace::{Clock, Entropy, Hop, Outcome, Sampled, SegmentId, Span, Timestamp, TraceHeader, TraceId};

use bytes::Bytes;

use crate::{Answer, Function, Invocation, InvokeError, Tracing};

/// An invocation under way.
pub(crate) struct Job {
    pub(crate) invocation: Invocation,
    pub(crate) request_id: String,
    pub(crate) arrived: Timestamp,
    /// When the caller stops waiting.
    pub(crate) until: Timestamp,
    pub(crate) trace: TraceId,
    /// The span of the hop `Lambda`.
    pub(crate) span: SegmentId,
    /// The span of the hop `Invocation`: under active tracing the function's segment.
    pub(crate) segment: SegmentId,
    pub(crate) delivery: Delivery,
    /// Environments that did not take it.
    pub(crate) attempts: u8,
    caller: Option<oneshot::Sender<Result<Reply, InvokeError>>>,
}

/// How the caller can take the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    Buffered,
    Streamed,
}

/// What the caller gets.
pub(crate) struct Reply {
    /// Whole, if there is no stream.
    pub(crate) answer: Answer,
    /// The payload as it comes.
    pub(crate) stream: Option<mpsc::Receiver<Streamed>>,
}

/// A piece of a streamed answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Streamed {
    /// Bytes of the payload.
    Data(Bytes),
    /// The function failed after it had begun: its error type and the error's JSON.
    Failed {
        /// `Lambda-Runtime-Function-Error-Type`, or what happened to the runtime.
        error_type: String,
        /// The error's JSON.
        body: Bytes,
    },
}

impl Job {
    pub(crate) fn new(
        invocation: Invocation,
        delivery: Delivery,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> (Box<Self>, oneshot::Receiver<Result<Reply, InvokeError>>) {
        let (caller, answer) = oneshot::channel();
        let arrived = clock.now();
        let job = Box::new(Self {
            request_id: invocation.request_id.clone().unwrap_or_else(|| uuid(entropy)),
            until: arrived.plus(invocation.patience),
            trace: invocation.trace.root.unwrap_or_else(|| TraceId::new(arrived, entropy)),
            span: SegmentId::new(entropy),
            segment: SegmentId::new(entropy),
            arrived,
            delivery,
            attempts: 0,
            caller: Some(caller),
            invocation,
        });
        (job, answer)
    }

    /// What the function is told of its trace.
    pub(crate) fn trace_header(&self, function: &Function) -> TraceHeader {
        let TraceHeader { parent, sampled, lineage, .. } = self.invocation.trace.clone();
        let root = Some(self.trace);
        match function.tracing {
            Tracing::PassThrough => TraceHeader { root, parent, sampled, lineage },
            Tracing::Active => {
                let sampled = if sampled == Sampled::No { Sampled::No } else { Sampled::Yes };
                TraceHeader { root, parent: Some(self.segment), sampled, lineage }
            }
        }
    }

    /// Whether somebody still waits for the answer.
    pub(crate) fn is_awaited(&self) -> bool {
        self.caller.is_some()
    }

    /// Gives the caller his answer, if he still waits, and records the hop.
    pub(crate) fn answer(&mut self, reply: Reply, name: &str, now: Timestamp, telemetry: &Telemetry) {
        let Some(caller) = self.caller.take() else { return };
        let failed = reply.answer.function_error.is_some();
        let placement = reply.answer.placement.clone();
        let error = failed.then(|| String::from_utf8_lossy(&reply.answer.payload).into_owned());
        // The caller first: what is recorded can wait.
        let _ = caller.send(Ok(reply));
        let outcome = if failed { Outcome::Fault } else { Outcome::Ok };
        self.record(name, now, outcome, Some(&placement), error, telemetry);
    }

    /// Tells the caller that there will be no answer.
    pub(crate) fn fail(&mut self, error: InvokeError, name: &str, now: Timestamp, telemetry: &Telemetry) {
        let Some(caller) = self.caller.take() else { return };
        let outcome = match &error {
            InvokeError::Throttled { .. } => Outcome::Throttle,
            InvokeError::FunctionNotFound { .. } | InvokeError::EventTooLarge { .. } => Outcome::Error,
            _ => Outcome::Fault,
        };
        let text = error.to_string();
        let _ = caller.send(Err(error));
        self.record(name, now, outcome, None, Some(text), telemetry);
    }

    fn record(
        &self,
        name: &str,
        now: Timestamp,
        outcome: Outcome,
        placement: Option<&Placement>,
        error: Option<String>,
        telemetry: &Telemetry,
    ) {
        let mut annotations = vec![(annotation::REQUEST_ID.to_owned(), self.request_id.clone())];
        let mut annotate = |name: &str, value: String| annotations.push((name.to_owned(), value));
        if let Some(Placement { environment, start, .. }) = placement {
            let start = if *start == Start::Warm { "warm" } else { "cold" };
            annotate(annotation::ENVIRONMENT, environment.clone());
            annotate(annotation::START, start.to_owned());
        }
        if let Some(error) = error {
            annotate(annotation::ERROR, error);
        }
        telemetry.record_span(Span {
            trace: self.trace,
            id: self.span,
            parent: self.invocation.trace.parent,
            hop: Hop::Lambda,
            name: name.to_owned(),
            start: self.arrived,
            end: now,
            outcome,
            annotations,
        });
    }
}

/// A random UUID, version 4.
pub(crate) fn uuid(entropy: &dyn Entropy) -> String {
    let (high, low) = (entropy.next_u64(), entropy.next_u64());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | ((low >> 48) & 0x3fff),
        low & 0xffff_ffff_ffff
    )
}
