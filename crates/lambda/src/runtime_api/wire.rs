//! HTTP/1.1 requests out of bytes, with no socket: heads, bodies of known length, chunks, trailers.
//!
//! Hand-made on `httparse`, because every invocation passes here twice: a round costs a tenth of
//! what a general server's does.

#[cfg(test)]
mod tests;

use bytes::{Buf, Bytes, BytesMut};

/// Takes requests apart as their bytes come.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    /// What has been read and not yet understood.
    pub(crate) buffer: BytesMut,
    body: Body,
}

/// A request without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// Whether the client waits for `100 Continue`, as curl does with larger bodies.
    pub(crate) expects_continue: bool,
}

/// A piece of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Bytes.
    Data(Bytes),
    /// The end, with the trailers.
    End(Vec<(String, String)>),
}

/// Bytes that are no HTTP request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

#[derive(Debug, Default)]
enum Body {
    #[default]
    None,
    /// So many bytes are still to come.
    Length(usize),
    /// The next is a chunk's size.
    ChunkSize,
    /// So many bytes of this chunk are still to come.
    Chunk(usize),
    /// The line break after a chunk.
    ChunkEnd,
    Trailers,
}

impl Head {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Wire {
    /// The next request's head; `None`: more bytes are needed.
    pub(crate) fn head(&mut self) -> Result<Option<Head>, Malformed> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut request = httparse::Request::new(&mut headers);
        let length = match request.parse(&self.buffer) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) if self.buffer.len() <= HEAD_MAX => return Ok(None),
            _ => return Err(Malformed),
        };
        let headers = pairs(request.headers)?;
        let head = Head {
            method: request.method.unwrap_or_default().to_owned(),
            path: request.path.unwrap_or_default().to_owned(),
            expects_continue: headers
                .iter()
                .any(|(name, value)| name == "expect" && value.eq_ignore_ascii_case("100-continue")),
            headers,
        };
        self.body = match (head.header("transfer-encoding"), head.header("content-length")) {
            (Some(encoding), None) if encoding.eq_ignore_ascii_case("chunked") => Body::ChunkSize,
            // Both, or another encoding: two readers could see two different ends.
            (Some(_), _) => return Err(Malformed),
            (None, Some(length)) => Body::Length(length.parse().map_err(|_| Malformed)?),
            (None, None) => Body::Length(0),
        };
        self.buffer.advance(length);
        Ok(Some(head))
    }

    /// The next piece of the body; `None`: more bytes are needed. After [`Piece::End`] the next
    /// head may come.
    pub(crate) fn piece(&mut self) -> Result<Option<Piece>, Malformed> {
        loop {
            match self.body {
                Body::None | Body::Length(0) => {
                    self.body = Body::None;
                    return Ok(Some(Piece::End(Vec::new())));
                }
                Body::Length(left) => {
                    return Ok(self.data(left).map(|data| {
                        self.body = Body::Length(left - data.len());
                        Piece::Data(data)
                    }));
                }
                Body::ChunkSize => match httparse::parse_chunk_size(&self.buffer) {
                    Ok(httparse::Status::Complete((length, size))) => {
                        self.buffer.advance(length);
                        let size = usize::try_from(size).map_err(|_| Malformed)?;
                        self.body = if size == 0 { Body::Trailers } else { Body::Chunk(size) };
                    }
                    Ok(httparse::Status::Partial) if self.buffer.len() <= HEAD_MAX => return Ok(None),
                    _ => return Err(Malformed),
                },
                Body::Chunk(left) => {
                    return Ok(self.data(left).map(|data| {
                        self.body =
                            if data.len() == left { Body::ChunkEnd } else { Body::Chunk(left - data.len()) };
                        Piece::Data(data)
                    }));
                }
                Body::ChunkEnd => match self.buffer.get(..2) {
                    None => return Ok(None),
                    Some(b"\r\n") => {
                        self.buffer.advance(2);
                        self.body = Body::ChunkSize;
                    }
                    Some(_) => return Err(Malformed),
                },
                Body::Trailers => return self.trailers(),
            }
        }
    }

    fn data(&mut self, most: usize) -> Option<Bytes> {
        let length = most.min(self.buffer.len());
        (length > 0).then(|| self.buffer.split_to(length).freeze())
    }

    fn trailers(&mut self) -> Result<Option<Piece>, Malformed> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        match httparse::parse_headers(&self.buffer, &mut headers) {
            Ok(httparse::Status::Complete((length, trailers))) => {
                let trailers = pairs(trailers)?;
                self.buffer.advance(length);
                self.body = Body::None;
                Ok(Some(Piece::End(trailers)))
            }
            // The error body travels in a trailer, and is as large as an error may be.
            Ok(httparse::Status::Partial) if self.buffer.len() <= TRAILERS_MAX => Ok(None),
            _ => Err(Malformed),
        }
    }
}

fn pairs(headers: &[httparse::Header<'_>]) -> Result<Vec<(String, String)>, Malformed> {
    let pair = |header: &httparse::Header<'_>| {
        let value = std::str::from_utf8(header.value).map_err(|_| Malformed)?;
        Ok((header.name.to_ascii_lowercase(), value.to_owned()))
    };
    headers.iter().map(pair).collect()
}

/// The fuzz target's body: nothing but a result, whatever comes.
pub fn fuzz_wire(data: &[u8]) {
    let mut wire = Wire { buffer: BytesMut::from(data), body: Body::None };
    while let Ok(Some(_)) = wire.head() {
        loop {
            match wire.piece() {
                Ok(Some(Piece::Data(_))) => {}
                Ok(Some(Piece::End(_))) => break,
                Ok(None) | Err(Malformed) => return,
            }
        }
    }
}

const HEADERS_MAX: usize = 64;
const HEAD_MAX: usize = 128 << 10;
const TRAILERS_MAX: usize = 1 << 20;
