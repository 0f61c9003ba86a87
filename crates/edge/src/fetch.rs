//! An origin request sent to what answers for its origin, in the process or over the network, within
//! the origin's limits of time.

use std::io;
use std::time::Duration;

use access::Peer;
use bucket::ReadRequest;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST, VIA};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Version};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty};
use percent_encoding::percent_decode_str;
use telemetry::TraceContext;

use crate::answer::{Dress, X_AMZ_CF_ID};
use crate::config::{OriginConfig, OriginKind};
use crate::external::{External, Failure};
use crate::forwarding::Forwarding;
use crate::origin::OriginTarget;
use crate::pages::{OwnError, UNSATISFIED};
use crate::patient::patient;
use crate::request::ViewerRequest;

/// One origin, ready to be asked.
#[derive(Debug)]
pub(crate) struct Origin {
    config: OriginConfig,
    custom_headers: Vec<(HeaderName, HeaderValue)>,
    external: External,
}

/// A request as one origin gets it.
#[derive(Debug)]
pub(crate) struct OriginRequest {
    pub method: Method,
    /// The viewer's raw path, `OriginPath` not yet before it.
    pub path: String,
    pub query: Option<String>,
    pub headers: HeaderMap,
    pub body: Option<UnsyncBoxBody<Bytes, io::Error>>,
    pub peer: Peer,
    pub trace: TraceContext,
}

impl OriginRequest {
    /// What `viewer`'s request becomes by `forwarding`'s rules.
    pub(crate) fn new(
        viewer: &mut ViewerRequest,
        forwarding: &Forwarding,
        origin: &Origin,
        dress: &Dress,
        secret: Option<&str>,
    ) -> Self {
        let body = viewer.body.take();
        let mut headers = forwarding.origin_headers(&viewer.viewed(), &origin.config.domain_name);
        for line in viewer.headers.get_all(VIA) {
            headers.append(VIA, line.clone());
        }
        headers.append(VIA, dress.via(viewer.version).clone());
        headers.insert(X_AMZ_CF_ID, viewer.request_id.clone());
        if let Some(length) = viewer.headers.get(CONTENT_LENGTH)
            && body.is_some()
        {
            headers.insert(CONTENT_LENGTH, length.clone());
        }
        for (name, value) in &origin.custom_headers {
            headers.insert(name.clone(), value.clone());
        }
        // Last: the functions of this run believe this run's secret, whatever the template deploys.
        if let Some(secret) = secret
            && matches!(origin.config.target, OriginTarget::HttpApi(_) | OriginTarget::Service(_))
        {
            tell_who_the_viewer_is(viewer, secret, &mut headers);
        }
        Self {
            method: viewer.method.clone(),
            path: viewer.path.clone(),
            query: forwarding.origin_query(viewer.query.as_deref()).map(std::borrow::Cow::into_owned),
            headers,
            body,
            peer: viewer.peer,
            trace: TraceContext { parent: Some(viewer.span), ..viewer.trace },
        }
    }

    /// The same for another origin: its name, its own headers.
    pub(crate) fn readdressed(&self, from: &Origin, to: &Origin) -> Self {
        let mut request = self.again();
        for (name, _) in &from.custom_headers {
            request.headers.remove(name);
        }
        for (name, value) in &to.custom_headers {
            request.headers.insert(name.clone(), value.clone());
        }
        let has_first_name = request.headers.get(HOST).is_some_and(|host| host == from.domain_name());
        if has_first_name && let Ok(host) = HeaderValue::from_str(to.domain_name()) {
            request.headers.insert(HOST, host);
        }
        request
    }

    /// The same once more; a body that is on its way cannot be sent twice.
    pub(crate) fn again(&self) -> Self {
        Self {
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            body: None,
            peer: self.peer,
            trace: self.trace,
        }
    }
}

/// The three headers that PHP believes beside the secret (design, "Who the viewer is"). A viewer's own
/// have been taken out.
fn tell_who_the_viewer_is(viewer: &ViewerRequest, secret: &str, headers: &mut HeaderMap) {
    let mut insert = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    insert("x-davy-host", viewer.host());
    insert("x-davy-address", &viewer.peer.address.ip().to_canonical().to_string());
    insert("x-davy-proto", if viewer.peer.secure { "https" } else { "http" });
    insert("x-davy-origin-secret", secret);
}

impl Origin {
    pub(crate) fn new(config: OriginConfig) -> Self {
        let custom_headers = config
            .origin_custom_headers
            .iter()
            .filter_map(|(name, value)| Some((name.parse().ok()?, value.parse().ok()?)))
            .collect();
        let external = External::new(&config);
        Self { config, custom_headers, external }
    }

