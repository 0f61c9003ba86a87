//! The aws-chunked form of a body: bytes in, data out, signatures and trailers verified on the way.
//!
//! ```text
//! 10000;chunk-signature=ad80…\r\n  <65,536 bytes>\r\n
//! 0;chunk-signature=b6c6…\r\n
//! x-amz-checksum-crc32:AAAAAA==\r\n
//! x-amz-trailer-signature:…\r\n
//! \r\n
//! ```

use sha2::{Digest as _, Sha256};

use access::signature::v4::ChunkSignatures;

use crate::error::{INCOMPLETE_BODY, INVALID_REQUEST, S3Error, SIGNATURE_DOES_NOT_MATCH};

/// Decodes one body.
#[derive(Debug)]
pub(crate) struct Decoder {
    state: State,
    /// A line that has not ended yet.
    line: Vec<u8>,
    signatures: Option<ChunkSignatures>,
    /// The signature that the present chunk says it has.
    claimed: String,
    hasher: Sha256,
    trailers: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A chunk's size and signature.
    Head,
    /// So many bytes of it are still to come.
    Data(u64),
    /// The line's end after the data.
    End,
    /// Lines of trailers, or the last, empty one.
    Trailers,
    Done,
}

impl Decoder {
    /// With `signatures` every chunk must be signed.
    pub(crate) fn new(signatures: Option<ChunkSignatures>) -> Self {
        Self {
            state: State::Head,
            line: Vec::new(),
            signatures,
            claimed: String::new(),
            hasher: Sha256::new(),
            trailers: Vec::new(),
        }
    }

