//! An answer's body, watched to its last byte; then the request, its span and the behavior's counters
//! are recorded.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};
use http_body::{Body, Frame, SizeHint};
use telemetry::{CacheRecord, Placement, RequestRecord, annotation};
use trace::{Hop, Outcome, SegmentId, Span, Timestamp, TraceId};

use super::Shared;
use crate::answer::{Answer, AnswerBody, CacheResult};
use crate::request::ViewerRequest;

/// What is known of an answer when its head goes out.
pub(super) struct Observed {
    shared: Arc<Shared>,
    behavior: Option<usize>,
    arrived: Timestamp,
    trace: TraceId,
    parent: Option<SegmentId>,
    span: SegmentId,
    method: Method,
    path: String,
    status: StatusCode,
    cache: CacheResult,
    fresh_for: Option<Duration>,
    placement: Option<Placement>,
    error: Option<String>,
}

impl Observed {
    pub(super) fn new(
        shared: &Arc<Shared>,
        viewer: ViewerRequest,
        behavior: Option<usize>,
        answer: &Answer,
    ) -> Self {
        Self {
            shared: Arc::clone(shared),
            behavior,
            arrived: viewer.arrived,
            trace: viewer.trace.trace,
            parent: viewer.trace.parent,
            span: viewer.span,
            method: viewer.method,
            path: viewer.asked_for,
            status: answer.status,
            cache: answer.cache,
            fresh_for: answer.fresh_for,
            placement: answer.placement.clone(),
            error: answer.error.clone(),
        }
    }

    /// The body that tells when it has ended.
    pub(super) fn watch(self, body: AnswerBody) -> Watched {
        Watched { body, bytes: 0, observed: Some(self) }
    }

    /// Whether the answer is one of so many hits that its trace tells nothing new.
    fn is_one_of_too_many(&self, now: Timestamp) -> bool {
        self.cache == CacheResult::Hit
            && now.since(self.arrived) < SLOW
            && self.shared.thinning.leaves_out(now.seconds())
    }

    fn record(self, bytes: u64) {
        let now = self.shared.clock.now();
        let name = self.cache.name();
        if let Some(behavior) = self.behavior.and_then(|number| self.shared.behaviors.get(number)) {
            behavior.counters.count(self.cache, self.status, bytes);
        }
        if self.is_one_of_too_many(now) {
            let shared = &self.shared;
            let (name, status) = (&shared.config.logical_id, self.status.as_u16());
            let duration = now.since(self.arrived);
            shared.telemetry.count_answer(Hop::Edge, name, &shared.entrance, now, duration, status);
            return;
        }
        let mut annotations = vec![
            (annotation::METHOD.to_owned(), self.method.as_str().to_owned()),
            (annotation::PATH.to_owned(), self.path.clone()),
            (annotation::STATUS.to_owned(), self.status.as_u16().to_string()),
            (annotation::CACHE.to_owned(), name.to_owned()),
        ];
        if let Some(number) = self.behavior {
            let behavior = &self.shared.behaviors[number].config;
            annotations.push(("behavior".to_owned(), behavior.path_pattern.clone()));
        }
        if let Some(error) = self.error {
            annotations.push((annotation::ERROR.to_owned(), error));
        }
        self.shared.telemetry.record_span(Span {
            trace: self.trace,
            id: self.span,
            parent: self.parent,
            hop: Hop::Edge,
            name: self.shared.config.logical_id.clone(),
            start: self.arrived,
            end: now,
            outcome: Outcome::of_status(self.status.as_u16()),
            annotations,
        });
        self.shared.telemetry.record_request(RequestRecord {
            at: self.arrived,
            trace: self.trace,
            entrance: self.shared.entrance.clone(),
            method: self.method.as_str().to_owned(),
            path: self.path,
            status: self.status.as_u16(),
            duration: now.since(self.arrived),
            bytes,
            cache: Some(CacheRecord { result: name.to_owned(), fresh_for: self.fresh_for }),
            placement: self.placement,
        });
    }
}

/// Of a second's hits the first thousand are recorded, and after that one of ten: a hit's trace has one
/// span and says the same each time, and recording it costs as much as answering. All are counted.
#[derive(Debug, Default)]
pub(super) struct Thinning {
    second: AtomicU64,
    seen: AtomicU64,
}

impl Thinning {
    /// Counts a hit of that second and says whether it is left out.
    fn leaves_out(&self, second: u64) -> bool {
        if self.second.swap(second, Ordering::Relaxed) != second {
            self.seen.store(0, Ordering::Relaxed);
        }
        let seen = self.seen.fetch_add(1, Ordering::Relaxed);
        seen >= RECORDED_A_SECOND && !seen.is_multiple_of(10)
    }
}

/// Of a second's hits.
const RECORDED_A_SECOND: u64 = 1_000;
/// A hit that takes longer is worth a look.
const SLOW: Duration = Duration::from_millis(100);

/// A body that records its request when it has ended, or was given up.
pub(super) struct Watched {
    body: AnswerBody,
    bytes: u64,
    observed: Option<Observed>,
}

impl Body for Watched {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            self.bytes += frame.data_ref().map_or(0, Bytes::len) as u64;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(observed) = self.observed.take() {
            observed.record(self.bytes);
        }
    }
}