    /// Its `Host`, unless the viewer's is forwarded.
    pub(crate) fn domain_name(&self) -> &str {
        &self.config.domain_name
    }

    /// How long is waited for the next piece of an answer.
    pub(crate) fn read_timeout(&self) -> Duration {
        match &self.config.kind {
            OriginKind::S3 => READ_TIMEOUT,
            OriginKind::Custom(custom) => custom.origin_read_timeout,
        }
    }

    /// Asks it. An error is the edge's own answer: 502 or 504 (E-156).
    pub(crate) async fn fetch(
        &self,
        mut request: OriginRequest,
    ) -> Result<Response<UnsyncBoxBody<Bytes, io::Error>>, OwnError> {
        let repeatable = matches!(request.method, Method::GET | Method::HEAD);
        let attempts = if repeatable { self.config.connection_attempts.clamp(1, 3) } else { 1 };
        let mut left = attempts;
        loop {
            left -= 1;
            let next = (left > 0).then(|| request.again());
            match (self.ask(request).await, next) {
                (Ok(response), _) => return Ok(response),
                (Err(failure), Some(next)) if failure.may_pass() => request = next,
                (Err(failure), _) => return Err(self.own_error(&failure)),
            }
        }
    }

    async fn ask(
        &self,
        request: OriginRequest,
    ) -> Result<Response<UnsyncBoxBody<Bytes, io::Error>>, Failure> {
        let answering = async {
            Ok(match &self.config.target {
                OriginTarget::Bucket { buckets, name, identity } => {
                    buckets.read(self.read_request(name, request), identity).await
                }
                OriginTarget::HttpApi(api) => api.serve(self.http_request(request)?).await,
                OriginTarget::Service(service) => service.serve(self.http_request(request)?).await,
                OriginTarget::External => {
                    let response = self.external.send(self.http_request(request)?).await?;
                    response.map(|body| patient(body, self.read_timeout()))
                }
            })
        };
        tokio::time::timeout(self.read_timeout(), answering).await.unwrap_or(Err(Failure::ReadTimeout))
    }

    fn read_request(&self, bucket: &str, request: OriginRequest) -> ReadRequest {
        let path = format!("{}{}", self.config.origin_path, request.path);
        let key = path.strip_prefix('/').unwrap_or(&path);
        ReadRequest {
            bucket: bucket.to_owned(),
            key: percent_decode_str(key).decode_utf8_lossy().into_owned(),
            method: request.method,
            headers: request.headers,
            peer: Some(request.peer),
            trace: Some(request.trace),
        }
    }

    fn http_request(
        &self,
        request: OriginRequest,
    ) -> Result<Request<UnsyncBoxBody<Bytes, io::Error>>, Failure> {
        let mut target = format!("{}{}", self.config.origin_path, request.path);
        if let Some(query) = &request.query {
            target.push('?');
            target.push_str(query);
        }
        let body =
            request.body.unwrap_or_else(|| Empty::new().map_err(|never| match never {}).boxed_unsync());
        let mut made = Request::builder()
            .method(request.method)
            .uri(target)
            .version(Version::HTTP_11)
            .body(body)
            .map_err(|error| Failure::Unsendable(error.to_string()))?;
        *made.headers_mut() = request.headers;
        made.extensions_mut().insert(request.peer);
        made.extensions_mut().insert(request.trace);
        Ok(made)
    }

    fn own_error(&self, failure: &Failure) -> OwnError {
        let name = &self.config.domain_name;
        let id = &self.config.id;
        match failure {
            Failure::ConnectTimeout => OwnError::new(
                StatusCode::GATEWAY_TIMEOUT,
                UNSATISFIED,
                format!(
                    "The origin {id} ({name}) did not accept a connection within {} s.",
                    self.config.connection_timeout.as_secs()
                ),
            ),
            Failure::ReadTimeout => OwnError::new(
                StatusCode::GATEWAY_TIMEOUT,
                UNSATISFIED,
                format!(
                    "The origin {id} ({name}) sent nothing within {} s (OriginReadTimeout).",
                    self.read_timeout().as_secs()
                ),
            ),
            Failure::Connect(why) | Failure::Untrusted(why) => OwnError::new(
                StatusCode::BAD_GATEWAY,
                UNSATISFIED,
                format!("CloudFront wasn't able to connect to the origin {id} ({name}): {why}."),
            ),
            Failure::Answer(why) | Failure::Unsendable(why) => OwnError::new(
                StatusCode::BAD_GATEWAY,
                UNSATISFIED,
                format!("The origin {id} ({name}) gave an answer that is no HTTP, or none: {why}."),
            ),
        }
    }
}

/// `OriginReadTimeout`, which S3 origins cannot set.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
