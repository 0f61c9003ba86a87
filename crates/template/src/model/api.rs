//! HTTP and REST APIs: their stages, and which function each route calls.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Position;

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
    /// In the template's order.
    pub routes: Vec<RestRoute>,
    /// Media types whose bodies are handed over as base64.
    pub binary_media_types: Vec<String>,
    /// Where it, or the first event that brings it, is written.
    pub position: Position,
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
    /// Where it is written.
    pub position: Position,
}
