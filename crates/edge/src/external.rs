//! Origins somewhere else: HTTP/1.1, with TLS where the origin wants it, over connections that are kept
//! for a while.

mod connector;

use std::error::Error as _;
use std::io;

use access::Peer;
use bytes::Bytes;
use http::uri::{Authority, Scheme};
use http::{Request, Response, Uri};
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use self::connector::{Connector, Untrusted};
use crate::config::{CustomOriginConfig, OriginConfig, OriginKind, OriginProtocolPolicy};

/// The way to one server.
#[derive(Debug)]
pub(crate) struct External {
    client: Client<Connector, UnsyncBoxBody<Bytes, io::Error>>,
    domain_name: String,
    custom: CustomOriginConfig,
}

/// Why an origin gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// No connection: refused, or no such name.
    Connect(String),
    /// No trust in its certificate; another attempt would meet the same.
    Untrusted(String),
    /// No connection in time.
    ConnectTimeout,
    /// Nothing came in time.
    ReadTimeout,
    /// What came is no answer.
    Answer(String),
    /// The request cannot be written as HTTP.
    Unsendable(String),
}

impl Failure {
    /// Whether another attempt may go better.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(self, Self::Connect(_) | Self::ConnectTimeout | Self::Answer(_))
    }
}

impl External {
    pub(crate) fn new(origin: &OriginConfig) -> Self {
        let custom = match &origin.kind {
            OriginKind::Custom(custom) => custom.clone(),
            OriginKind::S3 => CustomOriginConfig {
                origin_protocol_policy: OriginProtocolPolicy::MatchViewer,
                ..CustomOriginConfig::default()
            },
        };
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(custom.origin_keepalive_timeout)
            .pool_timer(TokioTimer::new())
            .build(Connector::new(origin.connection_timeout));
        Self { client, domain_name: origin.domain_name.clone(), custom }
    }

    pub(crate) async fn send(
        &self,
        mut request: Request<UnsyncBoxBody<Bytes, io::Error>>,
    ) -> Result<Response<UnsyncBoxBody<Bytes, io::Error>>, Failure> {
        let viewer_is_secure = request.extensions().get::<Peer>().is_some_and(|peer| peer.secure);
        *request.uri_mut() = self.target(request.uri(), viewer_is_secure)?;
        match self.client.request(request).await {
            Ok(response) => Ok(response.map(|body| body.map_err(io::Error::other).boxed_unsync())),
            Err(error) => Err(failure(&error)),
        }
    }

    /// E-070, E-071: the origin's scheme, name and port before the path.
    fn target(&self, path: &Uri, viewer_is_secure: bool) -> Result<Uri, Failure> {
        let secure = match self.custom.origin_protocol_policy {
            OriginProtocolPolicy::HttpOnly => false,
            OriginProtocolPolicy::HttpsOnly => true,
            OriginProtocolPolicy::MatchViewer => viewer_is_secure,
        };
        let (scheme, port) = if secure {
            (Scheme::HTTPS, self.custom.https_port)
        } else {
            (Scheme::HTTP, self.custom.http_port)
        };
        let unsendable = |error: &dyn std::fmt::Display| Failure::Unsendable(error.to_string());
        let authority: Authority =
            format!("{}:{port}", self.domain_name).parse().map_err(|error| unsendable(&error))?;
        let mut parts = path.clone().into_parts();
        parts.scheme = Some(scheme);
        parts.authority = Some(authority);
        Uri::from_parts(parts).map_err(|error| unsendable(&error))
    }
}

/// The deepest cause says most.
fn failure(error: &hyper_util::client::legacy::Error) -> Failure {
    let mut cause = error.source();
    let mut text = error.to_string();
    while let Some(deeper) = cause {
        if let Some(untrusted) = deeper.downcast_ref::<Untrusted>() {
            return Failure::Untrusted(untrusted.to_string());
        }
        let timed_out =
            deeper.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut);
        if timed_out && error.is_connect() {
            return Failure::ConnectTimeout;
        }
        text = deeper.to_string();
        cause = deeper.source();
    }
    if error.is_connect() { Failure::Connect(text) } else { Failure::Answer(text) }
}
