//! An answer on its way to the viewer: what the cache did, the headers that every answer gets, and the
//! record of it when its last byte is out.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, SET_COOKIE, TRAILER, TRANSFER_ENCODING, UPGRADE, VARY, VIA};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Version};
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use telemetry::Placement;

use crate::forwarding::{Forwarding, strip_connection};
use crate::range::Part;
use crate::relay::Reader;

/// What `X-Cache` says (E-130).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CacheResult {
    Hit,
    Miss,
    RefreshHit,
    Error,
    Redirect,
    FunctionGenerated,
    FunctionFailed,
}

impl CacheResult {
    /// The word in logs and statistics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Hit => "Hit",
            Self::Miss => "Miss",
            Self::RefreshHit => "RefreshHit",
            Self::Error => "Error",
            Self::Redirect => "Redirect",
            Self::FunctionGenerated => "FunctionGeneratedResponse",
            Self::FunctionFailed => "FunctionExecutionError",
        }
    }

    /// The header's value.
    pub(crate) const fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::FunctionFailed => "FunctionExecutionError from cloudfront",
            Self::Hit => "Hit from cloudfront",
            Self::Miss => "Miss from cloudfront",
            Self::RefreshHit => "RefreshHit from cloudfront",
            Self::Error => "Error from cloudfront",
            Self::Redirect => "Redirect from cloudfront",
            Self::FunctionGenerated => "FunctionGeneratedResponse from cloudfront",
        })
    }

    /// Any 4xx or 5xx is an error, wherever it comes from.
    pub(crate) fn of(self, status: StatusCode) -> Self {
        if status.is_client_error() || status.is_server_error() { Self::Error } else { self }
    }
}

/// An answer before it is dressed for the viewer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: AnswerBody,
    pub cache: CacheResult,
    /// How old what is shown is; `None` for what comes straight from the origin.
    pub age: Option<Duration>,
    /// How long it still holds; `None` if it isn't kept.
    pub fresh_for: Option<Duration>,
    /// Where a function ran for it.
    pub placement: Option<Placement>,
    /// What went wrong, for the span.
    pub error: Option<String>,
}

impl Answer {
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, body: AnswerBody, cache: CacheResult) -> Self {
        Self { status, headers, body, cache, age: None, fresh_for: None, placement: None, error: None }
    }
}

/// The bytes of an answer.
#[derive(Debug)]
pub(crate) enum AnswerBody {
    /// All of them, at hand.
    Whole(Bytes),
    /// Shared with others while it comes in.
    Shared(Reader),
    /// A part of what is shared.
    Part(Part),
    /// The origin's, passed through.
    Passed(UnsyncBoxBody<Bytes, io::Error>),
}

