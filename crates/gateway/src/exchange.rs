//! One request on its way through a front end: its identity, its span, and the two steps that all
//! front ends share, invoking the function and sending the reply.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use events::front_end::{
    self, Context, FrontEnd, Identifiers, Malformed, Refusal, Reply, Request, Source, Switches,
};
use http::header::HeaderValue;
use http::request::Parts;
use http::{HeaderName, Method, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use lambda::{Answer, Invocation, InvokeError, Streamed};
use telemetry::{Placement, RequestRecord, Telemetry, TraceContext, annotation};
use tokio::sync::mpsc;
use trace::{Clock, Entropy, Hop, Outcome, SegmentId, Span, Timestamp, TraceHeader, TraceId};

use crate::identifiers;
use crate::invoke::Invoke;
use crate::pieces::Pieces;
use crate::receive;
use crate::span::OpenSpan;

/// What every front end needs to serve.
pub(crate) struct Service {
    /// The API's name in the template.
    pub(crate) name: String,
    pub(crate) functions: Arc<dyn Invoke>,
    pub(crate) telemetry: Telemetry,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) switches: Switches,
}

/// One request under way.
pub(crate) struct Exchange<'s> {
    pub(crate) service: &'s Service,
    pub(crate) parts: Parts,
    pub(crate) source: Source,
    pub(crate) begun: Timestamp,
    /// 16 characters that end in `=`.
    pub(crate) extended_id: String,
    uuid: String,
    /// The host that the client asked for, without port; the API's own if he named none.
    pub(crate) host: String,
    trace: TraceContext,
    /// No other hop stands before this one: the viewer's request came in here.
    entered: bool,
    span: SegmentId,
    /// What the event and a REST answer say of the trace.
    trace_header: String,
    lineage: Option<String>,
    placement: Option<Placement>,
    /// How long the function took, as its caller saw it.
    pub(crate) integration_latency: Option<Duration>,
    /// What went wrong, for the span and for whoever watches.
    pub(crate) error: Option<String>,
}

/// Which function, and how long it may take.
pub(crate) struct Call<'a> {
    pub(crate) function: &'a str,
    pub(crate) patience: Duration,
    /// The invocation's identifier, if the event names it.
    pub(crate) request_id: Option<String>,
}

impl<'s> Exchange<'s> {
    pub(crate) fn begin(service: &'s Service, domain_name: &str, parts: Parts) -> Self {
        let begun = service.clock.now();
        let entropy = &*service.entropy;
        let sent = parts
            .headers
            .get("x-amzn-trace-id")
            .and_then(|value| value.to_str().ok())
            .map(TraceHeader::parse)
            .unwrap_or_default();
        let handed_on = parts.extensions.get::<TraceContext>().copied();
        let entered = handed_on.is_none();
        let trace = handed_on.unwrap_or_else(|| TraceContext {
            trace: sent.root.unwrap_or_else(|| TraceId::new(begun, entropy)),
            parent: sent.parent,
            sampled: sent.sampled,
        });
        // A client's own header goes on whole while it names this trace.
        let (trace_header, lineage) = if sent.root == Some(trace.trace) {
            (sent.to_string(), sent.lineage)
        } else {
            (TraceHeader { root: Some(trace.trace), ..TraceHeader::default() }.to_string(), None)
        };
        Self {
            service,
            source: receive::source(&parts),
            host: receive::host(&parts).unwrap_or(domain_name).to_owned(),
            parts,
            begun,
            extended_id: identifiers::extended(entropy),
            uuid: identifiers::uuid(entropy),
            trace,
            entered,
            span: SegmentId::new(entropy),
            trace_header,
            lineage,
            placement: None,
            integration_latency: None,
            error: None,
        }
    }

    /// The path as it came.
    pub(crate) fn path(&self) -> &str {
        // An absolute target without a path, and `*`, are no paths.
        let path = self.parts.uri.path();
        if path.starts_with('/') { path } else { "/" }
    }

