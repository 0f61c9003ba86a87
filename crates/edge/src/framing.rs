//! HTTP/1 requests on their way in, watched for what two readers might take for different messages: a
//! smuggled request is refused before anything has read it (RFC 9112, 2.2, 5.1, 5.2, 6.3, 7.1).
//!
//! ```text
//!        ┌────────────── next request ──────────────┐
//!   Head ┴─ Content-Length ─► Body ─────────────────┤
//!        └─ chunked ─► Size ─► Data ─► DataEnd ─┐   │
//!                       ▲ └─ 0 ─► Trailers ─────┼───┘
//!                       └───────────────────────┘
//! ```
//!
//! [`Framing`] knows no socket: bytes in, a verdict out. [`Guarded`] is a connection under it.

mod guarded;

pub use self::guarded::Guarded;

/// Follows the messages of one connection.
#[derive(Debug)]
pub struct Framing {
    state: State,
    /// The line so far, without its end.
    line: Vec<u8>,
    /// Whether a `\r` came that a `\n` has to follow.
    after_return: bool,
    head: Head,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A line of a request's head.
    Head,
    /// Bytes that a `Content-Length` announced.
    Body(u64),
    /// A chunk's size.
    Size,
    /// Bytes of a chunk.
    Data(u64),
    /// The line end after a chunk.
    DataEnd,
    /// A line after the last chunk.
    Trailers,
    /// HTTP/2, which frames its messages itself.
    Opaque,
}

/// What a head has said so far.
#[derive(Clone, Debug, Default)]
struct Head {
    has_request_line: bool,
    is_old: bool,
    length: Option<u64>,
    is_chunked: bool,
}

/// Why a message is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// A line ends in a bare `\n`, or has a `\r` in it.
    BareLineEnd,
    /// A NUL byte in the head.
    Nul,
    /// A header goes on in the next line, which HTTP/1.1 has given up.
    FoldedHeader,
    /// A header line without a name and a colon right after it.
    MalformedHeader,
    /// `Content-Length` that is no number, or two that differ.
    MalformedLength,
    /// `Content-Length` and `Transfer-Encoding` in one head.
    LengthAndEncoding,
    /// A `Transfer-Encoding` that is not `chunked`, or in HTTP/1.0, or twice.
    MalformedEncoding,
    /// A chunk whose size is no hexadecimal number, or whose end is not where it says.
    MalformedChunk,
    /// A line longer than any head may be.
    TooLong,
}

/// Where in the input the first refused message can be told; what is before it may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Bytes of the input that are in order.
    pub in_order: usize,
    /// What is wrong with the next.
    pub violation: Violation,
}

impl Default for Framing {
    fn default() -> Self {
        Self { state: State::Head, line: Vec::new(), after_return: false, head: Head::default() }
    }
}

impl Framing {
    /// Looks at the connection's next bytes. After an error there is nothing more to look at.
    pub fn inspect(&mut self, input: &[u8]) -> Result<(), Refused> {
        let mut at = 0;
        while at < input.len() {
            match self.state {
                State::Opaque => return Ok(()),
                State::Body(left) => {
                    let taken = portion(left, input.len() - at);
                    at += taken;
                    self.leave_body(left - taken as u64, State::Body, State::Head);
                }
                State::Data(left) => {
                    let taken = portion(left, input.len() - at);
                    at += taken;
                    self.leave_body(left - taken as u64, State::Data, State::DataEnd);
                }
                State::Head | State::Size | State::DataEnd | State::Trailers => {
                    let refused = |violation| Refused { in_order: at, violation };
                    if self.byte(input[at]).map_err(refused)? {
                        self.line_ended().map_err(refused)?;
                    }
                    at += 1;
                }
            }
        }
        Ok(())
    }

    fn leave_body(&mut self, left: u64, more: impl Fn(u64) -> State, then: State) {
        self.state = if left == 0 { then } else { more(left) };
    }

