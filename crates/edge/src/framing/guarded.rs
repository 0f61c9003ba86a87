//! A connection whose incoming bytes are watched. What is refused never arrives: in its place the HTTP
//! server reads what no request may have, answers 400 and closes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Framing;

/// A guarded connection.
#[derive(Debug)]
pub struct Guarded<Stream> {
    stream: Stream,
    framing: Framing,
    /// What the server has yet to read instead of what was refused.
    refusal: Option<&'static [u8]>,
}

impl<Stream> Guarded<Stream> {
    /// Watches what comes in on `stream`.
    pub fn new(stream: Stream) -> Self {
        Self { stream, framing: Framing::default(), refusal: None }
    }
}

impl<Stream: AsyncRead + Unpin> AsyncRead for Guarded<Stream> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.refusal.is_none() {
            let before = into.filled().len();
            ready!(Pin::new(&mut this.stream).poll_read(context, into))?;
            let Err(refused) = this.framing.inspect(&into.filled()[before..]) else {
                return Poll::Ready(Ok(()));
            };
            into.set_filled(before + refused.in_order);
            this.refusal = Some(REFUSED);
        }
        // When it is told there is nothing more, which is the connection's end.
        if let Some(untold) = &mut this.refusal {
            let (now, later) = untold.split_at(untold.len().min(into.remaining()));
            into.put_slice(now);
            *untold = later;
        }
        Poll::Ready(Ok(()))
    }
}

impl<Stream: AsyncWrite + Unpin> AsyncWrite for Guarded<Stream> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, data)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, data)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// A byte that no head may have, and the end of a head, because hyper parses none before its end.
const REFUSED: &[u8] = b"\0\r\n\r\n";
