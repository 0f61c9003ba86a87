//! What a front end knows when it writes an event: the request, and the circumstances.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// An HTTP request, whole.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// `GET`
    pub method: &'a str,
    /// The path as it came over the wire, percent-encoded, with stage.
    pub path: &'a str,
    /// What follows the first `?`, as it came; empty if nothing does.
    pub query: &'a str,
    /// Header lines in order, names as the client wrote them.
    pub headers: &'a [(Cow<'a, str>, Cow<'a, str>)],
    /// The body, whole.
    pub body: &'a [u8],
}

/// The circumstances of a request: what the front end adds by itself.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// The API's account, twelve digits.
    pub account: &'a str,
    /// The API's identifier, or a Function URL's.
    pub api_id: &'a str,
    /// The host that the client asked for, without port.
    pub domain_name: &'a str,
    /// `$default`, or the stage's name.
    pub stage: &'a str,
    /// The stage's variables.
    pub stage_variables: &'a BTreeMap<String, String>,
    /// The path that was matched against routes: without a named stage, and on REST with one slash
    /// at its beginning however many came.
    pub route_path: &'a str,
    /// The route's key: `$default`, `ANY /{proxy+}`.
    pub route_key: &'a str,
    /// REST's identifier of the route: six characters.
    pub resource_id: &'a str,
    /// REST's identifier of what is deployed: six characters.
    pub deployment_id: &'a str,
    /// The route's variables.
    pub path_parameters: &'a [PathParameter<'a>],
    /// HTTP API: 16 characters that end in `=`. REST and Function URL: a UUID.
    pub request_id: &'a str,
    /// REST: 16 characters that end in `=`.
    pub extended_request_id: &'a str,
    /// The value of the event's `x-amzn-trace-id`.
    pub trace: &'a str,
    /// When the request came, in milliseconds since the Unix epoch.
    pub epoch_milliseconds: u64,
    /// Whom it came from.
    pub source: Source,
    /// Who signed it; `None` where nobody has to.
    pub caller: Option<IamCaller<'a>>,
}

/// One variable of a route: `{name}` or `{name+}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathParameter<'a> {
    /// `proxy`
    pub name: &'a str,
    /// The text that it stands for, percent-encoded as it came.
    pub value: &'a str,
}

/// The other end of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its address.
    pub address: IpAddr,
    /// The port that it connected to.
    pub port: u16,
    /// Whether it came over TLS.
    pub secure: bool,
}

/// Who signed a request to a Function URL with `AWS_IAM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IamCaller<'a> {
    /// `AKIA…`
    pub access_key: &'a str,
    /// Twelve digits.
    pub account: &'a str,
    /// The caller's unique identifier.
    pub caller_id: &'a str,
    /// The caller's ARN.
    pub arn: &'a str,
}

impl Request<'_> {
    /// The first value of a header; `name` in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_ref())
    }
}

impl Context<'_> {
    /// The first label of the host.
    pub(crate) fn domain_prefix(&self) -> &str {
        self.domain_name.split('.').next().unwrap_or_default()
    }

    /// The path of the route's key: `/{proxy+}` of `ANY /{proxy+}`.
    pub(crate) fn route_resource(&self) -> &str {
        self.route_key.split_once(' ').map_or(self.route_key, |(_, path)| path)
    }
}

impl Source {
    /// `https` or `http`.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }
}