    /// Takes one byte of a line; says whether the line has ended.
    fn byte(&mut self, byte: u8) -> Result<bool, Violation> {
        match (byte, std::mem::take(&mut self.after_return)) {
            (b'\n', true) => return Ok(true),
            (b'\n', false) | (_, true) => return Err(Violation::BareLineEnd),
            (b'\r', false) => self.after_return = true,
            (0, false) => return Err(Violation::Nul),
            (_, false) if self.line.len() == LINE_BYTES => return Err(Violation::TooLong),
            (other, false) => self.line.push(other),
        }
        Ok(false)
    }

    fn line_ended(&mut self) -> Result<(), Violation> {
        let line = std::mem::take(&mut self.line);
        match self.state {
            State::Size => self.size(&line)?,
            State::DataEnd if line.is_empty() => self.state = State::Size,
            State::DataEnd => return Err(Violation::MalformedChunk),
            State::Trailers if line.is_empty() => self.state = State::Head,
            State::Trailers => drop(field(&line)?),
            _ => self.head_line(&line)?,
        }
        // The next line is written where this one was.
        self.line = line;
        self.line.clear();
        Ok(())
    }

    fn head_line(&mut self, line: &[u8]) -> Result<(), Violation> {
        if !self.head.has_request_line {
            // Empty lines before a request are to be borne (RFC 9112, 2.2).
            if !line.is_empty() {
                self.head.has_request_line = true;
                self.head.is_old = line.ends_with(b"HTTP/1.0");
                if line == b"PRI * HTTP/2.0" {
                    self.state = State::Opaque;
                }
            }
            return Ok(());
        }
        if line.is_empty() {
            self.state = match std::mem::take(&mut self.head) {
                Head { is_chunked: true, .. } => State::Size,
                Head { length: Some(length), .. } if length > 0 => State::Body(length),
                Head { .. } => State::Head,
            };
            return Ok(());
        }
        let (name, value) = field(line)?;
        if name.eq_ignore_ascii_case(b"content-length") {
            let length = number(value, 10).ok_or(Violation::MalformedLength)?;
            if self.head.length.is_some_and(|before| before != length) {
                return Err(Violation::MalformedLength);
            }
            self.head.length = Some(length);
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            if self.head.is_old || self.head.is_chunked || !value.eq_ignore_ascii_case(b"chunked") {
                return Err(Violation::MalformedEncoding);
            }
            self.head.is_chunked = true;
        }
        if self.head.is_chunked && self.head.length.is_some() {
            return Err(Violation::LengthAndEncoding);
        }
        Ok(())
    }

    fn size(&mut self, line: &[u8]) -> Result<(), Violation> {
        let digits = line.split(|&byte| byte == b';').next().unwrap_or_default();
        let size = number(digits.trim_ascii_end(), 16).ok_or(Violation::MalformedChunk)?;
        self.state = if size == 0 { State::Trailers } else { State::Data(size) };
        Ok(())
    }
}

/// The name and the value of a header line.
fn field(line: &[u8]) -> Result<(&[u8], &[u8]), Violation> {
    if line.starts_with(b" ") || line.starts_with(b"\t") {
        return Err(Violation::FoldedHeader);
    }
    let colon = line.iter().position(|&byte| byte == b':').ok_or(Violation::MalformedHeader)?;
    let name = &line[..colon];
    if name.is_empty() || name.iter().any(u8::is_ascii_whitespace) {
        return Err(Violation::MalformedHeader);
    }
    Ok((name, line[colon + 1..].trim_ascii()))
}

/// Digits and nothing else: no sign, no list.
fn number(text: &[u8], radix: u32) -> Option<u64> {
    let text =
        std::str::from_utf8(text).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u64::from_str_radix(text, radix).ok()
}

fn portion(left: u64, at_hand: usize) -> usize {
    usize::try_from(left).map_or(at_hand, |left| left.min(at_hand))
}

/// More than a whole head may have.
const LINE_BYTES: usize = 64 * 1024;

/// A fuzz target's body.
///
/// # Panics
/// If the verdict depends on how the bytes are cut.
pub fn fuzz_framing(data: &[u8]) {
    let whole = Framing::default().inspect(data).map_err(|refused| refused.violation);
    let mut framing = Framing::default();
    let piecewise = data.iter().try_for_each(|byte| framing.inspect(std::slice::from_ref(byte)));
    assert_eq!(whole, piecewise.map_err(|refused| refused.violation));
}

#[cfg(test)]
mod tests;
