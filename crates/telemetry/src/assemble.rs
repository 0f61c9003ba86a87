//! Records into traces: spans wait here until their trace has ended, so that a trace is kept or
//! left out as a whole and is written in one piece.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use trace::{Outcome, Span, Timestamp, TraceId};

use crate::RequestRecord;

/// What is known of one trace when it is written. A trace that goes on is written in parts.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) spans: Vec<Arc<Span>>,
    pub(crate) request: Option<Arc<RequestRecord>>,
    /// When the last record of it came in.
    touched: Timestamp,
    ended: bool,
}

impl Part {
    pub(crate) fn outcome(&self) -> Outcome {
        let spans = self.spans.iter().map(|span| span.outcome);
        let request = self.request.iter().map(|request| Outcome::of_status(request.status));
        // What the viewer got is what counts: an edge may have mended an origin's failure.
        request.max().or_else(|| self.root().map(|root| root.outcome)).or(spans.max()).unwrap_or(Outcome::Ok)
    }

    pub(crate) fn start(&self) -> Timestamp {
        let spans = self.spans.iter().map(|span| span.start);
        spans.chain(self.request.iter().map(|request| request.at)).min().unwrap_or_default()
    }

    pub(crate) fn end(&self) -> Timestamp {
        let spans = self.spans.iter().map(|span| span.end);
        spans.chain(self.request.iter().map(|one| one.at.plus(one.duration))).max().unwrap_or_default()
    }

    /// What the user waited for: the request, if there is one.
    pub(crate) fn duration(&self) -> Duration {
        match &self.request {
            Some(request) => request.duration,
            None => self.end().since(self.start()),
        }
    }

    /// The span that no other span here has caused.
    pub(crate) fn root(&self) -> Option<&Span> {
        self.spans.iter().map(Arc::as_ref).find(|span| span.parent.is_none())
    }
}

/// Traces under way.
#[derive(Default)]
pub(crate) struct Assembler {
    parts: HashMap<TraceId, Part>,
}

impl Assembler {
    pub(crate) fn span(&mut self, span: Arc<Span>, now: Timestamp) {
        let part = self.parts.entry(span.trace).or_default();
        part.ended |= span.parent.is_none();
        part.touched = now;
        part.spans.push(span);
    }

    pub(crate) fn request(&mut self, request: Arc<RequestRecord>, now: Timestamp) {
        let part = self.parts.entry(request.trace).or_default();
        part.ended = true;
        part.touched = now;
        part.request = Some(request);
    }

    /// The traces that have ended, and the parts of those that have said nothing for a while or
    /// grow without end.
    pub(crate) fn ready(&mut self, now: Timestamp) -> Vec<(TraceId, Part)> {
        let crowded = self.parts.len() > TRACES_MAX;
        let ready = |part: &Part| {
            part.ended || crowded || part.spans.len() >= SPANS_MAX || now.since(part.touched) >= PATIENCE
        };
        self.parts.extract_if(|_, part| ready(part)).collect()
    }

    /// Everything, because the store closes.
    pub(crate) fn rest(&mut self) -> Vec<(TraceId, Part)> {
        self.parts.drain().collect()
    }
}

/// Silence after which a trace under way is shown as far as it is known.
const PATIENCE: Duration = Duration::from_secs(2);

const TRACES_MAX: usize = 20_000;
const SPANS_MAX: usize = 1_000;

#[cfg(test)]
mod tests;
