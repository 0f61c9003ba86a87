//! The HTTP response that a front end sends.

use std::borrow::Cow;

use super::FrontEnd;
use super::headers::canonical;

/// A response; its header names are spelled as they go out over HTTP/1.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply<'a> {
    /// 200 to 599.
    pub status: u16,
    /// Header lines in order. What the listener writes (`Date`, `Connection`) is not among them.
    pub headers: Vec<Header>,
    /// The body; borrowed where the function's own bytes serve.
    pub body: Cow<'a, [u8]>,
}

/// One header line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// A token.
    pub name: String,
    /// Text without CR, LF or NUL.
    pub value: String,
}

/// The names that a front end gives an exchange in its response.
#[derive(Clone, Copy, Debug)]
pub struct Identifiers<'a> {
    /// The request's identifier, as in the event. On a Function URL Lambda's own.
    pub request: &'a str,
    /// REST: the other identifier, 16 characters.
    pub extended: &'a str,
    /// REST: the whole trace header.
    pub trace: &'a str,
}

impl<'a> Reply<'a> {
    pub(super) fn new(status: u16, content_type: &str, body: impl Into<Cow<'a, [u8]>>) -> Self {
        Self { status, headers: vec![Header::new("Content-Type", content_type)], body: body.into() }
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push(Header::new(name, value));
        self
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|header| header.name.eq_ignore_ascii_case(name))
    }

    /// With what `front_end` adds to every response.
    #[must_use]
    pub fn signed(mut self, front_end: &FrontEnd, identifiers: &Identifiers<'_>) -> Self {
        match front_end {
            FrontEnd::HttpApi(_) => {
                for header in &mut self.headers {
                    header.name = canonical(&header.name);
                }
                self.headers.push(Header::new("Apigw-Requestid", identifiers.request));
            }
            FrontEnd::RestApi { .. } => {
                self.headers.push(Header::new("x-amzn-RequestId", identifiers.request));
                self.headers.push(Header::new("x-amz-apigw-id", identifiers.extended));
                // Recorded: the gateway's own refusals carry no trace header.
                if !self.has(ERROR_TYPE) {
                    self.headers.push(Header::new("X-Amzn-Trace-Id", identifiers.trace));
                }
            }
            FrontEnd::FunctionUrl => self.headers.push(Header::new("x-amzn-RequestId", identifiers.request)),
            FrontEnd::LoadBalancer { .. } => {}
        }
        // 204 and 304 have no body and state no length (RFC 9110, 8.6).
        if !matches!(self.status, 204 | 304) {
            self.headers.push(Header::new("Content-Length", &self.body.len().to_string()));
        }
        self
    }
}

impl Header {
    /// A header line.
    pub fn new(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: value.to_owned() }
    }
}

/// Names the kind of an error on REST and Function URLs.
pub(super) const ERROR_TYPE: &str = "x-amzn-ErrorType";
