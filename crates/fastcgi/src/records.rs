//! Records: what is sent, appended to a buffer; what is received, as events.
//!
//! ```text
//! version 1 | type 1 | request id 2 | content length 2 | padding length 1 | reserved 1 | content | padding
//! ```

use std::fmt;

use crate::params::pair_length;

/// The longest content of one record: its length field has 16 bits (FastCGI 1.0, 3.3). Eight less
/// than they could say, so that the records of a long stream stay aligned with no padding.
pub const RECORD_MAX: usize = 65_528;

/// The empty record that ends a request's body.
pub const STDIN_END: [u8; 8] = header(STDIN, REQUEST_ID, 0);

/// A question about the worker's limits. A worker answers it when it is between requests, and so the
/// answer proves that the script before is over.
pub const VALUES_QUESTION: [u8; 8] = header(GET_VALUES, MANAGEMENT_ID, 0);

/// Whether the worker keeps the connection after the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// The next request comes on the same connection.
    Keep,
    /// The worker closes it.
    Close,
}

/// Appends the record that begins a request.
pub fn write_begin(out: &mut Vec<u8>, connection: Connection) {
    out.extend_from_slice(&header(BEGIN_REQUEST, REQUEST_ID, 8));
    let keep = u8::from(connection == Connection::Keep);
    out.extend_from_slice(&[0, RESPONDER, keep, 0, 0, 0, 0, 0]);
}

/// Appends the parameters, `pairs` being what [`crate::write_param`] made, and the record that ends
/// them. More than one record's worth is split between pairs: php-fpm reads each record by itself.
///
/// Errors: [`PairTooLong`] if one pair alone fits no record; then nothing is appended.
pub fn write_params(out: &mut Vec<u8>, pairs: &[u8]) -> Result<(), PairTooLong> {
    let before = out.len();
    let mut rest = pairs;
    // Pairs are told apart only where a record must end between two of them.
    while rest.len() > RECORD_MAX {
        let (record, after) = rest.split_at(fitting(rest));
        if record.is_empty() {
            out.truncate(before);
            return Err(PairTooLong { bytes: pair_length(rest) });
        }
        write_record(out, record);
        rest = after;
    }
    if !rest.is_empty() {
        write_record(out, rest);
    }
    out.extend_from_slice(&header(PARAMS, REQUEST_ID, 0));
    Ok(())
}

/// How many bytes whole pairs take of one record, there being more pairs than fit.
fn fitting(pairs: &[u8]) -> usize {
    let mut end = 0;
    loop {
        let pair = pair_length(&pairs[end..]);
        if end + pair > RECORD_MAX {
            return end;
        }
        end += pair;
    }
}

/// A parameter that is too long for php-fpm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairTooLong {
    /// How long its name and value are together.
    pub bytes: usize,
}

impl fmt::Display for PairTooLong {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "a parameter has {} bytes, and php-fpm reads at most {RECORD_MAX} at once", self.bytes)
    }
}

impl std::error::Error for PairTooLong {}

fn write_record(out: &mut Vec<u8>, content: &[u8]) {
    out.extend_from_slice(&header(PARAMS, REQUEST_ID, length(content)));
    out.extend_from_slice(content);
}

/// The header of a record that carries `content` of the request's body; the content follows it on
/// the wire as it is. At most [`RECORD_MAX`] bytes.
pub fn stdin_header(content: &[u8]) -> [u8; 8] {
    header(STDIN, REQUEST_ID, length(content))
}

/// What a worker sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A piece of the response: head and body as they come, never empty.
    Stdout(&'a [u8]),
    /// A piece of what PHP logs, never empty.
    Stderr(&'a [u8]),
    /// The answer is complete. The script may still run.
    End {
        /// The script's exit status.
        exit_status: u32,
        /// Whether the worker took the request: zero if so.
        protocol_status: u8,
    },
    /// The answer to [`VALUES_QUESTION`].
    Values,
}

/// Bytes that are no FastCGI answer to the one request under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// A version other than 1.
    Version(u8),
    /// A record type that a client is never sent.
    Kind(u8),
    /// A record of a request that was never made.
    Request(u16),
    /// An `END_REQUEST` whose content hasn't eight bytes.
    EndLength(u16),
}

impl fmt::Display for Malformed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("expected a FastCGI record, found ")?;
        match self {
            Self::Version(version) => write!(out, "version {version} where 1 belongs"),
            Self::Kind(kind) => write!(out, "record type {kind}, which no server sends"),
            Self::Request(id) => write!(out, "a record of request {id}, which was never made"),
            Self::EndLength(length) => write!(out, "the end of a request in {length} bytes instead of 8"),
        }
    }
}

impl std::error::Error for Malformed {}

/// Reads records out of what a worker sends, in pieces of any size.
#[derive(Debug, Default)]
pub struct Decoder {
    /// A header or an end's content, as far as it has come.
    partial: [u8; 8],
    partial_length: usize,
    /// The record whose content is being read; `None` before its header is whole.
    record: Option<Record>,
}

#[derive(Clone, Copy, Debug)]
struct Record {
    kind: u8,
    content_left: u16,
    padding_left: u16,
}

