//! The HTTP request inside an event.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::unsupported::{self, NotHttp};
use super::wire::{Entry, Pairs, Text, Wire, WireContext};
use super::{body, path, query};

/// What an event asks for.
#[derive(Debug)]
pub enum Event<'a> {
    /// An HTTP request.
    Http(Box<Request<'a>>),
    /// `{"warmer": true}`: nothing but being alive.
    Warmer,
}

/// An HTTP request as an event carries it; strings are as the event has them.
#[derive(Debug)]
pub struct Request<'a> {
    /// Who sent it and how the answer must look.
    pub form: Form,
    /// In upper case.
    pub method: Cow<'a, str>,
    /// As in the event: percent-decoded from an HTTP API in format 2.0, encoded otherwise.
    pub path: Cow<'a, str>,
    /// The query, as much of it as the event has.
    pub query: Query<'a>,
    /// In the event's order, cookies among them as one header.
    pub headers: Vec<Header<'a>>,
    /// Decoded; empty if there is none.
    pub body: Cow<'a, [u8]>,
    /// What else the event knows of the request.
    pub context: Context<'a>,
}

/// Who sent an event, and which maps it used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// The kind of front end.
    pub sender: Sender,
    /// Which header map the event had, and so which one the answer must have.
    pub maps: Maps,
}

/// The five front ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// HTTP API, payload format 2.0.
    HttpApi2,
    /// HTTP API, payload format 1.0.
    HttpApi1,
    /// REST API.
    RestApi,
    /// Function URL.
    FunctionUrl,
    /// Load balancer.
    LoadBalancer,
}

/// How an event holds repeated names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maps {
    /// Only `headers`.
    Single,
    /// `multiValueHeaders` as well or instead.
    Multi,
}

/// One header with all its values.
#[derive(Debug)]
pub struct Header<'a> {
    /// In the event's spelling.
    pub name: Cow<'a, str>,
    /// Never none.
    pub values: Values<'a>,
}

/// One or several values under a name.
#[derive(Debug)]
pub enum Values<'a> {
    /// The usual case, with no allocation.
    One(Cow<'a, str>),
    /// At least one.
    Many(Vec<Cow<'a, str>>),
}

/// A query as events give it.
#[derive(Debug)]
pub enum Query<'a> {
    /// As the viewer sent it (format 2.0).
    Raw(Cow<'a, str>),
    /// From the map with all values, in its order.
    Multi(Vec<Parameter<'a>>),
    /// From the map with the last values.
    Single(Vec<Parameter<'a>>),
}

/// One name and value of a query: decoded, but from a load balancer as sent.
#[derive(Debug)]
pub struct Parameter<'a> {
    /// The name.
    pub name: Cow<'a, str>,
    /// The value; empty also where there was none.
    pub value: Cow<'a, str>,
}

/// What else an event knows of its request.
#[derive(Debug, Default)]
pub struct Context<'a> {
    /// `requestContext`, as it stands in the event.
    pub json: Option<&'a RawValue>,
    /// The API's own host name.
    pub domain_name: Option<Cow<'a, str>>,
    /// The stage, unless it's `$default`.
    pub stage: Option<Cow<'a, str>>,
    /// `requestContext.protocol` (1.0).
    pub protocol: Option<Cow<'a, str>>,
    /// `requestContext.http.protocol` (2.0).
    pub http_protocol: Option<Cow<'a, str>>,
    /// The address of the front end's peer.
    pub source_ip: Option<Cow<'a, str>>,
}

/// Reads an event: UTF-8 JSON of at most 6 MiB.
///
/// Errors: [`NotHttp`] for everything that is no HTTP event; it names what was found.
/// Source: API Gateway developer guide, "Lambda proxy integrations"; Elastic Load Balancing, "Lambda
/// functions as targets".
pub fn read(event: &[u8]) -> Result<Event<'_>, NotHttp> {
    // Checked once as a whole, so that serde_json needn't check string by string.
    let text = std::str::from_utf8(event).map_err(|_| NotHttp::NotJson)?;
    let mut wire: Wire<'_> = serde_json::from_str(text).map_err(|error| unsupported::name(text, &error))?;
    if wire.warmer.is_some_and(|warmer| warmer.get() == "true") {
        return Ok(Event::Warmer);
    }
    let raw_context = wire.request_context.take();
    let context = raw_context
        .filter(|json| json.get().starts_with('{'))
        .and_then(|json| serde_json::from_str::<WireContext<'_>>(json.get()).ok())
        .unwrap_or_default();
    let sender = sender(&wire, &context);
    let query = query::from_wire(&mut wire, sender).map_err(|error| unsupported::name(text, &error))?;
    Request::from_wire(wire, sender, query, raw_context, context)
        .map(|request| Event::Http(Box::new(request)))
        .ok_or_else(|| unsupported::without_method(text))
}

impl<'a> Request<'a> {
    fn from_wire(
        mut wire: Wire<'a>,
        sender: Sender,
        query: Query<'a>,
        json: Option<&'a RawValue>,
        mut context: WireContext<'a>,
    ) -> Option<Self> {
        let http = context.http.take();
        let (http_method, http_protocol, http_source) =
            http.map_or((None, None, None), |http| (http.method, http.protocol, http.source_ip));
        let method = wire.http_method.take().or(http_method)?.0;
        let method = if method.bytes().any(|byte| byte.is_ascii_lowercase()) {
            Cow::Owned(method.to_ascii_uppercase())
        } else {
            method
        };
        let maps = if wire.multi_value_headers.is_some() { Maps::Multi } else { Maps::Single };
        let is_2 = sender.is_2();
        let path = if is_2 { wire.raw_path.take() } else { wire.path.take() };
        let mut headers = headers(wire.multi_value_headers.take().or(wire.headers.take()));
        if let Some(cookies) = wire.cookies.take().filter(|cookies| is_2 && !cookies.is_empty()) {
            headers.retain(|header| !header.name.eq_ignore_ascii_case("cookie"));
            headers.push(cookie_header(cookies));
        }
        let is_base64 = wire.is_base64_encoded == Some(true);
        Some(Self {
            form: Form { sender, maps },
            method,
            path: path.map_or(Cow::Borrowed("/"), |path| path.0),
            query,
            headers,
            body: body::decode(wire.body.map_or(Cow::Borrowed(""), |body| body.0), is_base64),
            context: Context {
                json,
                domain_name: context.domain_name.map(|name| name.0),
                stage: context.stage.map(|stage| stage.0).filter(|stage| stage != "$default"),
                protocol: context.protocol.map(|protocol| protocol.0),
                http_protocol: http_protocol.map(|protocol| protocol.0),
                source_ip: http_source
                    .or(context.identity.and_then(|identity| identity.source_ip))
                    .map(|address| address.0),
            },
        })
    }

    /// The path as it was in the viewer's request line, as far as the event lets know: encoded, with
    /// no query, without the stage that an HTTP API puts in front.
    pub fn target_path(&self) -> Cow<'_, str> {
        path::target(&self.path, self.form.sender, self.context.stage.as_deref())
    }

    /// The query without its `?`: as sent where the event has it, else written anew.
    pub fn query_string(&self) -> Cow<'_, str> {
        query::written(&self.query, self.form.sender)
    }

    /// The last value of the header of that name, which is given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().rev().find(|header| is_name(&header.name, name))?;
        Some(header.values.last())
    }
}

