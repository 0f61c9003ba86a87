//! A body read by several viewers while it comes in.
//!
//! ```text
//!   writer ─► [chunk][chunk][chunk] … ─┬─► reader at 0
//!                ▲ kept whole, or from ├─► reader at 2
//!                  the slowest reader  └─► …
//! ```
//!
//! While it fits into the store's limit every chunk is kept, so that the store gets it whole and a
//! late reader starts at the beginning. Beyond the limit only what somebody has yet to read is kept,
//! and the writer waits for the slowest.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

/// The shared body.
#[derive(Debug)]
pub(crate) struct Relay {
    state: Mutex<State>,
    /// Beyond this nothing is kept for the store.
    limit: u64,
    /// What the head promises.
    length: Option<u64>,
}

#[derive(Debug, Default)]
struct State {
    chunks: VecDeque<Bytes>,
    /// The number of the first chunk that is still here.
    first: usize,
    /// Bytes that came in so far.
    received: u64,
    /// Set when the limit is passed: the store gets nothing, and nobody else joins.
    overflowed: bool,
    /// The store wants it even if all viewers go.
    detached: bool,
    ended: Option<Result<(), (io::ErrorKind, String)>>,
    readers: Vec<Option<Place>>,
    writer: Option<Waker>,
}

#[derive(Debug)]
struct Place {
    next: usize,
    waker: Option<Waker>,
}

/// How a write went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// Somebody reads, or the store wants it.
    Wanted,
    /// All viewers have gone.
    Unwanted,
}

impl Relay {
    pub(crate) fn new(limit: u64, length: Option<u64>) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), limit, length })
    }

    /// A reader from the beginning; `None` if the beginning is gone.
    pub(crate) fn read(self: &Arc<Self>) -> Option<Reader> {
        let mut state = self.lock();
        if state.overflowed && state.first > 0 {
            return None;
        }
        let number = state.readers.iter().position(Option::is_none).unwrap_or(state.readers.len());
        if number == state.readers.len() {
            state.readers.push(None);
        }
        state.readers[number] = Some(Place { next: 0, waker: None });
        drop(state);
        Some(Reader { relay: Arc::clone(self), number })
    }

    /// Adds a chunk and, beyond the limit, waits until the readers have caught up.
    pub(crate) async fn write(&self, chunk: Bytes) -> Written {
        {
            let mut state = self.lock();
            state.received += chunk.len() as u64;
            state.overflowed |= state.received > self.limit;
            state.chunks.push_back(chunk);
            state.forget_what_is_read();
            state.wake_readers();
        }
        std::future::poll_fn(|context| {
            let mut state = self.lock();
            if state.readers.iter().all(Option::is_none) {
                let wanted = state.detached && !state.overflowed;
                return Poll::Ready(if wanted { Written::Wanted } else { Written::Unwanted });
            }
            if !state.overflowed || state.chunks.len() <= AHEAD {
                return Poll::Ready(Written::Wanted);
            }
            state.writer = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// Ends the body.
    pub(crate) fn end(&self, outcome: Result<(), io::Error>) {
        let mut state = self.lock();
        state.ended = Some(outcome.map_err(|error| (error.kind(), error.to_string())));
        state.wake_readers();
    }

    /// The whole body as one piece, unless it did not fit.
    pub(crate) fn whole(&self) -> Option<Bytes> {
        let state = self.lock();
        if state.overflowed {
            return None;
        }
        match state.chunks.len() {
            0 => Some(Bytes::new()),
            1 => state.chunks.front().cloned(),
            _ => {
                let mut whole = BytesMut::with_capacity(usize::try_from(state.received).ok()?);
                state.chunks.iter().for_each(|chunk| whole.extend_from_slice(chunk));
                Some(whole.freeze())
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn forget_what_is_read(&mut self) {
        if !self.overflowed {
            return;
        }
        let slowest = self.readers.iter().flatten().map(|place| place.next).min();
        let Some(slowest) = slowest else { return };
        while self.first < slowest && self.chunks.pop_front().is_some() {
            self.first += 1;
        }
        if self.chunks.len() <= AHEAD
            && let Some(writer) = self.writer.take()
        {
            writer.wake();
        }
    }

    fn wake_readers(&mut self) {
        for place in self.readers.iter_mut().flatten() {
            if let Some(waker) = place.waker.take() {
                waker.wake();
            }
        }
    }
}

/// One viewer's way through the body.
#[derive(Debug)]
pub(crate) struct Reader {
    relay: Arc<Relay>,
    number: usize,
}

impl Reader {
    /// The viewer needs no more of it, or not all; the store gets it all the same.
    pub(crate) fn detach(&self) {
        self.relay.lock().detached = true;
    }
}

impl Body for Reader {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let mut state = self.relay.lock();
        let state = &mut *state;
        let Some(place) = state.readers[self.number].as_mut() else { return Poll::Ready(None) };
        if let Some(chunk) = state.chunks.get(place.next - state.first) {
            let chunk = chunk.clone();
            place.next += 1;
            state.forget_what_is_read();
            return Poll::Ready(Some(Ok(Frame::data(chunk))));
        }
        match &state.ended {
            Some(Ok(())) => Poll::Ready(None),
            Some(Err((kind, text))) => Poll::Ready(Some(Err(io::Error::new(*kind, text.clone())))),
            None => {
                place.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.relay.length.map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut state = self.relay.lock();
        state.readers[self.number] = None;
        state.forget_what_is_read();
        if let Some(writer) = state.writer.take() {
            writer.wake();
        }
    }
}

/// Chunks that the writer may be ahead of the slowest reader once nothing is kept.
const AHEAD: usize = 16;

#[cfg(test)]
mod tests;
