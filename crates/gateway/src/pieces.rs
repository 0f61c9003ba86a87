//! A response body that comes in pieces, as the function makes them; its end records the span.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};
use lambda::Streamed;
use tokio::sync::mpsc;

use crate::span::OpenSpan;

/// What was collected with the prelude, then the rest.
pub(crate) struct Pieces {
    pub(crate) first: Option<Bytes>,
    pub(crate) rest: mpsc::Receiver<Streamed>,
    pub(crate) span: OpenSpan,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(first) = self.first.take().filter(|first| !first.is_empty()) {
            self.span.sent(first.len());
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        self.rest.poll_recv(context).map(|piece| match piece? {
            Streamed::Data(bytes) => {
                self.span.sent(bytes.len());
                Some(Ok(Frame::data(bytes)))
            }
            // The status is out: all that is left is to end before the end, as AWS does.
            Streamed::Failed { error_type, .. } => {
                let why = format!("the function failed in the middle of its answer: {error_type}");
                self.span.fail(why.clone());
                Some(Err(io::Error::other(why)))
            }
        })
    }
}
