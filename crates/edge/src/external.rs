//! Origins somewhere else: HTTP/1.1 over connections that are kept for a while.

use std::error::Error as _;
use std::io;

use bytes::Bytes;
use http::uri::{Authority, Scheme};
use http::{Request, Response, Uri};
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::config::{CustomOriginConfig, OriginConfig, OriginKind, OriginProtocolPolicy};

/// The way to one server.
#[derive(Debug)]
pub(crate) struct External {
    client: Client<HttpConnector, UnsyncBoxBody<Bytes, io::Error>>,
    domain_name: String,
    custom: CustomOriginConfig,
}

/// Why an origin gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// No connection: refused, no such name, no trust in its certificate.
    Connect(String),
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
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(origin.connection_timeout));
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(custom.origin_keepalive_timeout)
            .pool_timer(hyper_util::rt::TokioTimer::new())
            .http1_preserve_header_case(false)
            .build(connector);
        Self { client, domain_name: origin.domain_name.clone(), custom }
    }

    pub(crate) async fn send(
        &self,
        mut request: Request<UnsyncBoxBody<Bytes, io::Error>>,
    ) -> Result<Response<UnsyncBoxBody<Bytes, io::Error>>, Failure> {
        *request.uri_mut() = self.target(request.uri())?;
        match self.client.request(request).await {
            Ok(response) => Ok(response.map(|body| body.map_err(io::Error::other).boxed_unsync())),
            Err(error) => Err(failure(&error)),
        }
    }

    fn target(&self, path: &Uri) -> Result<Uri, Failure> {
        let unsendable = |error: &dyn std::fmt::Display| Failure::Unsendable(error.to_string());
        let authority: Authority = format!("{}:{}", self.domain_name, self.custom.http_port)
            .parse()
            .map_err(|error| unsendable(&error))?;
        let mut parts = path.clone().into_parts();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(authority);
        Uri::from_parts(parts).map_err(|error| unsendable(&error))
    }
}

fn failure(error: &hyper_util::client::legacy::Error) -> Failure {
    let mut cause = error.source();
    let mut text = error.to_string();
    while let Some(deeper) = cause {
        if let Some(io) = deeper.downcast_ref::<io::Error>()
            && io.kind() == io::ErrorKind::TimedOut
            && error.is_connect()
        {
            return Failure::ConnectTimeout;
        }
        text = deeper.to_string();
        cause = deeper.source();
    }
    if error.is_connect() { Failure::Connect(text) } else { Failure::Answer(text) }
}
