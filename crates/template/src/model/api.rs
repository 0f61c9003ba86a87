//! HTTP and REST APIs: their stages, and which function each route calls.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{InvokeMode, Position};

/// An `AWS::Serverless::HttpApi`, or the implicit `ServerlessHttpApi`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpApi {
    /// Its name in the template.
    pub logical_id: String,
    /// Ten lower-case letters and digits.
    pub api_id: String,
    /// `ID.execute-api.REGION.amazonaws.com`.
    pub domain_name: String,
    /// At least one.
    pub stages: Vec<Stage>,
    /// In the template's order.
    pub routes: Vec<Route>,
    /// What browsers of other origins may do.
    pub cors: Option<Cors>,
    /// `DisableExecuteApiEndpoint`: the domain name above answers nobody.
    pub endpoint_disabled: bool,
    /// `Domain`: names of its own.
    pub domains: Vec<ApiDomain>,
    /// Where it, or the first event that brings it, is written.
    pub position: Position,
}

/// A stage: `$default`, or a name that the path starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// `$default` or for instance `dev`.
    pub name: String,
    /// Stage variables.
    pub variables: BTreeMap<String, String>,
    /// `DefaultRouteSettings`, if they limit requests.
    pub throttling: Option<Throttling>,
    /// `RouteSettings`: what single routes have instead, by key.
    pub route_throttling: BTreeMap<String, Throttling>,
    /// The format of `AccessLogSettings`.
    pub access_log_format: Option<String>,
}

/// How fast requests may come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Throttling {
    /// `ThrottlingRateLimit`, requests a second; finite.
    pub rate: f64,
    /// `ThrottlingBurstLimit`, requests.
    pub burst: u32,
}

/// The rate is finite, so it equals itself.
impl Eq for Throttling {}

/// A host name that an API is reached by, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiDomain {
    /// `www.example.com`.
    pub name: String,
    /// `BasePath`: the first segments of the path; `None` for the root.
    pub base_path: Option<String>,
}

/// One route of an HTTP API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// `ANY /{proxy+}`, `GET /`, `$default`.
    pub key: String,
    /// The function's logical id.
    pub function: String,
    /// The shape of the event.
    pub payload_format: PayloadFormat,
    /// How long the API waits: 50 ms to 30 s.
    pub timeout: Duration,
    /// What keeps strangers out in AWS: `JWT authorizer "Users"`. It does not run on this machine.
    pub guard: Option<String>,
    /// Where it is written.
    pub position: Position,
}

/// `PayloadFormatVersion`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PayloadFormat {
    /// `1.0`, as REST APIs have it.
    Version1,
    /// `2.0`.
    #[default]
    Version2,
}

/// `CorsConfiguration` of an HTTP API, `Cors` of a function URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cors {
    /// `AllowOrigins`.
    pub allow_origins: Vec<String>,
    /// `AllowMethods`.
    pub allow_methods: Vec<String>,
    /// `AllowHeaders`.
    pub allow_headers: Vec<String>,
    /// `ExposeHeaders`.
    pub expose_headers: Vec<String>,
    /// `AllowCredentials`.
    pub allow_credentials: bool,
    /// `MaxAge`, in seconds.
    pub max_age: Option<u32>,
}

/// An `AWS::Serverless::Api`, or the implicit `ServerlessRestApi`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestApi {
    /// Its name in the template.
    pub logical_id: String,
    /// Ten lower-case letters and digits.
    pub api_id: String,
    /// `ID.execute-api.REGION.amazonaws.com`.
    pub domain_name: String,
    /// Its one stage: `Prod`, or what `StageName` says.
    pub stage: Stage,
    /// `Domain`: names of its own.
    pub domains: Vec<ApiDomain>,
    /// In the template's order.
    pub routes: Vec<RestRoute>,
    /// Media types whose bodies are handed over as base64.
    pub binary_media_types: Vec<String>,
    /// `Cors`: what the API answers to `OPTIONS` by itself.
    pub cors: Option<RestCors>,
    /// Where it, or the first event that brings it, is written.
    pub position: Position,
}

/// `Cors` of a REST API: header values, without the single quotes that SAM wants around them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestCors {
    /// `AllowOrigin`, `*` if it is left out.
    pub allow_origin: String,
    /// `AllowMethods`; `None`: those that the path has.
    pub allow_methods: Option<String>,
    /// `AllowHeaders`.
    pub allow_headers: Option<String>,
    /// `MaxAge`.
    pub max_age: Option<String>,
    /// `AllowCredentials`.
    pub allow_credentials: bool,
}

/// One method of a REST API's resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestRoute {
    /// `ANY` or a method in upper case.
    pub method: String,
    /// `/{proxy+}`.
    pub path: String,
    /// The function's logical id.
    pub function: String,
    /// What keeps strangers out in AWS. It does not run on this machine.
    pub guard: Option<String>,
    /// `ResponseTransferMode`.
    pub invoke_mode: InvokeMode,
    /// Where it is written.
    pub position: Position,
}
