//! What HTTP APIs and REST APIs have in common: stages, routes, limits, and the way of a request
//! from its address to what the function returned.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use events::front_end::{Context, FrontEnd, PathParameter, Refusal, Reply, Switches};
use http_body_util::combinators::UnsyncBoxBody;
use telemetry::Telemetry;
use trace::{Clock, Entropy};

use crate::access_log::AccessLog;
use crate::addressing::address;
use crate::config::{Authorization, DomainMapping, Stage, Transfer};
use crate::exchange::{Call, Event, Exchange, Service};
use crate::identifiers;
use crate::invoke::Invoke;
use crate::receive;
use crate::refused;
use crate::routes::{RouteError, RouteTable, Selection};
use crate::throttle::Throttle;

/// What an API is made of; each kind fills in its own.
pub(crate) struct Blueprint {
    pub(crate) api_id: String,
    pub(crate) logical_id: String,
    pub(crate) account: String,
    pub(crate) domain_name: String,
    pub(crate) endpoint_disabled: bool,
    pub(crate) stages: Vec<Stage>,
    pub(crate) domains: Vec<DomainMapping>,
    pub(crate) targets: Vec<Target>,
    pub(crate) selection: Selection,
}

/// A route and what it leads to.
pub(crate) struct Target {
    pub(crate) key: String,
    pub(crate) function: String,
    pub(crate) timeout: Duration,
    pub(crate) authorization: Authorization,
    pub(crate) transfer: Transfer,
    pub(crate) front_end: FrontEnd,
}

/// An API that serves.
pub(crate) struct Api {
    blueprint: Blueprint,
    table: RouteTable,
    /// By stage.
    stages: Vec<StageParts>,
    /// By route: REST's identifiers of the resources.
    resource_ids: Vec<String>,
    deployment_id: String,
    pub(crate) service: Service,
}

/// What a stage keeps while it serves.
struct StageParts {
    /// By route.
    throttles: Vec<Option<Throttle>>,
    access_log: Option<AccessLog>,
}

/// Where a request goes.
pub(crate) struct Found<'a> {
    pub(crate) target: &'a Target,
    /// Positions in the lists of stages and routes.
    stage: usize,
    route: usize,
    /// The path without a named stage.
    path: &'a str,
    parameters: Vec<PathParameter<'a>>,
}

impl Found<'_> {
    pub(crate) fn call(&self) -> Call<'_> {
        Call { function: &self.target.function, patience: self.target.timeout, request_id: None }
    }
}

impl Api {
    pub(crate) fn new(
        blueprint: Blueprint,
        functions: Arc<dyn Invoke>,
        telemetry: Telemetry,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, RouteError> {
        let keys = blueprint.targets.iter().map(|target| target.key.as_str());
        let table = RouteTable::new(&blueprint.logical_id, keys, blueprint.selection)?;
        let now = clock.now();
        let stages = blueprint
            .stages
            .iter()
            .map(|stage| {
                let limit = |key: &str| stage.route_throttling.get(key).copied().or(stage.throttling);
                let throttle = |target: &Target| limit(&target.key).map(|limit| Throttle::new(limit, now));
                StageParts {
                    throttles: blueprint.targets.iter().map(throttle).collect(),
                    access_log: stage.access_log_format.as_deref().map(AccessLog::new),
                }
            })
            .collect();
        let resource_ids = blueprint
            .targets
            .iter()
            .map(|target| identifiers::stable(target.key.split_once(' ').map_or("", |(_, path)| path)))
            .collect();
        let deployment_id = identifiers::stable(&blueprint.api_id);
        let name = blueprint.logical_id.clone();
        let service = Service { name, functions, telemetry, clock, entropy, switches: Switches::default() };
        Ok(Self { blueprint, table, stages, resource_ids, deployment_id, service })
    }

    pub(crate) fn begin(&self, parts: http::request::Parts) -> Exchange<'_> {
        Exchange::begin(&self.service, &self.blueprint.domain_name, parts)
    }

    /// Whether a stage answers for this address.
    pub(crate) fn has_stage(&self, exchange: &Exchange<'_>, path: &str) -> bool {
        address(&self.blueprint.stages, &self.blueprint.domains, &exchange.host, path).is_some()
    }

    /// The methods of the resource at `path` of some stage.
    pub(crate) fn methods(&self, exchange: &Exchange<'_>, path: &str) -> Vec<&str> {
        let addressed = address(&self.blueprint.stages, &self.blueprint.domains, &exchange.host, path);
        addressed.map(|addressed| self.table.methods(one_slash(addressed.path))).unwrap_or_default()
    }

