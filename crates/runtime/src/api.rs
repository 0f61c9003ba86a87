//! The Runtime API's client: one kept connection, never blocking, one exchange at a time.
//!
//! Source: Lambda developer guide, "Using the Lambda runtime API for custom runtimes".

use std::io::{self, IoSlice, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd};

use rustix::buffer::spare_capacity;

mod reply;

pub(crate) use reply::ReplyHead;
pub use reply::fuzz;

/// A reply, whole: its head, and where its body is in `bytes`.
pub(crate) struct Reply {
    pub(crate) head: ReplyHead,
    pub(crate) bytes: Vec<u8>,
    pub(crate) body: Range<usize>,
}

/// One connection to the Runtime API.
pub(crate) struct Api {
    address: SocketAddr,
    /// The end of a request line and the `Host` header, written once.
    host: String,
    stream: Option<TcpStream>,
    input: Vec<u8>,
    decoder: reply::Decoder,
    /// What is to be sent: a head, and a body that isn't copied behind it.
    head: Vec<u8>,
    body: Vec<u8>,
    sent: usize,
    /// Whether what is under way may be sent a second time if the connection turns out to be dead.
    /// A frozen environment's peers may have closed it long ago.
    repeatable: bool,
    /// Whether more of the body is to come: a streamed answer.
    open: bool,
}