    /// Takes `input` and hands every run of data in it to `data`.
    pub(crate) fn feed(&mut self, mut input: &[u8], mut data: impl FnMut(&[u8])) -> Result<(), S3Error> {
        while !input.is_empty() {
            match self.state {
                State::Data(left) => {
                    let count = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
                    let (piece, rest) = input.split_at(count);
                    if self.signatures.is_some() {
                        self.hasher.update(piece);
                    }
                    data(piece);
                    input = rest;
                    let left = left - piece.len() as u64;
                    self.state = if left == 0 { State::End } else { State::Data(left) };
                    if left == 0 {
                        self.verify_chunk()?;
                    }
                }
                // What follows the end is no part of the body.
                State::Done => return Err(malformed("bytes follow the last chunk")),
                State::Head | State::End | State::Trailers => {
                    let end = input.iter().position(|byte| *byte == b'\n');
                    let (piece, rest) = input.split_at(end.map_or(input.len(), |end| end + 1));
                    self.line.extend_from_slice(piece);
                    if self.line.len() > LONGEST_LINE {
                        return Err(malformed("a line is too long"));
                    }
                    input = rest;
                    if end.is_some() {
                        let line = std::mem::take(&mut self.line);
                        self.take_line(&line)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The trailers, if the body is complete.
    pub(crate) fn finish(mut self) -> Result<Vec<(String, String)>, S3Error> {
        // Some clients leave the last empty line out.
        if self.state == State::Trailers && self.line.is_empty() {
            self.end_trailers()?;
        }
        if self.state != State::Done {
            return Err(S3Error::new(INCOMPLETE_BODY));
        }
        Ok(self.trailers)
    }

    fn take_line(&mut self, line: &[u8]) -> Result<(), S3Error> {
        let line = std::str::from_utf8(line).map_err(|_| malformed("a line is not text"))?;
        let line = line.strip_suffix('\n').unwrap_or(line);
        let line = line.strip_suffix('\r').unwrap_or(line);
        match self.state {
            State::Head => self.begin_chunk(line),
            State::End if line.is_empty() => {
                self.state = State::Head;
                Ok(())
            }
            State::End => Err(malformed("a chunk is longer than its size")),
            _ if line.is_empty() => self.end_trailers(),
            _ => {
                let (name, value) =
                    line.split_once(':').ok_or_else(|| malformed("a trailer has no colon"))?;
                if self.trailers.len() == MOST_TRAILERS {
                    return Err(malformed("there are too many trailers"));
                }
                self.trailers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
                Ok(())
            }
        }
    }

    fn begin_chunk(&mut self, line: &str) -> Result<(), S3Error> {
        let (size, extension) = line.split_once(';').unwrap_or((line, ""));
        let size = size.trim();
        let digits = !size.is_empty() && size.bytes().all(|byte| byte.is_ascii_hexdigit());
        let size = if digits { u64::from_str_radix(size, 16).ok() } else { None };
        let size = size.ok_or_else(|| malformed("a chunk's size is not a hexadecimal number"))?;
        extension.trim().strip_prefix("chunk-signature=").unwrap_or_default().clone_into(&mut self.claimed);
        self.hasher = Sha256::new();
        if size == 0 {
            self.state = State::Trailers;
            return self.verify_chunk();
        }
        self.state = State::Data(size);
        Ok(())
    }

    fn verify_chunk(&mut self) -> Result<(), S3Error> {
        let Some(signatures) = &mut self.signatures else { return Ok(()) };
        let hash = std::mem::take(&mut self.hasher).finalize();
        if signatures.verify_chunk(&hash, &self.claimed) {
            return Ok(());
        }
        Err(S3Error::new(SIGNATURE_DOES_NOT_MATCH))
    }

    fn end_trailers(&mut self) -> Result<(), S3Error> {
        self.state = State::Done;
        let signature = self.trailers.iter().position(|(name, _)| name == TRAILER_SIGNATURE);
        let signature = signature.map(|position| self.trailers.remove(position).1);
        let Some(signatures) = &mut self.signatures else { return Ok(()) };
        if self.trailers.is_empty() && signature.is_none() {
            return Ok(());
        }
        let canonical =
            self.trailers.iter().fold(String::new(), |text, (name, value)| text + name + ":" + value + "\n");
        if signature.is_some_and(|signature| signatures.verify_trailers(&canonical, &signature)) {
            return Ok(());
        }
        Err(S3Error::new(SIGNATURE_DOES_NOT_MATCH))
    }
}

fn malformed(problem: &str) -> S3Error {
    S3Error::because(INVALID_REQUEST, format!("The aws-chunked body is malformed: {problem}."))
}

const TRAILER_SIGNATURE: &str = "x-amz-trailer-signature";
/// Bytes; a chunk's head has about 90, a trailer about 110.
const LONGEST_LINE: usize = 1_024;
const MOST_TRAILERS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] =
        b"5\r\nhello\r\n6;chunk-signature=x\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n";

    #[derive(Debug)]
    struct Decoded {
        data: Vec<u8>,
        trailers: Vec<(String, String)>,
    }

    fn decode(body: &[u8], step: usize) -> Result<Decoded, S3Error> {
        let (mut decoder, mut data) = (Decoder::new(None), Vec::new());
        for piece in body.chunks(step) {
            decoder.feed(piece, |piece| data.extend_from_slice(piece))?;
        }
        Ok(Decoded { data, trailers: decoder.finish()? })
    }

    #[test]
    fn a_body_is_the_same_however_it_is_cut() {
        for step in 1..BODY.len() {
            let Decoded { data, trailers } = decode(BODY, step).unwrap();
            assert_eq!(data, b"hello world");
            assert_eq!(trailers, [("x-amz-checksum-crc32".to_owned(), "DUoRhQ==".to_owned())]);
        }
    }

    #[test]
    fn a_body_that_ends_early_is_refused_wherever_it_ends() {
        let last = BODY.windows(4).position(|window| window == b"\r\n0\r").unwrap();
        for end in 0..last {
            assert_eq!(decode(&BODY[..end], 7).unwrap_err().code, INCOMPLETE_BODY, "{end}");
        }
    }

    #[test]
    fn what_is_malformed_is_named() {
        for body in [
            "x\r\n",
            "-1\r\n",
            "5\r\nhello!\r\n",
            "0\r\nno colon\r\n",
            "0\r\n\r\nmore",
            "ffffffffffffffffff\r\n",
        ] {
            assert_eq!(decode(body.as_bytes(), 3).unwrap_err().code, INVALID_REQUEST, "{body:?}");
        }
        assert_eq!(decode(&[b'1'; 2_000], 100).unwrap_err().code, INVALID_REQUEST);
    }
}