    /// The stage and route of a request to `path`; a refusal is explained.
    pub(crate) fn find<'a>(
        &'a self,
        exchange: &mut Exchange<'_>,
        path: &'a str,
    ) -> Result<Found<'a>, Refusal> {
        let blueprint = &self.blueprint;
        let head_bytes = receive::head_bytes(&exchange.parts);
        if head_bytes > HEAD_LIMIT {
            exchange.explain(format!(
                "request line and headers have {head_bytes} bytes; API Gateway takes {HEAD_LIMIT}"
            ));
            return Err(Refusal::HeadTooLarge);
        }
        if blueprint.endpoint_disabled && exchange.host.eq_ignore_ascii_case(&blueprint.domain_name) {
            exchange.explain("DisableExecuteApiEndpoint is set: use the API's own domain".to_owned());
            return Err(Refusal::NotFound);
        }
        let Some(addressed) = address(&blueprint.stages, &blueprint.domains, &exchange.host, path) else {
            exchange.explain(self.no_stage());
            return Err(Refusal::NotFound);
        };
        let path = match blueprint.selection {
            Selection::Route => addressed.path,
            // Recorded: slashes right after the stage count as one.
            Selection::Resource => one_slash(addressed.path),
        };
        let Some(selected) = self.table.select(exchange.method(), path) else {
            exchange.explain(self.no_route());
            return Err(Refusal::NotFound);
        };
        let target = &blueprint.targets[selected.route];
        if let Some(throttle) = &self.stages[addressed.stage].throttles[selected.route]
            && !throttle.admits(exchange.begun)
        {
            exchange.explain(format!("route `{}` is over its limit of {throttle}", target.key));
            return Err(Refusal::RateExceeded);
        }
        Ok(Found {
            target,
            stage: addressed.stage,
            route: selected.route,
            path,
            parameters: selected.parameters,
        })
    }

    fn no_stage(&self) -> String {
        match &self.blueprint.stages[..] {
            [] => "the API has no stage, so nothing answers".to_owned(),
            stages => {
                let paths: Vec<String> = stages.iter().map(|stage| format!("/{}/", stage.name)).collect();
                format!("no stage answers here; paths of this API begin with {}", paths.join(" or "))
            }
        }
    }

    fn no_route(&self) -> String {
        let keys: Vec<String> =
            self.blueprint.targets.iter().map(|target| format!("`{}`", target.key)).collect();
        format!("no route takes it; the routes are {}", keys.join(", "))
    }

    /// What the route's function returned, or the reply in its place.
    pub(crate) async fn invoke(
        &self,
        found: &Found<'_>,
        exchange: &mut Exchange<'_>,
        body: UnsyncBoxBody<Bytes, io::Error>,
    ) -> Result<Bytes, Reply<'static>> {
        let event = self.event(found, exchange, body).await?;
        let refuse = |refusal: Refusal| refusal.reply(&found.target.front_end, &self.service.switches);
        exchange.invoke(&found.call(), event).await.map_err(refuse)
    }

    /// The event of a request that is let in and whose body could be had, or the reply in its place.
    pub(crate) async fn event(
        &self,
        found: &Found<'_>,
        exchange: &mut Exchange<'_>,
        body: UnsyncBoxBody<Bytes, io::Error>,
    ) -> Result<Event, Reply<'static>> {
        let Target { key, authorization, front_end, .. } = found.target;
        if let Authorization::Unsupported { authorizer } = authorization {
            return Err(refused::reply(exchange, key, authorizer));
        }
        let body = exchange
            .receive(body, BODY_LIMIT)
            .await
            .map_err(|refusal| refusal.reply(front_end, &self.service.switches))?;
        Ok(exchange.event(front_end, &self.context(found, exchange), &body))
    }

    /// Writes the stage's access log.
    pub(crate) fn log(&self, found: &Found<'_>, exchange: &Exchange<'_>, reply: &Reply<'_>) {
        if let Some(log) = &self.stages[found.stage].access_log {
            log.write(exchange, &self.context(found, exchange), reply);
        }
    }

    fn context<'a>(&'a self, found: &'a Found<'_>, exchange: &'a Exchange<'_>) -> Context<'a> {
        let stage = &self.blueprint.stages[found.stage];
        Context {
            account: &self.blueprint.account,
            api_id: &self.blueprint.api_id,
            domain_name: &exchange.host,
            stage: &stage.name,
            stage_variables: &stage.variables,
            route_path: found.path,
            route_key: &found.target.key,
            resource_id: &self.resource_ids[found.route],
            deployment_id: &self.deployment_id,
            path_parameters: &found.parameters,
            request_id: exchange.request_id(&found.target.front_end),
            extended_request_id: &exchange.extended_id,
            trace: exchange.trace_header(),
            epoch_milliseconds: exchange.begun.millis(),
            source: exchange.source,
            caller: None,
        }
    }
}

fn one_slash(path: &str) -> &str {
    let slashes = path.len() - path.trim_start_matches('/').len();
    &path[slashes.saturating_sub(1)..]
}

/// 10 MB of body. Source: API Gateway quotas.
pub(crate) const BODY_LIMIT: usize = 10 << 20;

/// Request line and header lines together. Source: API Gateway quotas.
pub(crate) const HEAD_LIMIT: usize = 10_240;