impl AnswerBody {
    pub(crate) fn empty() -> Self {
        Self::Whole(Bytes::new())
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match &mut *self {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Shared(reader) => Pin::new(reader).poll_frame(context),
            Self::Part(part) => Pin::new(part).poll_frame(context),
            Self::Passed(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_empty(),
            Self::Shared(reader) => reader.is_end_stream(),
            Self::Part(part) => part.is_end_stream(),
            Self::Passed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Shared(reader) => reader.size_hint(),
            Self::Part(part) => part.size_hint(),
            Self::Passed(body) => body.size_hint(),
        }
    }
}

/// An origin's headers as they are stored and shown: without what belongs to one connection, without
/// cookies that the behavior doesn't forward, and with the `Vary` that concerns the viewer
/// (E-104, E-111, E-136).
pub(crate) fn end_to_end(origin: &HeaderMap, forwarding: &Forwarding) -> HeaderMap {
    let mut headers = origin.clone();
    strip_connection(origin, &mut headers);
    for name in [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authentication-info",
        "proxy-connection",
        "te",
    ] {
        headers.remove(name);
    }
    headers.remove(TRAILER);
    headers.remove(UPGRADE);
    headers.remove(TRANSFER_ENCODING);
    if !forwarding.forwards_cookies() {
        headers.remove(SET_COOKIE);
    }
    for own in [X_CACHE, X_AMZ_CF_POP, X_AMZ_CF_ID] {
        headers.remove(own);
    }
    if headers.contains_key(VARY) {
        headers.remove(VARY);
        if let Some(vary) = viewers_vary(origin, forwarding) {
            headers.insert(VARY, vary);
        }
    }
    headers
}

/// E-104: the names that say something about the viewer's own request.
fn viewers_vary(origin: &HeaderMap, forwarding: &Forwarding) -> Option<HeaderValue> {
    let lines = origin.get_all(VARY).iter().filter_map(|line| line.to_str().ok());
    let names: Vec<&str> = lines
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .filter(|name| {
            name.eq_ignore_ascii_case("accept-encoding")
                || name.eq_ignore_ascii_case("cookie")
                || *name == "*"
                || name.parse::<HeaderName>().is_ok_and(|name| forwarding.forwards_header(&name))
        })
        .collect();
    if names.is_empty() { None } else { HeaderValue::from_str(&names.join(", ")).ok() }
}

/// What every answer of a distribution says about itself (E-131).
#[derive(Debug)]
pub(crate) struct Dress {
    via: [HeaderValue; 3],
    pop: HeaderValue,
    alt_svc: Option<HeaderValue>,
}

impl Dress {
    pub(crate) fn new(via: &str, advertises_http3: bool) -> Self {
        let value = |version: &str| {
            HeaderValue::from_str(&format!("{version} {via}.cloudfront.net (CloudFront)"))
                .unwrap_or_else(|_| HeaderValue::from_static("1.1 cloudfront"))
        };
        Self {
            via: [value("1.0"), value("1.1"), value("2.0")],
            // A place of its own: `LOC` is no airport that CloudFront serves from.
            pop: HeaderValue::from_static("LOC50-C1"),
            alt_svc: advertises_http3.then(|| HeaderValue::from_static("h3=\":443\"; ma=86400")),
        }
    }

    /// The `Via` of a request or an answer of that version.
    pub(crate) fn via(&self, version: Version) -> &HeaderValue {
        match version {
            Version::HTTP_10 => &self.via[0],
            Version::HTTP_2 => &self.via[2],
            _ => &self.via[1],
        }
    }

    /// Makes the response.
    pub(crate) fn put_on(
        &self,
        answer: Answer,
        version: Version,
        request_id: HeaderValue,
    ) -> (Response<()>, AnswerBody) {
        let mut response = Response::new(());
        *response.status_mut() = answer.status;
        let mut headers = answer.headers;
        headers.insert(X_CACHE, answer.cache.header());
        headers.append(VIA, self.via(version).clone());
        headers.insert(X_AMZ_CF_POP, self.pop.clone());
        headers.insert(X_AMZ_CF_ID, request_id);
        if let Some(alt_svc) = &self.alt_svc {
            headers.insert(ALT_SVC, alt_svc.clone());
        }
        if let Some(age) = answer.age {
            headers.insert(http::header::AGE, HeaderValue::from(age.as_secs()));
        }
        *response.headers_mut() = headers;
        if let Some(placement) = answer.placement {
            response.extensions_mut().insert(placement);
        }
        (response, answer.body)
    }
}

/// Makes the answer one to HEAD: the length stays, the body goes (E-135).
pub(crate) fn without_body(answer: &mut Answer) {
    if let Some(length) = answer.body.size_hint().exact()
        && !answer.headers.contains_key(CONTENT_LENGTH)
        && length > 0
    {
        answer.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    answer.body = AnswerBody::empty();
}

pub(crate) const X_CACHE: HeaderName = HeaderName::from_static("x-cache");
pub(crate) const X_AMZ_CF_ID: HeaderName = HeaderName::from_static("x-amz-cf-id");
const X_AMZ_CF_POP: HeaderName = HeaderName::from_static("x-amz-cf-pop");
const ALT_SVC: HeaderName = HeaderName::from_static("alt-svc");
