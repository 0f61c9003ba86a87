//! An answer before it is a response: status, headers, and a body that may lie in a file.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Response, StatusCode};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, Full, StreamBody};
use tokio::io::AsyncReadExt as _;
use tokio_util::io::ReaderStream;

use crate::error::S3Error;
use crate::xml::Document;

/// What a call answers.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Empty,
    Bytes(Bytes),
    /// The next `length` bytes of `file`, from where it stands.
    File {
        file: File,
        length: u64,
    },
}

impl Answer {
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), content: Content::Empty }
    }

    pub(crate) fn xml(document: String) -> Self {
        Self::text("application/xml", document)
    }

    pub(crate) fn text(content_type: &'static str, text: String) -> Self {
        let mut answer = Self::empty(StatusCode::OK);
        answer.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        answer.content = Content::Bytes(text.into());
        answer
    }

    /// The bytes of `file` from `start`, `length` of them. It blocks: a small body is read now.
    pub(crate) fn file(status: StatusCode, mut file: File, start: u64, length: u64) -> io::Result<Self> {
        let mut answer = Self::of_length(status, length);
        file.seek(SeekFrom::Start(start))?;
        answer.content = match usize::try_from(length) {
            Ok(length) if length <= READ_AT_ONCE => {
                let mut bytes = vec![0; length];
                file.read_exact(&mut bytes)?;
                Content::Bytes(bytes.into())
            }
            _ => Content::File { file, length },
        };
        Ok(answer)
    }

    /// What [`Answer::file`] would say, without the bytes: HEAD.
    pub(crate) fn of_length(status: StatusCode, length: u64) -> Self {
        let mut answer = Self::empty(status);
        answer.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        answer
    }

    /// The document of a refusal (facts B-010). An answer to HEAD has no body, and a 304 neither.
    pub(crate) fn error(error: &S3Error, request_id: &str, host_id: &str) -> Self {
        if error.code.status == StatusCode::NOT_MODIFIED {
            return Self::empty(error.code.status);
        }
        let mut answer = Self::xml(Document::plain("Error", |xml| {
            xml.text("Code", error.code.name);
            xml.text("Message", &error.message);
            for (name, text) in &error.details {
                xml.text(name, text);
            }
            xml.text("RequestId", request_id);
            xml.text("HostId", host_id);
        }));
        answer.status = error.code.status;
        answer
    }

    /// With one more header; a value that no header may hold is left out.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        self.set(HeaderName::from_static(name), value);
        self
    }

    pub(crate) fn set(&mut self, name: HeaderName, value: impl AsRef<[u8]>) {
        if let Ok(value) = HeaderValue::from_bytes(value.as_ref()) {
            self.headers.insert(name, value);
        }
    }

    /// Without its body, as HEAD asks; the headers stay what GET's would be.
    #[must_use]
    pub(crate) fn without_body(mut self) -> Self {
        self.content = Content::Empty;
        self
    }

    /// How many bytes the body has.
    pub(crate) fn length(&self) -> u64 {
        match &self.content {
            Content::Empty => 0,
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::File { length, .. } => *length,
        }
    }

    pub(crate) fn into_response(self) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        let body = match self.content {
            Content::Empty => Empty::new().map_err(|never| match never {}).boxed_unsync(),
            Content::Bytes(bytes) => Full::new(bytes).map_err(|never| match never {}).boxed_unsync(),
            Content::File { file, length } => {
                let reader = tokio::fs::File::from_std(file).take(length);
                let stream = ReaderStream::with_capacity(reader, STREAM_BUFFER).map_ok(Frame::data);
                StreamBody::new(stream).boxed_unsync()
            }
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// Bytes that are read with the file's opening rather than streamed.
const READ_AT_ONCE: usize = 64 * 1024;
/// Bytes of a stream that are held at a time.
const STREAM_BUFFER: usize = 128 * 1024;
