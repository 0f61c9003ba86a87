//! An HTTP API: stage, route, function, answer.

#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use events::front_end::{Context, FrontEnd, PathParameter, PayloadFormat, Refusal, Reply, Switches};
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use lambda::Lambda;
use telemetry::Telemetry;
use trace::{Clock, Entropy};

use crate::access_log::AccessLog;
use crate::addressing::address;
use crate::config::{Authorization, HttpApiConfig, LONGEST_TIMEOUT, Route};
use crate::exchange::{Call, Exchange, Service};
use crate::invoke::Invoke;
use crate::receive;
use crate::refused;
use crate::routes::{RouteError, RouteTable, Selection};
use crate::throttle::Throttle;

/// An HTTP API that serves.
pub struct HttpApi {
    config: HttpApiConfig,
    table: RouteTable,
    /// By route: what plays the front end for it.
    front_ends: Vec<FrontEnd>,
    /// By stage.
    stages: Vec<StageParts>,
    service: Service,
}

/// What a stage keeps while it serves.
struct StageParts {
    /// By route.
    throttles: Vec<Option<Throttle>>,
    access_log: Option<AccessLog>,
}

/// Where a request goes.
struct Found<'a> {
    /// Positions in the configuration's lists.
    stage: usize,
    route: usize,
    /// The path without a named stage.
    path: &'a str,
    parameters: Vec<PathParameter<'a>>,
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
        let keys = config.routes.iter().map(|route| route.key.as_str());
        let table = RouteTable::new(&config.logical_id, keys, Selection::Route)?;
        let front_ends =
            config.routes.iter().map(|route| FrontEnd::HttpApi(route.integration.payload_format)).collect();
        let now = clock.now();
        let stages = config
            .stages
            .iter()
            .map(|stage| {
                let limit = |key: &str| stage.route_throttling.get(key).copied().or(stage.throttling);
                let throttle = |route: &Route| limit(&route.key).map(|limit| Throttle::new(limit, now));
                StageParts {
                    throttles: config.routes.iter().map(throttle).collect(),
                    access_log: stage.access_log_format.as_deref().map(AccessLog::new),
                }
            })
            .collect();
        let name = config.logical_id.clone();
        let service = Service { name, functions, telemetry, clock, entropy, switches: Switches::default() };
        let api = Self { config, table, front_ends, stages, service };
        for warning in api.warnings() {
            api.service.telemetry.notice(warning);
        }
        Ok(api)
    }

    /// What a person should know before the first request: routes that refuse everybody.
    pub fn warnings(&self) -> Vec<String> {
        refused::warnings(&self.config.logical_id, &self.config.routes)
    }

    /// Answers a request. Records the span of this hop; the invocation's are Lambda's.
    pub async fn serve(
        &self,
        request: Request<UnsyncBoxBody<Bytes, io::Error>>,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        let (parts, body) = request.into_parts();
        let uri = parts.uri.clone();
        let mut exchange = Exchange::begin(&self.service, &self.config.domain_name, parts);
        if let Some(reply) = self.preflight(&exchange, uri.path()) {
            return exchange.send(&ANY_FORMAT, reply, None);
        }
        match self.find(&exchange, uri.path()) {
            Err(refusal) => self.refuse(exchange, refusal),
            Ok(found) => {
                let front_end = &self.front_ends[found.route];
                let payload = self.invoke(&found, &mut exchange, body).await;
                let mut reply = match &payload {
                    Ok(payload) => {
                        exchange.interpret(front_end, &self.route(&found).integration.function, payload)
                    }
                    Err(reply) => Ok(reply.clone()),
                }
                .unwrap_or_else(|refusal| refusal.reply(front_end, &self.service.switches));
                self.dress(&exchange, &mut reply);
                self.log(&found, &exchange, &reply);
                exchange.send(front_end, reply, payload.as_ref().ok())
            }
        }
    }

    fn preflight(&self, exchange: &Exchange<'_>, path: &str) -> Option<Reply<'static>> {
        let cors = self.config.cors.as_ref()?;
        let reply = cors.preflight(exchange.method(), &exchange.parts.headers, &self.service.switches)?;
        // Where no stage is, nothing answers for it.
        address(&self.config.stages, &self.config.domains, &exchange.host, path).map(|_| reply)
    }

    fn find<'a>(&'a self, exchange: &Exchange<'_>, path: &'a str) -> Result<Found<'a>, Refusal> {
        if receive::head_bytes(&exchange.parts) > HEAD_LIMIT {
            return Err(Refusal::HeadTooLarge);
        }
        if self.config.endpoint_disabled && exchange.host.eq_ignore_ascii_case(&self.config.domain_name) {
            return Err(Refusal::NotFound);
        }
        let addressed = address(&self.config.stages, &self.config.domains, &exchange.host, path)
            .ok_or(Refusal::NotFound)?;
        let selected = self.table.select(exchange.method(), addressed.path).ok_or(Refusal::NotFound)?;
        let stage = &self.stages[addressed.stage];
        if let Some(throttle) = &stage.throttles[selected.route]
            && !throttle.admits(exchange.begun)
        {
            return Err(Refusal::RateExceeded);
        }
        Ok(Found {
            stage: addressed.stage,
            route: selected.route,
            path: addressed.path,
            parameters: selected.parameters,
        })
    }

    /// What the route's function returned, or the reply in its place.
    async fn invoke(
        &self,
        found: &Found<'_>,
        exchange: &mut Exchange<'_>,
        body: UnsyncBoxBody<Bytes, io::Error>,
    ) -> Result<Bytes, Reply<'static>> {
        let route = self.route(found);
        let front_end = &self.front_ends[found.route];
        if let Authorization::Unsupported { authorizer } = &route.authorization {
            return Err(refused::reply(exchange, &route.key, authorizer));
        }
        let refuse = |refusal: Refusal| refusal.reply(front_end, &self.service.switches);
        let body = exchange.receive(body, BODY_LIMIT).await.map_err(refuse)?;
        let event = exchange.event(front_end, &self.context(found, exchange), &body);
        let body_bytes = body.len();
        // The event holds it; two copies of an upload are enough.
        drop(body);
        let call = Call {
            function: &route.integration.function,
            patience: route.integration.timeout.min(LONGEST_TIMEOUT),
        };
        exchange.invoke(&call, event, body_bytes).await.map_err(refuse)
    }

    fn context<'a>(&'a self, found: &'a Found<'_>, exchange: &'a Exchange<'_>) -> Context<'a> {
        let stage = &self.config.stages[found.stage];
        Context {
            account: &self.config.account,
            api_id: &self.config.api_id,
            domain_name: &exchange.host,
            stage: &stage.name,
            stage_variables: &stage.variables,
            route_path: found.path,
            route_key: &self.route(found).key,
            resource_id: "",
            deployment_id: "",
            path_parameters: &found.parameters,
            request_id: &exchange.extended_id,
            extended_request_id: &exchange.extended_id,
            trace: exchange.trace_header(),
            epoch_milliseconds: exchange.begun.millis(),
            source: exchange.source,
            caller: None,
        }
    }

    fn refuse(&self, exchange: Exchange<'_>, refusal: Refusal) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        let mut reply = refusal.reply(&ANY_FORMAT, &self.service.switches);
        self.dress(&exchange, &mut reply);
        exchange.send(&ANY_FORMAT, reply, None)
    }

    fn dress(&self, exchange: &Exchange<'_>, reply: &mut Reply<'_>) {
        if let Some(cors) = &self.config.cors {
            cors.dress(&exchange.parts.headers, &mut reply.headers);
        }
    }

    fn log(&self, found: &Found<'_>, exchange: &Exchange<'_>, reply: &Reply<'_>) {
        if let Some(log) = &self.stages[found.stage].access_log {
            log.write(exchange, &self.context(found, exchange), reply);
        }
    }

    fn route(&self, found: &Found<'_>) -> &Route {
        &self.config.routes[found.route]
    }
}

/// What a request without a route is refused by; both formats say the same.
const ANY_FORMAT: FrontEnd = FrontEnd::HttpApi(PayloadFormat::V2);

/// 10 MB of body. Source: API Gateway quotas.
pub(crate) const BODY_LIMIT: usize = 10 << 20;

/// Request line and header lines together. Source: API Gateway quotas.
pub(crate) const HEAD_LIMIT: usize = 10_240;
