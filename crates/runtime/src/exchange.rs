//! One request to a worker: what is to be sent, how far it got, and what has come back.

use std::io::{self, IoSlice};
use std::ops::Range;

use fastcgi::{
    Connection, HeadSearch, PairTooLong, RECORD_MAX, STDIN_END, stdin_header, write_begin, write_params,
};

/// A request's body: bytes of its own, or a place in the event that it came in.
#[derive(Debug)]
pub(crate) enum Body {
    /// Decoded.
    Own(Vec<u8>),
    /// As it stands in the event.
    InEvent { event: Vec<u8>, place: Range<usize> },
}

impl Body {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Own(bytes) => bytes,
            Self::InEvent { event, place } => &event[place.clone()],
        }
    }
}

/// A request under way.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// BEGIN, PARAMS, and a body that is small enough to be copied.
    head: Vec<u8>,
    /// A body that isn't copied: it's cut into records on the way.
    body: Body,
    /// The headers of the body's records: all but the last are full.
    full_header: [u8; HEADER],
    last_header: [u8; HEADER],
    /// How many bytes of everything have been written.
    sent: usize,
    /// The response so far.
    pub(crate) stdout: Vec<u8>,
    /// Where the body begins in `stdout`.
    pub(crate) body_start: Option<usize>,
    search: HeadSearch,
}

impl Exchange {
    /// A request with these parameters, as `fastcgi::write_param` makes them.
    pub(crate) fn new(params: &[u8], body: Body) -> Result<Self, PairTooLong> {
        let mut head = Vec::with_capacity(params.len() + 64);
        write_begin(&mut head, Connection::Keep);
        write_params(&mut head, params)?;
        let mut body = body;
        if body.bytes().len() <= COPIED {
            if !body.bytes().is_empty() {
                head.extend_from_slice(&stdin_header(body.bytes()));
                head.extend_from_slice(body.bytes());
            }
            body = Body::Own(Vec::new());
            head.extend_from_slice(&STDIN_END);
        }
        let bytes = body.bytes();
        let full_header = stdin_header(&bytes[..bytes.len().min(RECORD_MAX)]);
        let last_header = stdin_header(bytes.chunks(RECORD_MAX).last().unwrap_or_default());
        Ok(Self {
            head,
            body,
            full_header,
            last_header,
            sent: 0,
            stdout: Vec::new(),
            body_start: None,
            search: HeadSearch::default(),
        })
    }

    /// Whether the worker may know of the request.
    pub(crate) fn is_delivered(&self) -> bool {
        self.sent > 0
    }

    /// Whether everything has been written.
    pub(crate) fn is_sent(&self) -> bool {
        self.sent == self.length()
    }

    /// Writes as much as `write` takes.
    pub(crate) fn write(
        &mut self,
        mut write: impl FnMut(&[IoSlice<'_>]) -> io::Result<usize>,
    ) -> io::Result<()> {
        while !self.is_sent() {
            match write(&self.slices()) {
                Ok(written) => self.sent += written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Takes a piece of the response.
    pub(crate) fn receive(&mut self, piece: &[u8]) {
        self.stdout.extend_from_slice(piece);
        if self.body_start.is_none() {
            self.body_start = self.search.body_start(&self.stdout);
        }
    }

    /// The response is complete: a head that never ended is a body.
    pub(crate) fn finish(&mut self) -> usize {
        let start = self.body_start.unwrap_or_else(|| self.search.body_start_at_end(&self.stdout));
        self.body_start = Some(start);
        start
    }

    fn length(&self) -> usize {
        self.head.len() + self.records_length() + if self.records_length() > 0 { STDIN_END.len() } else { 0 }
    }

    /// The body with its records' headers, without the record that ends it.
    fn records_length(&self) -> usize {
        let body = self.body.bytes().len();
        body + body.div_ceil(RECORD_MAX) * HEADER
    }

    /// What is left, at most sixteen records of it.
    fn slices(&self) -> Vec<IoSlice<'_>> {
        let mut slices = Vec::with_capacity(3);
        if self.sent < self.head.len() {
            slices.push(IoSlice::new(&self.head[self.sent..]));
        }
        let body = self.body.bytes();
        if body.is_empty() {
            return slices;
        }
        let position = self.sent.saturating_sub(self.head.len());
        let mut skip = position % (RECORD_MAX + HEADER);
        let first = position / (RECORD_MAX + HEADER);
        let records = if position < self.records_length() { body.len().div_ceil(RECORD_MAX) } else { 0 };
        for record in first..records.min(first + BATCH) {
            let content = &body[record * RECORD_MAX..body.len().min((record + 1) * RECORD_MAX)];
            let header = if content.len() == RECORD_MAX { &self.full_header } else { &self.last_header };
            slices.push(IoSlice::new(&header[skip.min(HEADER)..]));
            slices.push(IoSlice::new(&content[skip.saturating_sub(HEADER)..]));
            skip = 0;
        }
        if first + BATCH >= records {
            let skip = position.saturating_sub(self.records_length());
            slices.push(IoSlice::new(&STDIN_END[skip..]));
        }
        slices
    }
}

/// Bodies up to this length are copied behind the parameters, so that one write sends all.
const COPIED: usize = 32 * 1024;
const HEADER: usize = 8;
/// Records per write.
const BATCH: usize = 16;

#[cfg(test)]
mod tests;
