//! A REST API with Lambda proxy integrations: an older relative of the HTTP API with words of its
//! own.

#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use events::front_end::FrontEnd;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use lambda::Lambda;
use telemetry::Telemetry;
use trace::{Clock, Entropy};

use crate::api::{Api, Blueprint, Target};
use crate::config::{REST_TIMEOUT, RestApiConfig};
use crate::invoke::Invoke;
use crate::routes::{RouteError, Selection};

/// A REST API that serves.
pub struct RestApi {
    api: Api,
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
            timeout: REST_TIMEOUT,
            authorization: method.authorization,
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
        Ok(Self { api, front_end })
    }

    /// What a person should know before the first request: methods that refuse everybody.
    pub fn warnings(&self) -> Vec<String> {
        self.api.warnings()
    }

    /// Answers a request. Records the span of this hop; the invocation's are Lambda's.
    pub async fn serve(
        &self,
        request: Request<UnsyncBoxBody<Bytes, io::Error>>,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        let (parts, body) = request.into_parts();
        let uri = parts.uri.clone();
        let mut exchange = self.api.begin(parts);
        let found = match self.api.find(&mut exchange, uri.path()) {
            Ok(found) => found,
            Err(refusal) => {
                let reply = refusal.reply(&self.front_end, &self.api.service.switches);
                return exchange.send(&self.front_end, reply, None);
            }
        };
        let payload = self.api.invoke(&found, &mut exchange, body).await;
        let reply = match &payload {
            Ok(payload) => exchange.interpret(&self.front_end, &found.target.function, payload),
            Err(reply) => reply.clone(),
        };
        self.api.log(&found, &exchange, &reply);
        exchange.send(&self.front_end, reply, payload.as_ref().ok())
    }
}