impl Decoder {
    /// The next event, or `None` if `input` is used up. `input` is moved past what was read.
    pub fn next<'a>(&mut self, input: &mut &'a [u8]) -> Option<Result<Event<'a>, Malformed>> {
        loop {
            let Some(record) = self.record else {
                let header = self.collect(input)?;
                match Record::read(header) {
                    Ok(record) => self.record = Some(record),
                    Err(malformed) => return Some(Err(malformed)),
                }
                continue;
            };
            if record.content_left > 0 {
                if record.kind == END_REQUEST {
                    let end = self.collect(input)?;
                    self.advance(8);
                    let exit_status = u32::from_be_bytes([end[0], end[1], end[2], end[3]]);
                    return Some(Ok(Event::End { exit_status, protocol_status: end[4] }));
                }
                let content = take(input, record.content_left)?;
                self.advance(length(content));
                match record.kind {
                    STDOUT => return Some(Ok(Event::Stdout(content))),
                    STDERR => return Some(Ok(Event::Stderr(content))),
                    _ => continue,
                }
            }
            if record.padding_left > 0 {
                let padding = take(input, record.padding_left)?;
                if let Some(record) = &mut self.record {
                    record.padding_left -= length(padding);
                }
                continue;
            }
            self.record = None;
            if record.kind == GET_VALUES_RESULT {
                return Some(Ok(Event::Values));
            }
        }
    }

    /// Whether the last record read is whole: the only place where a connection may end well.
    pub fn is_between_records(&self) -> bool {
        self.record.is_none() && self.partial_length == 0
    }

    /// Eight bytes, once they are all there.
    fn collect(&mut self, input: &mut &[u8]) -> Option<[u8; 8]> {
        let wanted = (8 - self.partial_length).min(input.len());
        let (piece, rest) = input.split_at(wanted);
        self.partial[self.partial_length..self.partial_length + wanted].copy_from_slice(piece);
        *input = rest;
        self.partial_length += wanted;
        if self.partial_length < 8 {
            return None;
        }
        self.partial_length = 0;
        Some(self.partial)
    }

    fn advance(&mut self, read: u16) {
        if let Some(record) = &mut self.record {
            record.content_left -= read;
        }
    }
}

impl Record {
    fn read(header: [u8; 8]) -> Result<Self, Malformed> {
        let [version, kind, id_high, id_low, length_high, length_low, padding, _] = header;
        let id = u16::from_be_bytes([id_high, id_low]);
        let content_left = u16::from_be_bytes([length_high, length_low]);
        if version != VERSION {
            return Err(Malformed::Version(version));
        }
        match kind {
            STDOUT | STDERR | END_REQUEST if id != REQUEST_ID => Err(Malformed::Request(id)),
            END_REQUEST if content_left != 8 => Err(Malformed::EndLength(content_left)),
            STDOUT | STDERR | END_REQUEST | GET_VALUES_RESULT => {
                Ok(Self { kind, content_left, padding_left: u16::from(padding) })
            }
            _ => Err(Malformed::Kind(kind)),
        }
    }
}

/// What there is of the `wanted` bytes; `None` if there is nothing.
fn take<'a>(input: &mut &'a [u8], wanted: u16) -> Option<&'a [u8]> {
    let (piece, rest) = input.split_at(input.len().min(usize::from(wanted)));
    *input = rest;
    (!piece.is_empty()).then_some(piece)
}

const fn header(kind: u8, request: u16, length: u16) -> [u8; 8] {
    let [id_high, id_low] = request.to_be_bytes();
    let [length_high, length_low] = length.to_be_bytes();
    [VERSION, kind, id_high, id_low, length_high, length_low, 0, 0]
}

/// The length of a piece that was cut to fit a record.
fn length(content: &[u8]) -> u16 {
    u16::try_from(content.len()).expect("a record's content is at most 65,535 bytes")
}

/// Reads arbitrary bytes, whole and byte by byte.
///
/// # Panics
/// If the two differ: that is what it looks for.
pub fn fuzz_records(data: &[u8]) {
    let whole = transcript(data, data.len().max(1));
    let in_pieces = transcript(data, 1);
    assert_eq!(whole, in_pieces, "the cut of the input changed its meaning");
}

/// The streams and events in `data`, read `size` bytes at a time.
fn transcript(data: &[u8], size: usize) -> (Vec<u8>, Vec<u8>, Vec<String>) {
    let (mut stdout, mut stderr, mut others) = (Vec::new(), Vec::new(), Vec::new());
    let mut decoder = Decoder::default();
    for mut piece in data.chunks(size) {
        while let Some(event) = decoder.next(&mut piece) {
            match event {
                Ok(Event::Stdout(bytes)) => stdout.extend_from_slice(bytes),
                Ok(Event::Stderr(bytes)) => stderr.extend_from_slice(bytes),
                Ok(other) => others.push(format!("{other:?}")),
                Err(malformed) => {
                    others.push(malformed.to_string());
                    return (stdout, stderr, others);
                }
            }
        }
    }
    (stdout, stderr, others)
}

const VERSION: u8 = 1;
/// One request at a time on a connection, so one number does.
const REQUEST_ID: u16 = 1;
const MANAGEMENT_ID: u16 = 0;
const RESPONDER: u8 = 1;

const BEGIN_REQUEST: u8 = 1;
const END_REQUEST: u8 = 3;
const PARAMS: u8 = 4;
const STDIN: u8 = 5;
const STDOUT: u8 = 6;
const STDERR: u8 = 7;
const GET_VALUES: u8 = 9;
const GET_VALUES_RESULT: u8 = 10;

#[cfg(test)]
mod tests;
