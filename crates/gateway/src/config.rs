//! What a template says about an HTTP API, resolved: the form in which the stack hands it over.

use std::collections::BTreeMap;
use std::time::Duration;

use access::Credentials;

pub use events::front_end::PayloadFormat;

/// One HTTP API. `HttpApiConfig { api_id, .., ..Default::default() }` names only what is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpApiConfig {
    /// The identifier in the API's host name: ten lower-case letters and digits in AWS.
    pub api_id: String,
    /// Its name in the template; spans and messages use it.
    pub logical_id: String,
    /// `us-east-1`
    pub region: String,
    /// Twelve digits.
    pub account: String,
    /// `API-ID.execute-api.REGION.amazonaws.com`, the host that it has in AWS.
    pub domain_name: String,
    /// Its stages; an API without one answers 404 to everything, as in AWS.
    pub stages: Vec<Stage>,
    /// Its routes, in any order: the most specific one wins.
    pub routes: Vec<Route>,
    /// `CorsConfiguration`
    pub cors: Option<Cors>,
    /// Custom domain names, each mapping to a stage.
    pub domains: Vec<DomainMapping>,
    /// `DisableExecuteApiEndpoint`: `domain_name` answers 404, the custom domains serve.
    pub endpoint_disabled: bool,
}

/// One REST API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestApiConfig {
    /// The identifier in the API's host name.
    pub api_id: String,
    /// Its name in the template; spans and messages use it.
    pub logical_id: String,
    /// `us-east-1`
    pub region: String,
    /// Twelve digits.
    pub account: String,
    /// `API-ID.execute-api.REGION.amazonaws.com`
    pub domain_name: String,
    /// Its stages: SAM makes one.
    pub stages: Vec<Stage>,
    /// The methods of its resources.
    pub methods: Vec<RestMethod>,
    /// `Cors`: what it answers to `OPTIONS` by itself.
    pub cors: Option<RestCors>,
    /// `BinaryMediaTypes`: what comes and goes as base64; slashes as they are, not `~1`.
    pub binary_media_types: Vec<String>,
    /// Custom domain names.
    pub domains: Vec<DomainMapping>,
}

/// `Cors` of a REST API: SAM makes an `OPTIONS` method out of it for every path. The function's own
/// answers must carry their headers themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestCors {
    /// `Access-Control-Allow-Origin`
    pub allow_origin: String,
    /// `Access-Control-Allow-Methods`; `None`: the path's own.
    pub allow_methods: Option<String>,
    /// `Access-Control-Allow-Headers`
    pub allow_headers: Option<String>,
    /// `Access-Control-Max-Age`
    pub max_age: Option<String>,
    /// `Access-Control-Allow-Credentials`
    pub allow_credentials: bool,
}

/// One method of a resource, with a Lambda proxy integration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestMethod {
    /// `ANY`, or a method in upper case.
    pub method: String,
    /// `/{proxy+}`
    pub path: String,
    /// The function's name, as `lambda` knows it.
    pub function: String,
    /// Who may call.
    pub authorization: Authorization,
    /// `ResponseTransferMode`
    pub transfer: Transfer,
}

/// `ResponseTransferMode` of a method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transfer {
    /// `BUFFERED`: the function returns a response as JSON.
    #[default]
    Buffered,
    /// `STREAM`: a prelude, and the body as it is.
    Streamed,
}

/// One Function URL.
#[derive(Clone, Debug)]
pub struct FunctionUrlConfig {
    /// The first label of its host: 32 lower-case letters and digits.
    pub url_id: String,
    /// Its name for spans and messages: the function's in the template.
    pub logical_id: String,
    /// The function's name, as `lambda` knows it.
    pub function: String,
    /// `us-east-1`
    pub region: String,
    /// Twelve digits.
    pub account: String,
    /// `URL-ID.lambda-url.REGION.on.aws`
    pub domain_name: String,
    /// `AuthType`
    pub authorization: UrlAuthorization,
    /// `InvokeMode`
    pub invoke_mode: InvokeMode,
    /// `Cors`
    pub cors: Option<Cors>,
    /// How long the URL waits; the function's own timeout ends an invocation before.
    pub patience: Duration,
}

