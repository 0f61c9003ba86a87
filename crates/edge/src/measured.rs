//! An origin's body against the length that its head promised.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;

/// The body, which fails at its end if it is not as long as promised: what is cut short is sent, and
/// not stored (E-077). Without a promise any length is the right one.
pub(crate) fn measured(
    body: UnsyncBoxBody<Bytes, io::Error>,
    promised: Option<u64>,
) -> UnsyncBoxBody<Bytes, io::Error> {
    match promised {
        Some(promised) => Measured { body, promised, received: 0 }.boxed_unsync(),
        None => body,
    }
}

struct Measured {
    body: UnsyncBoxBody<Bytes, io::Error>,
    promised: u64,
    received: u64,
}

impl Body for Measured {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                self.received += frame.data_ref().map_or(0, Bytes::len) as u64;
            }
            Poll::Ready(None) if self.received != self.promised => {
                let told = format!("the origin promised {} bytes and sent {}", self.promised, self.received);
                self.promised = self.received;
                return Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::UnexpectedEof, told))));
            }
            _ => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream() && self.received == self.promised
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
