//! An HTTP API: stage, route, function, answer.

#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use events::front_end::{FrontEnd, PayloadFormat, Reply};
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use lambda::Lambda;
use telemetry::Telemetry;
use trace::{Clock, Entropy};

use crate::api::{Api, Blueprint, Target};
use crate::config::{Cors, HttpApiConfig, LONGEST_TIMEOUT, Route, Transfer};
use crate::exchange::Exchange;
use crate::invoke::Invoke;
use crate::routes::{RouteError, Selection};

/// An HTTP API that serves.
pub struct HttpApi {
    api: Api,
    cors: Option<Cors>,
}

impl HttpApi {
    /// An API that calls functions of `lambda`. An error names the route key that can't be.
    pub fn new(
        config: HttpApiConfig,
        lambda: Lambda,
        telemetry: Telemetry,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, RouteError> {
        Self::with_functions(config, Arc::new(lambda), telemetry, clock, entropy)
    }

    pub(crate) fn with_functions(
        config: HttpApiConfig,
        functions: Arc<dyn Invoke>,
        telemetry: Telemetry,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, RouteError> {
        let blueprint = Blueprint {
            api_id: config.api_id,
            logical_id: config.logical_id,
            account: config.account,
            domain_name: config.domain_name,
            endpoint_disabled: config.endpoint_disabled,
            stages: config.stages,
            domains: config.domains,
            targets: config.routes.into_iter().map(target).collect(),
            selection: Selection::Route,
        };
        let api = Api::new(blueprint, functions, telemetry, clock, entropy)?;
        Ok(Self { api, cors: config.cors })
    }

    /// Answers a request. Records the span of this hop; the invocation's are Lambda's.
    pub async fn serve(
        &self,
        request: Request<UnsyncBoxBody<Bytes, io::Error>>,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        let (parts, body) = request.into_parts();
        let uri = parts.uri.clone();
        let mut exchange = self.api.begin(parts);
        if let Some(reply) = self.preflight(&exchange, uri.path()) {
            return exchange.send(&ANY_FORMAT, reply, None);
        }
        let found = match self.api.find(&mut exchange, uri.path()) {
            Ok(found) => found,
            Err(refusal) => {
                let mut reply = refusal.reply(&ANY_FORMAT, &self.api.service.switches);
                self.dress(&exchange, &mut reply);
                return exchange.send(&ANY_FORMAT, reply, None);
            }
        };
        let payload = self.api.invoke(&found, &mut exchange, body).await;
        let mut reply = match &payload {
            Ok(payload) => exchange.interpret(&found.target.front_end, &found.target.function, payload),
            Err(reply) => reply.clone(),
        };
        self.dress(&exchange, &mut reply);
        self.api.log(&found, &exchange, &reply);
        exchange.send(&found.target.front_end, reply, payload.as_ref().ok())
    }

    fn preflight(&self, exchange: &Exchange<'_>, path: &str) -> Option<Reply<'static>> {
        let cors = self.cors.as_ref()?;
        let headers = &exchange.parts.headers;
        let reply = cors.preflight(exchange.method(), headers, &self.api.service.switches)?;
        // Where no stage is, nothing answers for it.
        self.api.has_stage(exchange, path).then_some(reply)
    }

    fn dress(&self, exchange: &Exchange<'_>, reply: &mut Reply<'_>) {
        if let Some(cors) = &self.cors {
            cors.dress(&exchange.parts.headers, &mut reply.headers);
        }
    }
}

fn target(route: Route) -> Target {
    let Route { key, integration, authorization } = route;
    Target {
        key,
        function: integration.function,
        timeout: integration.timeout.min(LONGEST_TIMEOUT),
        authorization,
        // An HTTP API never streams.
        transfer: Transfer::Buffered,
        front_end: FrontEnd::HttpApi(integration.payload_format),
    }
}

/// What a request without a route is refused by; both formats say the same.
const ANY_FORMAT: FrontEnd = FrontEnd::HttpApi(PayloadFormat::V2);