    /// The query as it came.
    pub(crate) fn query(&self) -> &str {
        self.parts.uri.query().unwrap_or_default()
    }

    pub(crate) fn method(&self) -> &str {
        self.parts.method.as_str()
    }

    pub(crate) fn accept(&self) -> Option<&str> {
        self.parts.headers.get(http::header::ACCEPT).and_then(|value| value.to_str().ok())
    }

    /// The request's identifier in the event: an HTTP API has the short form alone.
    pub(crate) fn request_id(&self, front_end: &FrontEnd) -> &str {
        match front_end {
            FrontEnd::HttpApi(_) => &self.extended_id,
            FrontEnd::RestApi { .. } | FrontEnd::FunctionUrl | FrontEnd::LoadBalancer { .. } => &self.uuid,
        }
    }

    /// The event's `x-amzn-trace-id`.
    pub(crate) fn trace_header(&self) -> &str {
        &self.trace_header
    }

    /// The trace's identity as it goes on to whoever is asked next.
    fn traced(&self) -> TraceHeader {
        TraceHeader {
            root: Some(self.trace.trace),
            parent: Some(self.span),
            sampled: self.trace.sampled,
            lineage: self.lineage.clone(),
        }
    }

    /// Reads the body, or says why not.
    pub(crate) async fn receive(
        &mut self,
        body: UnsyncBoxBody<Bytes, io::Error>,
        limit: usize,
    ) -> Result<Bytes, Refusal> {
        receive::body(&self.parts.headers, body, limit).await.map_err(|error| match error {
            receive::BodyError::TooLarge => {
                self.explain(format!(
                    "the body has more than {limit} bytes, which is all that this API takes"
                ));
                Refusal::TooLarge
            }
            receive::BodyError::Broken(why) => {
                self.error = Some(format!("the viewer's body broke off: {why}"));
                Refusal::BrokenRequest
            }
        })
    }

    /// The request as the function's event.
    pub(crate) fn event(&self, front_end: &FrontEnd, context: &Context<'_>, body: &[u8]) -> Event {
        let headers = receive::header_lines(&self.parts);
        let (method, path, query) = (self.method(), self.path(), self.query());
        let request = Request { method, path, query, headers: &headers, body };
        let json = front_end::event(front_end, &request, context, &self.service.switches);
        Event { json, body_bytes: body.len() }
    }

    /// Runs the function and gives what it returned.
    pub(crate) async fn invoke(&mut self, call: &Call<'_>, event: Event) -> Result<Bytes, Refusal> {
        let sizes = event.sizes();
        let asked = self.service.clock.now();
        let answered = self.service.functions.invoke(self.invocation(call, event)).await;
        self.integration_latency = Some(self.service.clock.now().since(asked));
        let answer = answered.map_err(|error| self.not_invoked(&error, sizes))?;
        self.settle(call, answer)
    }

    /// The same; an answer that the function streams begins with the first piece of it.
    pub(crate) async fn invoke_streaming(
        &mut self,
        call: &Call<'_>,
        event: Event,
    ) -> Result<(Bytes, Option<mpsc::Receiver<Streamed>>), Refusal> {
        let sizes = event.sizes();
        let asked = self.service.clock.now();
        let answered = self.service.functions.invoke_streaming(self.invocation(call, event)).await;
        self.integration_latency = Some(self.service.clock.now().since(asked));
        let answered = answered.map_err(|error| self.not_invoked(&error, sizes))?;
        let payload = self.settle(call, answered.answer)?;
        Ok((payload, answered.stream))
    }

    fn invocation(&self, call: &Call<'_>, event: Event) -> Invocation {
        Invocation {
            trace: self.traced(),
            patience: call.patience,
            request_id: call.request_id.clone(),
            ..Invocation::new(call.function, event.json)
        }
    }

