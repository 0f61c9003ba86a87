//! One HTTP reply out of bytes: its head, and its body by length or in chunks.

use std::io;
use std::mem::MaybeUninit;
use std::ops::Range;

use httparse::ParserConfig;
use trace::Timestamp;

/// What a reply's head says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ReplyHead {
    pub(crate) status: u16,
    pub(crate) request_id: String,
    pub(crate) deadline: Option<Timestamp>,
    pub(crate) function_arn: String,
    pub(crate) trace_id: String,
    /// Whether the other side closes the connection after it.
    pub(crate) closes: bool,
}

/// Reads one reply after the other, each from the start of its buffer.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    head: Option<(ReplyHead, Body)>,
}

#[derive(Debug)]
enum Body {
    Length(Range<usize>),
    /// Decoded in place: the body is `start..end`, and `next` is where the next chunk's size stands.
    Chunks {
        start: usize,
        end: usize,
        next: usize,
    },
}

impl Decoder {
    /// The head and the body's place, once the reply is whole.
    pub(crate) fn advance(&mut self, input: &mut [u8]) -> io::Result<Option<(ReplyHead, Range<usize>)>> {
        if self.head.is_none() {
            self.head = parse_head(input)?;
        }
        let Some((_, body)) = &mut self.head else { return Ok(None) };
        let range = match body {
            Body::Length(range) => Some(range.clone()).filter(|range| input.len() >= range.end),
            Body::Chunks { start, end, next } => decode_chunks(input, end, next)?.then_some(*start..*end),
        };
        let Some(range) = range else { return Ok(None) };
        Ok(self.head.take().map(|(head, _)| (head, range)))
    }

    /// How many bytes to make room for.
    pub(crate) fn wanted(&self, have: usize) -> usize {
        match &self.head {
            Some((_, Body::Length(range))) => range.end.saturating_sub(have).max(1),
            Some((_, Body::Chunks { .. })) => 64 * 1024,
            None => 4 * 1024,
        }
    }
}

fn parse_head(input: &[u8]) -> io::Result<Option<(ReplyHead, Body)>> {
    if input.is_empty() {
        return Ok(None);
    }
    let mut headers = [const { MaybeUninit::uninit() }; 32];
    let mut response = httparse::Response::new(&mut []);
    let parsed =
        ParserConfig::default().parse_response_with_uninit_headers(&mut response, input, &mut headers);
    let start = match parsed {
        Ok(httparse::Status::Complete(start)) => start,
        Ok(httparse::Status::Partial) if input.len() < HEAD_MAX => return Ok(None),
        Ok(httparse::Status::Partial) => return Err(invalid("a head of more than 64 KB")),
        Err(error) => return Err(invalid(&format!("no HTTP reply: {error}"))),
    };
    let mut head = ReplyHead { status: response.code.unwrap_or_default(), ..ReplyHead::default() };
    let mut body = Body::Length(start..start);
    for header in response.headers.iter() {
        let text = || std::str::from_utf8(header.value).unwrap_or_default();
        // In its usual spelling first: that is one comparison of memory.
        let is = |name: &str| header.name == name || header.name.eq_ignore_ascii_case(name);
        if is("Lambda-Runtime-Aws-Request-Id") {
            text().clone_into(&mut head.request_id);
        } else if is("Lambda-Runtime-Deadline-Ms") {
            head.deadline = text().parse().ok().map(Timestamp::from_millis);
        } else if is("Lambda-Runtime-Invoked-Function-Arn") {
            text().clone_into(&mut head.function_arn);
        } else if is("Lambda-Runtime-Trace-Id") {
            text().clone_into(&mut head.trace_id);
        } else if is("Content-Length") {
            let length: usize = text().parse().map_err(|_| invalid("a Content-Length that is no number"))?;
            if length > BODY_MAX {
                return Err(invalid("a body of more than 64 MB"));
            }
            body = Body::Length(start..start + length);
        } else if is("Transfer-Encoding") {
            body = Body::Chunks { start, end: start, next: start };
        } else if is("Connection") {
            head.closes = text().eq_ignore_ascii_case("close");
        }
    }
    Ok(Some((head, body)))
}

/// Moves whole chunks together. True once the last one, and the empty line after it, are there.
fn decode_chunks(input: &mut [u8], end: &mut usize, next: &mut usize) -> io::Result<bool> {
    loop {
        let (size_length, size) = match httparse::parse_chunk_size(&input[*next..]) {
            Ok(httparse::Status::Complete((length, size))) => (length, size),
            Ok(httparse::Status::Partial) => return Ok(false),
            Err(_) => return Err(invalid("a chunk without its size")),
        };
        let size = usize::try_from(size).ok().filter(|&size| size <= BODY_MAX - (*end).min(BODY_MAX));
        let size = size.ok_or_else(|| invalid("a body of more than 64 MB"))?;
        let content = *next + size_length;
        if size == 0 {
            // Trailers aren't used by the Runtime API's replies, so the empty line is next.
            return Ok(input[content..].windows(2).next() == Some(b"\r\n"));
        }
        if input.len() < content + size + 2 {
            return Ok(false);
        }
        input.copy_within(content..content + size, *end);
        *end += size;
        *next = content + size + 2;
    }
}

fn invalid(problem: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("expected the Runtime API's reply, found {problem}"))
}

/// Reads arbitrary bytes as a Runtime API's reply, whole and byte by byte.
///
/// # Panics
/// If the two differ: that is what it looks for.
pub fn fuzz(data: &[u8]) {
    let mut whole = data.to_vec();
    let at_once = Decoder::default().advance(&mut whole).map_err(drop);
    let (mut decoder, mut input, mut in_pieces) = (Decoder::default(), Vec::new(), Ok(None));
    for &byte in data {
        input.push(byte);
        in_pieces = decoder.advance(&mut input).map_err(drop);
        if !matches!(in_pieces, Ok(None)) {
            break;
        }
    }
    if let (Ok(Some((head, body))), Ok(Some((other_head, other_body)))) = (at_once, in_pieces) {
        assert_eq!(head, other_head, "the cut of the input changed the head");
        assert_eq!(whole[body], input[other_body], "the cut of the input changed the body");
    }
}

const HEAD_MAX: usize = 64 * 1024;
const BODY_MAX: usize = 64 * 1024 * 1024;

#[cfg(test)]
mod tests;
