//! HTTP APIs, REST APIs and Function URLs: a request becomes a route, an event and an invocation,
//! and what the function returned becomes the response.
//!
//! ```text
//! request ─► addressing ─► routes ─► receive ─► events ─► invoke (lambda)
//!            stage, path   route     body       event         │ payload
//! response ◄──────────────── cors ◄──────────── events ◄──────┘
//! ```
//!
//! Invariant: nothing here knows the name of an event's field; that is `events`.
//! Invariant: route keys, formats and limits are read when an API is made, never for a request.

mod access_log;
mod addressing;
mod api;
mod config;
mod cors;
mod exchange;
#[cfg(test)]
mod fake;
mod function_url;
mod http_api;
mod identifiers;
mod invoke;
mod pieces;
mod receive;
mod refused;
mod rest_api;
mod routes;
mod signed;
mod span;
mod streaming;
mod throttle;

pub use config::{
    Authorization, Cors, DomainMapping, FunctionUrlConfig, HttpApiConfig, Integration, InvokeMode,
    LONGEST_TIMEOUT, PayloadFormat, REST_TIMEOUT, RestApiConfig, RestCors, RestMethod, Route, Stage,
    Throttling, Transfer, UrlAuthorization, UrlCaller,
};
pub use function_url::FunctionUrl;
pub use http_api::HttpApi;
pub use rest_api::RestApi;
pub use routes::RouteError;