    fn settle(&mut self, call: &Call<'_>, answer: Answer) -> Result<Bytes, Refusal> {
        self.placement = Some(answer.placement);
        if answer.function_error.is_some() {
            return Err(self.failed(call.function, &String::from_utf8_lossy(&answer.payload)));
        }
        Ok(answer.payload)
    }

    /// Notes how the function failed. Its own log tells more; the viewer learns nothing of it.
    pub(crate) fn failed(&mut self, function: &str, how: &str) -> Refusal {
        self.error = Some(format!("function `{function}` failed: {}", cut(how)));
        Refusal::FunctionError
    }

    /// The reply that `payload` stands for; one that stands for none is refused and explained.
    pub(crate) fn interpret<'p>(
        &mut self,
        front_end: &FrontEnd,
        function: &str,
        payload: &'p Bytes,
    ) -> Reply<'p> {
        let read = front_end::interpret(front_end, payload, self.accept(), &self.service.switches);
        self.read(front_end, function, read)
    }

    /// The reply that a collected stream, or its beginning, stands for.
    pub(crate) fn interpret_stream<'p>(
        &mut self,
        front_end: &FrontEnd,
        function: &str,
        payload: &'p [u8],
    ) -> Reply<'p> {
        self.read(front_end, function, front_end::interpret_stream(front_end, payload))
    }

    fn read<'p>(
        &mut self,
        front_end: &FrontEnd,
        function: &str,
        read: Result<Reply<'p>, Malformed>,
    ) -> Reply<'p> {
        read.unwrap_or_else(|malformed| {
            self.explain(format!("what function `{function}` returned is no response here: {malformed}"));
            malformed.refusal().reply(front_end, &self.service.switches)
        })
    }

    /// Sends `reply`, whose body may be a part of the function's `payload`, and records the span.
    pub(crate) fn send(
        self,
        front_end: &FrontEnd,
        reply: Reply<'_>,
        payload: Option<&Bytes>,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        let mut reply = self.signed(front_end, reply);
        let body = match std::mem::take(&mut reply.body) {
            _ if self.parts.method == Method::HEAD => Bytes::new(),
            Cow::Borrowed(part) => shared(payload, part),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        self.span(front_end, reply.status).sent(body.len());
        self.response(&reply, Full::new(body).map_err(|never| match never {}).boxed_unsync())
    }

    /// Sends `reply`, whose body is the beginning of a longer one.
    pub(crate) fn send_streaming(
        self,
        front_end: &FrontEnd,
        reply: Reply<'_>,
        rest: mpsc::Receiver<Streamed>,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        let mut reply = self.signed(front_end, reply);
        // Nobody knows yet how long it will be.
        reply.headers.retain(|header| !header.name.eq_ignore_ascii_case("content-length"));
        let first = Some(Bytes::from(std::mem::take(&mut reply.body).into_owned()));
        let pieces = Pieces { first, rest, span: self.span(front_end, reply.status) };
        self.response(&reply, pieces.boxed_unsync())
    }

    fn signed<'p>(&self, front_end: &FrontEnd, reply: Reply<'p>) -> Reply<'p> {
        let request = self.request_id(front_end);
        let trace = self.traced().to_string();
        reply.signed(front_end, &Identifiers { request, extended: &self.extended_id, trace: &trace })
    }

    fn response(
        self,
        reply: &Reply<'_>,
        body: UnsyncBoxBody<Bytes, io::Error>,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        let mut response = Response::new(body);
        // `events` gives 200 to 599, and lines that HTTP can carry.
        *response.status_mut() =
            StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for header in &reply.headers {
            let name = HeaderName::from_bytes(header.name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(header.value.as_bytes())) {
                response.headers_mut().append(name, value);
            }
        }
        if let Some(placement) = self.placement {
            response.extensions_mut().insert(placement);
        }
        response
    }

    /// Notes what went wrong and tells whoever watches.
    pub(crate) fn explain(&mut self, why: String) {
        let notice = format!("{}: {} {}: {why}", self.service.name, self.method(), self.path());
        self.service.telemetry.notice(notice);
        self.error = Some(why);
    }

    fn not_invoked(&mut self, error: &InvokeError, sizes: Sizes) -> Refusal {
        match error {
            InvokeError::EventTooLarge { .. } => {
                let Sizes { body, event } = sizes;
                self.explain(format!(
                    "a body of {body} bytes makes an event of {event} bytes, and Lambda takes 6 MB ({limit}), here \
                     and in AWS. What is not text travels as base64, so about 4.5 MB of it fit: let larger files \
                     go straight into a bucket",
                    limit = lambda::PAYLOAD_LIMIT
                ));
                Refusal::TooLarge
            }
            InvokeError::Throttled { .. } => {
                self.explain(error.to_string());
                Refusal::Throttled
            }
            InvokeError::Timeout { .. } => {
                self.explain(format!("{error}, which is the integration's timeout"));
                Refusal::Timeout
            }
            // The stack ends: an API in AWS would say that it is not available.
            InvokeError::ShuttingDown => Refusal::Timeout,
            InvokeError::FunctionNotFound { .. } | InvokeError::Environment { .. } => {
                self.explain(error.to_string());
                Refusal::FunctionError
            }
        }
    }

    fn span(&self, front_end: &FrontEnd, status: u16) -> OpenSpan {
        let mut annotations = vec![
            (annotation::METHOD.to_owned(), self.method().to_owned()),
            (annotation::PATH.to_owned(), self.path().to_owned()),
            (annotation::STATUS.to_owned(), status.to_string()),
        ];
        if let Some(error) = &self.error {
            annotations.push((annotation::ERROR.to_owned(), error.clone()));
        }
        let span = Span {
            trace: self.trace.trace,
            id: self.span,
            parent: self.trace.parent,
            hop: Hop::Gateway,
            name: self.service.name.clone(),
            start: self.begun,
            end: self.begun,
            outcome: Outcome::of_status(status),
            annotations,
        };
        let Service { telemetry, clock, .. } = self.service;
        let request = self.entered.then(|| self.request(front_end, status));
        OpenSpan { span, request, telemetry: telemetry.clone(), clock: Arc::clone(clock) }
    }

    /// The request as this API's own entrance tells of it; it ends with its span.
    fn request(&self, front_end: &FrontEnd, status: u16) -> RequestRecord {
        let kind = match front_end {
            FrontEnd::HttpApi(_) => "httpapi",
            FrontEnd::RestApi { .. } => "restapi",
            FrontEnd::FunctionUrl => "url",
            FrontEnd::LoadBalancer { .. } => "loadbalancer",
        };
        let target = self.parts.uri.path_and_query();
        RequestRecord {
            at: self.begun,
            trace: self.trace.trace,
            entrance: format!("{kind}.{}", self.service.name),
            method: self.method().to_owned(),
            path: target.map_or_else(|| self.path().to_owned(), |target| target.as_str().to_owned()),
            status,
            duration: Duration::ZERO,
            bytes: 0,
            cache: None,
            placement: self.placement.clone(),
        }
    }
}

/// A function's event, and the size of the body that is in it.
pub(crate) struct Event {
    json: Vec<u8>,
    body_bytes: usize,
}

impl Event {
    fn sizes(&self) -> Sizes {
        Sizes { body: self.body_bytes, event: self.json.len() }
    }
}

/// Bytes of a request's body and of the event that was made of it.
#[derive(Clone, Copy)]
struct Sizes {
    body: usize,
    event: usize,
}

/// `part` without a copy if it lies within `payload`.
fn shared(payload: Option<&Bytes>, part: &[u8]) -> Bytes {
    match payload {
        Some(payload) if payload.as_ptr_range().contains(&part.as_ptr()) => payload.slice_ref(part),
        _ => Bytes::copy_from_slice(part),
    }
}

/// The first 300 characters.
fn cut(text: &str) -> String {
    text.chars().take(300).collect()
}
