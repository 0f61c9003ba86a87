//! A REST API with Lambda proxy integrations: an older relative of the HTTP API with words of its
//! own.

#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use events::front_end::{FrontEnd, Reply};
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use lambda::Lambda;
use telemetry::Telemetry;
use trace::{Clock, Entropy};

use crate::api::{Api, Blueprint, Found, Target};
use crate::config::{REST_TIMEOUT, RestApiConfig, RestCors, Transfer};
use crate::exchange::Exchange;
use crate::invoke::Invoke;
use crate::routes::{RouteError, Selection};
use crate::streaming;

/// A REST API that serves.
pub struct RestApi {
    api: Api,
    cors: Option<RestCors>,
    front_end: FrontEnd,
}

impl RestApi {
    /// An API that calls functions of `lambda`. An error names the resource that can't be.
    pub fn new(
        config: RestApiConfig,
        lambda: Lambda,
        telemetry: Telemetry,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, RouteError> {
        Self::with_functions(config, Arc::new(lambda), telemetry, clock, entropy)
    }

    pub(crate) fn with_functions(
        config: RestApiConfig,
        functions: Arc<dyn Invoke>,
        telemetry: Telemetry,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, RouteError> {
        let front_end = FrontEnd::RestApi { binary_media_types: config.binary_media_types };
        let target = |method: crate::RestMethod| Target {
            key: format!("{} {}", method.method, method.path),
            function: method.function,
            timeout: match method.transfer {
                Transfer::Buffered => REST_TIMEOUT,
                Transfer::Streamed => STREAM_TIMEOUT,
            },
            authorization: method.authorization,
            transfer: method.transfer,
            front_end: front_end.clone(),
        };
        let blueprint = Blueprint {
            api_id: config.api_id,
            logical_id: config.logical_id,
            account: config.account,
            domain_name: config.domain_name,
            endpoint_disabled: false,
            stages: config.stages,
            domains: config.domains,
            targets: config.methods.into_iter().map(target).collect(),
            selection: Selection::Resource,
        };
        let api = Api::new(blueprint, functions, telemetry, clock, entropy)?;
        Ok(Self { api, cors: config.cors, front_end })
    }

    /// Answers a request. Records the span of this hop; the invocation's are Lambda's.
    pub async fn serve(
        &self,
        request: Request<UnsyncBoxBody<Bytes, io::Error>>,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        let (parts, body) = request.into_parts();
        let uri = parts.uri.clone();
        let mut exchange = self.api.begin(parts);
        if let Some(cors) = &self.cors
            && exchange.method() == "OPTIONS"
            && let Some(reply) = cors.options(&self.api.methods(&exchange, uri.path()))
        {
            return exchange.send(&self.front_end, reply, None);
        }
        let found = match self.api.find(&mut exchange, uri.path()) {
            Ok(found) => found,
            Err(refusal) => {
                let reply = refusal.reply(&self.front_end, &self.api.service.switches);
                return exchange.send(&self.front_end, reply, None);
            }
        };
        if found.target.transfer == Transfer::Streamed {
            return self.stream(&found, exchange, body).await;
        }
        let payload = self.api.invoke(&found, &mut exchange, body).await;
        let reply = match &payload {
            Ok(payload) => exchange.interpret(&self.front_end, &found.target.function, payload),
            Err(reply) => reply.clone(),
        };
        self.api.log(&found, &exchange, &reply);
        exchange.send(&self.front_end, reply, payload.as_ref().ok())
    }

    async fn stream(
        &self,
        found: &Found<'_>,
        mut exchange: Exchange<'_>,
        body: UnsyncBoxBody<Bytes, io::Error>,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        let log = |exchange: &Exchange<'_>, reply: &mut Reply<'_>| self.api.log(found, exchange, reply);
        match self.api.event(found, &mut exchange, body).await {
            Ok(event) => streaming::answer(exchange, &self.front_end, &found.call(), event, log).await,
            Err(mut reply) => {
                log(&exchange, &mut reply);
                exchange.send(&self.front_end, reply, None)
            }
        }
    }
}

/// How long a REST API streams. Source: API Gateway quotas.
const STREAM_TIMEOUT: Duration = Duration::from_mins(15);
