//! A `Range` header and a whole answer turned into 206, 416, or the whole answer after all.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, LAST_MODIFIED, RANGE};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body::{Body, Frame, SizeHint};

use crate::answer::{Answer, AnswerBody, CacheResult};
use crate::date;
use crate::relay::Reader;

/// A run of bytes; `length` is never nought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub start: u64,
    pub length: u64,
}

/// What a `Range` header asks of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of it: there is no header, or none that is obeyed.
    All,
    /// These runs: ascending, apart, within the body (E-142).
    Chunks(Vec<Chunk>),
    /// Nothing that the body has.
    Nothing,
}

/// Cuts a whole 200 down to what the viewer asked for (E-140 to E-142).
pub(crate) fn cut(answer: Answer, viewer: &HeaderMap) -> Answer {
    let Some(range) = viewer.get(RANGE) else { return answer };
    if answer.status != StatusCode::OK || !if_range_holds(viewer, &answer.headers) {
        return answer;
    }
    // E-141: while it comes in without a length nobody knows what the ranges are of.
    let Some(total) = answer.body.size_hint().exact() else { return answer };
    match wanted(range.as_bytes(), total) {
        Wanted::All => answer,
        Wanted::Nothing => unsatisfiable(answer, total),
        Wanted::Chunks(chunks) => match chunks.as_slice() {
            [only] => single(answer, *only, total),
            several => multiple(answer, several, total),
        },
    }
}

/// Reads a `Range` header against a body of `total` bytes.
pub(crate) fn wanted(header: &[u8], total: u64) -> Wanted {
    let Some(ranges) =
        std::str::from_utf8(header).ok().and_then(|header| header.trim().strip_prefix("bytes="))
    else {
        return Wanted::All;
    };
    let mut chunks: Vec<Chunk> = Vec::new();
    for item in ranges.split(',') {
        let Some((from, to)) = item.trim().split_once('-') else { return Wanted::All };
        let number = |text: &str| {
            (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| text.parse::<u64>().unwrap_or(u64::MAX))
        };
        let (start, end) = match (number(from), number(to)) {
            (Some(first), Some(last)) if first <= last => (first, last.saturating_add(1).min(total)),
            (Some(first), None) if to.is_empty() => (first, total),
            (None, Some(count)) if from.is_empty() => (total.saturating_sub(count), total),
            _ => return Wanted::All,
        };
        if start >= end {
            continue;
        }
        if chunks.last().is_some_and(|before| start < before.start + before.length) || chunks.len() == CHUNKS
        {
            return Wanted::All;
        }
        chunks.push(Chunk { start, length: end - start });
    }
    if chunks.is_empty() { Wanted::Nothing } else { Wanted::Chunks(chunks) }
}

/// Whether the viewer's part is one of this very answer: a strong tag, or the date to the second.
fn if_range_holds(viewer: &HeaderMap, stored: &HeaderMap) -> bool {
    let Some(condition) = viewer.get(IF_RANGE) else { return true };
    let condition = condition.as_bytes();
    if condition.starts_with(b"\"") {
        return stored.get(ETAG).is_some_and(|tag| tag.as_bytes() == condition);
    }
    match (date::parse(condition), stored.get(LAST_MODIFIED)) {
        (Some(asked), Some(modified)) => date::parse(modified.as_bytes()) == Some(asked),
        _ => false,
    }
}

fn unsatisfiable(mut answer: Answer, total: u64) -> Answer {
    detach(&answer.body);
    answer.status = StatusCode::RANGE_NOT_SATISFIABLE;
    answer.cache = CacheResult::Error;
    answer.body = AnswerBody::empty();
    answer.headers.remove(CONTENT_LENGTH);
    set(&mut answer.headers, &format!("bytes */{total}"));
    answer
}

fn single(mut answer: Answer, chunk: Chunk, total: u64) -> Answer {
    answer.status = StatusCode::PARTIAL_CONTENT;
    answer.headers.remove(CONTENT_LENGTH);
    set(&mut answer.headers, &format!("bytes {}-{}/{total}", chunk.start, chunk.start + chunk.length - 1));
    answer.body = match answer.body {
        AnswerBody::Whole(bytes) => AnswerBody::Whole(bytes.slice(usize_range(chunk))),
        AnswerBody::Shared(reader) => {
            reader.detach();
            AnswerBody::Part(Part { reader, skip: chunk.start, left: chunk.length })
        }
        other => other,
    };
    answer
}

/// `multipart/byteranges` (RFC 9110, 14.6). Only of what is at hand: while it still comes in, the
/// whole is sent.
fn multiple(mut answer: Answer, chunks: &[Chunk], total: u64) -> Answer {
    let AnswerBody::Whole(bytes) = &answer.body else { return answer };
    let kind = answer.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let mut body = BytesMut::new();
    for &chunk in chunks {
        let last = chunk.start + chunk.length - 1;
        let head = format!(
            "\r\n--{BOUNDARY}\r\nContent-Type: {kind}\r\nContent-Range: bytes {}-{last}/{total}\r\n\r\n",
            chunk.start
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&bytes[usize_range(chunk)]);
    }
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    answer.status = StatusCode::PARTIAL_CONTENT;
    answer.headers.remove(CONTENT_LENGTH);
    let kind = format!("multipart/byteranges; boundary={BOUNDARY}");
    if let Ok(kind) = HeaderValue::from_str(&kind) {
        answer.headers.insert(CONTENT_TYPE, kind);
    }
    answer.body = AnswerBody::Whole(body.freeze());
    answer
}

fn set(headers: &mut HeaderMap, content_range: &str) {
    if let Ok(value) = HeaderValue::from_str(content_range) {
        headers.insert(CONTENT_RANGE, value);
    }
}

fn detach(body: &AnswerBody) {
    if let AnswerBody::Shared(reader) = body {
        reader.detach();
    }
}

/// A whole body is in memory, so that its places fit.
fn usize_range(chunk: Chunk) -> std::ops::Range<usize> {
    let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    place(chunk.start)..place(chunk.start + chunk.length)
}

/// A part of a body that still comes in.
#[derive(Debug)]
pub(crate) struct Part {
    reader: Reader,
    skip: u64,
    left: u64,
}

impl Body for Part {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let this = &mut *self;
        while this.left > 0 {
            let frame = match Pin::new(&mut this.reader).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => frame,
                other => return other,
            };
            let Ok(mut data) = frame.into_data() else { continue };
            let skipped = data.len().min(usize::try_from(this.skip).unwrap_or(usize::MAX));
            let _ = data.split_to(skipped);
            this.skip -= skipped as u64;
            data.truncate(usize::try_from(this.left).unwrap_or(usize::MAX));
            if !data.is_empty() {
                this.left -= data.len() as u64;
                return Poll::Ready(Some(Ok(Frame::data(data))));
            }
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// More parts than a reader of documents asks for are an attack.
const CHUNKS: usize = 32;
const BOUNDARY: &str = "CloudFront-Part-6b1d9e9f";

#[cfg(test)]
mod tests;