/// `AuthType` of a Function URL.
#[derive(Clone, Debug)]
pub enum UrlAuthorization {
    /// `NONE`: anybody.
    None,
    /// `AWS_IAM`: whoever signs with one of these.
    AwsIam {
        /// Whose signatures are taken.
        callers: Vec<UrlCaller>,
    },
}

/// Somebody who may call a Function URL with `AWS_IAM`.
#[derive(Clone, Debug)]
pub struct UrlCaller {
    /// What he signs with.
    pub credentials: Credentials,
    /// His ARN.
    pub arn: String,
    /// His unique identifier, `AIDA…` or the account's.
    pub id: String,
}

/// `InvokeMode` of a Function URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InvokeMode {
    /// `BUFFERED`: the function returns a response as JSON.
    #[default]
    Buffered,
    /// `RESPONSE_STREAM`: a prelude, and the body as it is.
    ResponseStream,
}

/// One stage of an API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stage {
    /// `$default`, or the first segment of every path that belongs to it.
    pub name: String,
    /// `StageVariables`
    pub variables: BTreeMap<String, String>,
    /// `DefaultRouteSettings`; `None` is AWS's own limit for an account.
    pub throttling: Option<Throttling>,
    /// `RouteSettings`: what one route key has instead.
    pub route_throttling: BTreeMap<String, Throttling>,
    /// `AccessLogSettings.Format`, with its `$context.…` variables.
    pub access_log_format: Option<String>,
}

/// How fast requests may come: a bucket of `burst` tokens that `rate` a second refill.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Throttling {
    /// `ThrottlingRateLimit`, requests a second.
    pub rate: f64,
    /// `ThrottlingBurstLimit`, requests.
    pub burst: u32,
}

/// Limits are numbers out of a template, never NaN.
impl Eq for Throttling {}

/// One route and where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// `$default`, or method and path: `ANY /{proxy+}`, `GET /users/{id}`.
    pub key: String,
    /// What answers.
    pub integration: Integration,
    /// Who may call.
    pub authorization: Authorization,
}

/// A Lambda proxy integration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integration {
    /// The function's name, as `lambda` knows it.
    pub function: String,
    /// The event's form.
    pub payload_format: PayloadFormat,
    /// `TimeoutInMillis`: 50 ms to 30 s.
    pub timeout: Duration,
}

/// Who may call a route.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Authorization {
    /// Anybody.
    #[default]
    None,
    /// An authorizer that does not run locally: the route refuses every request and says why,
    /// because answering it would let in whom AWS keeps out.
    Unsupported {
        /// What the template names: `JWT authorizer "Users"`.
        authorizer: String,
    },
}

/// `CorsConfiguration`. Empty lists and `None` are what the template leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cors {
    /// Origins: exact, `*`, `https://*` or `http://*`.
    pub allow_origins: Vec<String>,
    /// Methods, or `*`.
    pub allow_methods: Vec<String>,
    /// Header names, or `*`.
    pub allow_headers: Vec<String>,
    /// Header names that scripts may read.
    pub expose_headers: Vec<String>,
    /// How long a browser may keep the preflight's answer, in seconds.
    pub max_age: Option<u32>,
    /// Whether cookies may be sent.
    pub allow_credentials: bool,
}

/// A custom domain name's way to a stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DomainMapping {
    /// `www.example.com`
    pub domain_name: String,
    /// The stage that it shows.
    pub stage: String,
    /// `ApiMappingKey`: the first path segments, `None` for the domain's root.
    pub key: Option<String>,
}

impl Default for Integration {
    fn default() -> Self {
        Self { function: String::new(), payload_format: PayloadFormat::V2, timeout: LONGEST_TIMEOUT }
    }
}

/// The longest `TimeoutInMillis` that AWS takes, and its default.
pub const LONGEST_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a REST API waits for its function.
pub const REST_TIMEOUT: Duration = Duration::from_secs(29);
