//! An outside origin's body under its `OriginReadTimeout`, which holds from one piece to the next.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use tokio::time::{Sleep, sleep};

/// The body, which fails when nothing came for that long while somebody waited.
pub(crate) fn patient(
    body: UnsyncBoxBody<Bytes, io::Error>,
    patience: Duration,
) -> UnsyncBoxBody<Bytes, io::Error> {
    Patient { body, patience, waiting: None }.boxed_unsync()
}

struct Patient {
    body: UnsyncBoxBody<Bytes, io::Error>,
    patience: Duration,
    /// Set while a piece is waited for; a viewer who reads slowly costs the origin nothing.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Body for Patient {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = &mut *self;
        if let Poll::Ready(polled) = Pin::new(&mut this.body).poll_frame(context) {
            this.waiting = None;
            return Poll::Ready(polled);
        }
        let waiting = this.waiting.get_or_insert_with(|| Box::pin(sleep(this.patience)));
        waiting.as_mut().poll(context).map(|()| {
            let told = format!("the origin sent nothing for {} ms", this.patience.as_millis());
            Some(Err(io::Error::new(io::ErrorKind::TimedOut, told)))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::StreamBody;

    use super::*;

    #[tokio::test]
    async fn e073_silence_between_two_pieces_ends_the_body() {
        let silent = StreamBody::new(futures_util::stream::pending::<Result<Frame<Bytes>, io::Error>>());
        let mut body = patient(silent.boxed_unsync(), Duration::from_millis(1));
        let error = body.frame().await.unwrap().unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (io::ErrorKind::TimedOut, "the origin sent nothing for 1 ms")
        );
    }
}