impl Api {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            host: format!(" HTTP/1.1\r\nHost: {address}\r\n"),
            stream: None,
            input: Vec::new(),
            decoder: reply::Decoder::default(),
            head: Vec::new(),
            body: Vec::new(),
            sent: 0,
            repeatable: false,
            open: false,
        }
    }

    /// Asks for the next invocation. No time limit: the environment may be frozen in between.
    pub(crate) fn ask_next(&mut self) -> io::Result<()> {
        self.get("/2018-06-01/runtime/invocation/next")
    }

    /// Waits for a snapshot to be taken and thawed.
    pub(crate) fn ask_restore(&mut self) -> io::Result<()> {
        self.get("/2018-06-01/runtime/restore/next")
    }

    /// Posts an invocation's answer.
    pub(crate) fn answer(&mut self, request_id: &str, json: Vec<u8>) -> io::Result<()> {
        self.post(&["/2018-06-01/runtime/invocation/", request_id, "/response"], "", json)
    }

    /// Posts an invocation's error.
    pub(crate) fn fail(&mut self, request_id: &str, error_type: &str, json: Vec<u8>) -> io::Result<()> {
        let header = format!("Lambda-Runtime-Function-Error-Type: {error_type}\r\n");
        self.post(&["/2018-06-01/runtime/invocation/", request_id, "/error"], &header, json)
    }

    /// Posts that the start failed.
    pub(crate) fn fail_start(&mut self, error_type: &str, json: Vec<u8>) -> io::Result<()> {
        let header = format!("Lambda-Runtime-Function-Error-Type: {error_type}\r\n");
        self.post(&["/2018-06-01/runtime/init/error"], &header, json)
    }

    /// Begins an answer that is streamed: `prelude` goes out at once.
    pub(crate) fn begin_stream(&mut self, request_id: &str, prelude: &[u8]) -> io::Result<()> {
        self.begin(false);
        for part in ["POST /2018-06-01/runtime/invocation/", request_id, "/response", &self.host] {
            self.head.extend_from_slice(part.as_bytes());
        }
        self.head.extend_from_slice(STREAM_HEADERS);
        self.open = true;
        self.stream_piece(prelude)
    }

    /// Sends a piece of a streamed answer.
    pub(crate) fn stream_piece(&mut self, piece: &[u8]) -> io::Result<()> {
        if !piece.is_empty() {
            self.compact();
            write!(self.head, "{:x}\r\n", piece.len())?;
            self.head.extend_from_slice(piece);
            self.head.extend_from_slice(b"\r\n");
        }
        self.flush()
    }

    /// Ends a streamed answer; an error in its middle goes into the trailers.
    pub(crate) fn end_stream(&mut self, error: Option<(&str, &[u8])>) -> io::Result<()> {
        self.head.extend_from_slice(b"0\r\n");
        if let Some((error_type, json)) = error {
            let body = base64_simd::STANDARD.encode_to_string(json);
            write!(
                self.head,
                "Lambda-Runtime-Function-Error-Type: {error_type}\r\nLambda-Runtime-Function-Error-Body: {body}\r\n"
            )?;
        }
        self.head.extend_from_slice(b"\r\n");
        self.open = false;
        self.flush()
    }

    /// How many bytes of a streamed answer wait for the socket.
    pub(crate) fn backlog(&self) -> usize {
        self.head.len() + self.body.len() - self.sent
    }

    /// Sends what the socket takes now.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        while self.backlog() > 0 {
            let sent = self.sent;
            let head = self.head.get(sent..).unwrap_or_default();
            let body = &self.body[sent.saturating_sub(self.head.len())..];
            let stream = connected(&mut self.stream, self.address)?;
            match stream.write_vectored(&[IoSlice::new(head), IoSlice::new(body)]) {
                Ok(written) => self.sent += written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.start_over(error)?,
            }
        }
        Ok(())
    }

    /// The reply, once it is whole.
    pub(crate) fn receive(&mut self) -> io::Result<Option<Reply>> {
        loop {
            if let Some((head, body)) = self.decoder.advance(&mut self.input)? {
                let bytes = std::mem::take(&mut self.input);
                if head.closes {
                    self.stream = None;
                }
                self.head.clear();
                (self.body, self.sent) = (Vec::new(), 0);
                self.head.shrink_to(BUFFER_KEPT);
                return Ok(Some(Reply { head, bytes, body }));
            }
            let Some(stream) = &self.stream else { return Ok(None) };
            self.input.reserve(self.decoder.wanted(self.input.len()));
            match rustix::io::read(stream, spare_capacity(&mut self.input)) {
                Ok(0) => {
                    self.start_over(io::ErrorKind::UnexpectedEof.into())?;
                    self.flush()?;
                }
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::WOULDBLOCK) => return Ok(None),
                Err(error) => {
                    self.start_over(error.into())?;
                    self.flush()?;
                }
            }
        }
    }

    /// Takes a reply's buffer back, so that the next one needn't be allocated.
    pub(crate) fn recycle(&mut self, mut bytes: Vec<u8>) {
        if self.input.capacity() == 0 && bytes.capacity() <= BUFFER_KEPT {
            bytes.clear();
            self.input = bytes;
        }
    }

    /// The socket, to wait for it; `None` before the first request.
    pub(crate) fn socket(&self) -> Option<BorrowedFd<'_>> {
        self.stream.as_ref().map(TcpStream::as_fd)
    }

    fn get(&mut self, path: &str) -> io::Result<()> {
        self.begin(true);
        for part in ["GET ", path, &self.host, "User-Agent: davy\r\n\r\n"] {
            self.head.extend_from_slice(part.as_bytes());
        }
        self.flush()
    }

    fn post(&mut self, path: &[&str], header: &str, body: Vec<u8>) -> io::Result<()> {
        self.begin(true);
        let length = body.len().to_string();
        self.head.extend_from_slice(b"POST ");
        for part in path.iter().copied().chain([&*self.host, header, JSON_AND_LENGTH, &length, "\r\n\r\n"]) {
            self.head.extend_from_slice(part.as_bytes());
        }
        self.body = body;
        self.flush()
    }

    fn begin(&mut self, repeatable: bool) {
        self.head.clear();
        self.head.reserve(HEAD_ROOM);
        self.body = Vec::new();
        self.sent = 0;
        self.repeatable = repeatable;
        self.open = false;
    }

    /// Forgets what of a streamed answer has been sent.
    fn compact(&mut self) {
        if self.sent == self.head.len() || self.sent > BUFFER_KEPT {
            self.head.drain(..self.sent);
            self.sent = 0;
        }
    }

    /// Sends the request under way on a new connection, once.
    ///
    /// `next` gives the same event again; an answer that did arrive is refused the second time, and
    /// that is as good as taken.
    fn start_over(&mut self, error: io::Error) -> io::Result<()> {
        self.stream = None;
        if !self.repeatable || !self.input.is_empty() {
            return Err(error);
        }
        self.repeatable = false;
        self.sent = 0;
        Ok(())
    }
}

fn connected(stream: &mut Option<TcpStream>, address: SocketAddr) -> io::Result<&mut TcpStream> {
    if stream.is_none() {
        let new = TcpStream::connect(address)?;
        new.set_nodelay(true)?;
        new.set_nonblocking(true)?;
        *stream = Some(new);
    }
    stream.as_mut().ok_or_else(|| io::ErrorKind::NotConnected.into())
}

const STREAM_HEADERS: &[u8] = b"\
    Lambda-Runtime-Function-Response-Mode: streaming\r\n\
    Transfer-Encoding: chunked\r\n\
    Content-Type: application/vnd.awslambda.http-integration-response\r\n\
    Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n";

const JSON_AND_LENGTH: &str = "Content-Type: application/json\r\nContent-Length: ";

/// What a request's head takes, as a rule.
const HEAD_ROOM: usize = 320;

/// Larger buffers are given back, so that an idle environment stays small.
const BUFFER_KEPT: usize = 128 * 1024;
