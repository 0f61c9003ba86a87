//! The connection to a pool's worker: kept, never blocking, through the runtime's own name of the
//! socket.

use std::io::{self, IoSlice, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use fastcgi::{Decoder, Event, Malformed, VALUES_QUESTION};

/// A connection to whichever worker takes it.
pub(crate) struct Link {
    /// A hard link: php-fpm unlinks the socket's own name when it ends.
    path: PathBuf,
    stream: Option<UnixStream>,
    decoder: Decoder,
    /// Whether the worker has been asked for its values and hasn't answered: until then a script is
    /// running, or no worker has taken the connection.
    asked: bool,
}

/// How a read ended.
#[derive(Debug)]
pub(crate) enum ReadEnd {
    /// Everything that was there has been read.
    Drained,
    /// The worker has closed the connection, or is gone.
    Closed,
    /// That's no FastCGI.
    Malformed(Malformed),
}

impl Link {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), stream: None, decoder: Decoder::default(), asked: false }
    }

    /// A new connection, with the question on it whether a worker is free.
    ///
    /// It succeeds with no worker there at all: the runtime owns the listening socket.
    pub(crate) fn connect(&mut self) -> io::Result<()> {
        let stream = UnixStream::connect(&self.path)?;
        stream.set_nonblocking(true)?;
        self.stream = Some(stream);
        self.decoder = Decoder::default();
        self.ask_whether_idle()
    }

    /// Gives the connection up; the worker notices.
    pub(crate) fn close(&mut self) {
        self.stream = None;
    }

    /// Asks the question that is answered once no script runs.
    pub(crate) fn ask_whether_idle(&mut self) -> io::Result<()> {
        self.asked = true;
        match self.stream.as_mut() {
            Some(stream) => stream.write_all(&VALUES_QUESTION),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Whether the worker is there and idle.
    pub(crate) fn is_idle(&self) -> bool {
        self.stream.is_some() && !self.asked
    }

    /// Writes, as `Exchange::write` wants it.
    pub(crate) fn write(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match self.stream.as_mut() {
            Some(stream) => stream.write_vectored(slices),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Reads what is there, in pieces of `buffer`, until `each` says that it's enough.
    pub(crate) fn read(&mut self, buffer: &mut [u8], mut each: impl FnMut(Event<'_>) -> Flow) -> ReadEnd {
        let Some(stream) = self.stream.as_mut() else { return ReadEnd::Closed };
        loop {
            let length = match stream.read(buffer) {
                Ok(0) => return ReadEnd::Closed,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return ReadEnd::Drained,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return ReadEnd::Closed,
            };
            let (mut input, mut flow) = (&buffer[..length], Flow::More);
            while let Some(event) = self.decoder.next(&mut input) {
                match event {
                    Ok(Event::Values) => self.asked = false,
                    Ok(event) => flow = each(event),
                    Err(malformed) => return ReadEnd::Malformed(malformed),
                }
            }
            if flow == Flow::Enough || length < buffer.len() {
                return ReadEnd::Drained;
            }
        }
    }

    /// The socket, to wait for it.
    pub(crate) fn socket(&self) -> Option<BorrowedFd<'_>> {
        self.stream.as_ref().map(UnixStream::as_fd)
    }
}

/// Whether to go on reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    More,
    Enough,
}
