//! A viewer's request as the distribution works on it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use access::Peer;
use bytes::Bytes;
use http::header::HOST;
use http::{HeaderMap, HeaderValue, Method, Request, Uri, Version};
use http_body_util::combinators::UnsyncBoxBody;
use telemetry::TraceContext;
use trace::{SegmentId, Timestamp, TraceHeader, TraceId};

use crate::forwarding::Viewed;
use crate::identifiers::Identifiers;

/// A viewer's request, taken apart.
#[derive(Debug)]
pub(crate) struct ViewerRequest {
    pub method: Method,
    pub version: Version,
    pub headers: HeaderMap,
    /// Raw, as the origin gets it; `/` may have become the default root object.
    pub path: String,
    pub query: Option<String>,
    /// Taken by the first who sends it on.
    pub body: Option<UnsyncBoxBody<Bytes, io::Error>>,
    pub peer: Peer,
    pub arrived: Timestamp,
    pub request_id: HeaderValue,
    /// The trace that it belongs to, with the span that this hop's own belongs under.
    pub trace: TraceContext,
    /// This hop's own span.
    pub span: SegmentId,
    /// Path and query as they came, for the record.
    pub asked_for: String,
}

impl ViewerRequest {
    pub(crate) fn new(
        request: Request<UnsyncBoxBody<Bytes, io::Error>>,
        arrived: Timestamp,
        identifiers: &Identifiers,
    ) -> Self {
        let (head, body) = request.into_parts();
        let peer = head.extensions.get::<Peer>().copied().unwrap_or(NOBODY);
        let trace = head.extensions.get::<TraceContext>().copied().unwrap_or_else(|| {
            // The first hop: a viewer's own trace goes on, else one begins.
            let header = head.headers.get("x-amzn-trace-id").and_then(|header| header.to_str().ok());
            let header = header.map(TraceHeader::parse).unwrap_or_default();
            TraceContext {
                trace: header.root.unwrap_or_else(|| TraceId::new(arrived, identifiers)),
                parent: header.parent,
                sampled: header.sampled,
            }
        });
        Self {
            path: path_of(&head.uri),
            query: head.uri.query().map(str::to_owned),
            asked_for: head
                .uri
                .path_and_query()
                .map_or_else(|| "/".to_owned(), |path| path.as_str().to_owned()),
            headers: with_host(head.headers, &head.uri),
            method: head.method,
            version: head.version,
            body: Some(body),
            peer,
            arrived,
            request_id: identifiers.request(),
            trace,
            span: SegmentId::new(identifiers),
        }
    }

    /// A request that the edge makes itself: a GET of that path, as the same viewer.
    pub(crate) fn derived(&self, path: &str) -> Self {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let mut headers = self.headers.clone();
        for name in [
            http::header::RANGE,
            http::header::IF_RANGE,
            http::header::IF_NONE_MATCH,
            http::header::IF_MODIFIED_SINCE,
            http::header::IF_MATCH,
            http::header::IF_UNMODIFIED_SINCE,
            http::header::CONTENT_TYPE,
            http::header::CONTENT_LENGTH,
        ] {
            headers.remove(name);
        }
        Self {
            method: Method::GET,
            version: self.version,
            headers,
            path: path.to_owned(),
            query: query.map(str::to_owned),
            body: None,
            peer: self.peer,
            arrived: self.arrived,
            request_id: self.request_id.clone(),
            trace: self.trace,
            span: self.span,
            asked_for: path.to_owned(),
        }
    }

    /// What the decisions look at.
    pub(crate) fn viewed(&self) -> Viewed<'_> {
        Viewed { method: &self.method, version: self.version, headers: &self.headers, peer: self.peer }
    }

    /// The `Host` that was asked.
    pub(crate) fn host(&self) -> &str {
        self.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
    }
}

fn path_of(uri: &Uri) -> String {
    match uri.path() {
        "" => "/".to_owned(),
        path => path.to_owned(),
    }
}

/// HTTP/2 and absolute URLs name the host in the URL; the rules look at `Host`.
fn with_host(mut headers: HeaderMap, uri: &Uri) -> HeaderMap {
    if let Some(authority) = uri.authority()
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        headers.insert(HOST, host);
    }
    headers
}

/// A request that no listener put a peer into.
const NOBODY: Peer =
    Peer { address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0), secure: false, local_port: 0 };