impl Values<'_> {
    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let (one, many) = match self {
            Self::One(value) => (Some(value), [].as_slice()),
            Self::Many(values) => (None, values.as_slice()),
        };
        one.into_iter().chain(many).map(AsRef::as_ref)
    }

    /// The first value.
    pub fn first(&self) -> &str {
        self.iter().next().unwrap_or_default()
    }

    /// The last value.
    pub fn last(&self) -> &str {
        match self {
            Self::One(value) => value,
            Self::Many(values) => values.last().map_or("", AsRef::as_ref),
        }
    }
}

/// Compares with a name in lower case, as which most front ends send theirs.
fn is_name(sent: &str, lower: &str) -> bool {
    sent.len() == lower.len() && (sent == lower || sent.eq_ignore_ascii_case(lower))
}

impl Sender {
    /// Whether it speaks payload format 2.0.
    pub(super) const fn is_2(self) -> bool {
        matches!(self, Self::HttpApi2 | Self::FunctionUrl)
    }
}

fn sender(wire: &Wire<'_>, context: &WireContext<'_>) -> Sender {
    let version = wire.version.as_ref().map(|version| version.0.trim());
    if version.is_some_and(|version| version == "2.0" || version.parse() == Ok(2.0)) {
        let domain = context.domain_name.as_ref().map_or("", |domain| &domain.0);
        return if domain.contains(".lambda-url.") { Sender::FunctionUrl } else { Sender::HttpApi2 };
    }
    match version {
        _ if context.elb.is_some() => Sender::LoadBalancer,
        Some(_) => Sender::HttpApi1,
        None => Sender::RestApi,
    }
}

fn headers(pairs: Option<Pairs<'_>>) -> Vec<Header<'_>> {
    let pairs = pairs.map(|pairs| pairs.0).unwrap_or_default();
    let header = |(name, value)| match value {
        Entry::One(value) => Some(Header { name, values: Values::One(value) }),
        Entry::Many(values) if !values.is_empty() => Some(Header { name, values: Values::Many(values) }),
        Entry::Many(_) | Entry::None => None,
    };
    pairs.into_iter().filter_map(header).collect()
}

fn cookie_header(cookies: Vec<Text<'_>>) -> Header<'_> {
    let mut joined = String::with_capacity(cookies.iter().map(|cookie| cookie.0.len() + 2).sum());
    for (index, cookie) in cookies.into_iter().enumerate() {
        if index > 0 {
            joined.push_str("; ");
        }
        joined.push_str(&cookie.0);
    }
    Header { name: Cow::Borrowed("cookie"), values: Values::One(Cow::Owned(joined)) }
}
