//! A Function URL: a function with a host of its own, no routes and no stages.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use events::front_end::{Context, FrontEnd, IamCaller, Refusal, Reply, Switches, interpret_stream};
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use lambda::Lambda;
use telemetry::Telemetry;
use trace::{Clock, Entropy};

use crate::config::{FunctionUrlConfig, InvokeMode, UrlAuthorization};
use crate::exchange::{Call, Exchange, Service};
use crate::invoke::Invoke;
use crate::signed;

/// A Function URL that serves.
pub struct FunctionUrl {
    config: FunctionUrlConfig,
    no_variables: BTreeMap<String, String>,
    service: Service,
}

impl FunctionUrl {
    /// A URL that calls a function of `lambda`.
    pub fn new(
        config: FunctionUrlConfig,
        lambda: Lambda,
        telemetry: Telemetry,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self::with_functions(config, Arc::new(lambda), telemetry, clock, entropy)
    }

    pub(crate) fn with_functions(
        config: FunctionUrlConfig,
        functions: Arc<dyn Invoke>,
        telemetry: Telemetry,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let name = config.logical_id.clone();
        let service = Service { name, functions, telemetry, clock, entropy, switches: Switches::default() };
        Self { config, no_variables: BTreeMap::new(), service }
    }

    /// Answers a request. Records the span of this hop; the invocation's are Lambda's.
    pub async fn serve(
        &self,
        request: Request<UnsyncBoxBody<Bytes, io::Error>>,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        let (parts, body) = request.into_parts();
        let mut exchange = Exchange::begin(&self.service, &self.config.domain_name, parts);
        let headers = &exchange.parts.headers;
        let preflight = self
            .config
            .cors
            .as_ref()
            .and_then(|cors| cors.preflight(exchange.method(), headers, &self.service.switches));
        if let Some(reply) = preflight {
            return exchange.send(&FrontEnd::FunctionUrl, reply, None);
        }
        let payload = self.invoke(&mut exchange, body).await;
        let mut reply = match &payload {
            Ok(payload) => self.interpret(&mut exchange, payload),
            Err(refusal) => refusal.reply(&FrontEnd::FunctionUrl, &self.service.switches),
        };
        if let Some(cors) = &self.config.cors {
            cors.dress(&exchange.parts.headers, &mut reply.headers);
        }
        exchange.send(&FrontEnd::FunctionUrl, reply, payload.as_ref().ok())
    }

    async fn invoke(
        &self,
        exchange: &mut Exchange<'_>,
        body: UnsyncBoxBody<Bytes, io::Error>,
    ) -> Result<Bytes, Refusal> {
        let body = exchange.receive(body, lambda::PAYLOAD_LIMIT).await?;
        let caller = match &self.config.authorization {
            UrlAuthorization::None => None,
            UrlAuthorization::AwsIam { callers } => {
                let now = exchange.begun.seconds();
                let verified = signed::verify(&exchange.parts, &body, callers, &self.config.region, now);
                let caller = verified.map_err(|why| {
                    exchange.explain(format!("the URL wants a signed request (AuthType AWS_IAM): {why}"));
                    Refusal::Forbidden
                })?;
                Some(IamCaller {
                    access_key: &caller.credentials.access_key,
                    account: &self.config.account,
                    caller_id: &caller.id,
                    arn: &caller.arn,
                })
            }
        };
        let event = exchange.event(&FrontEnd::FunctionUrl, &self.context(exchange, caller), &body);
        let body_bytes = body.len();
        drop(body);
        let call = Call { function: &self.config.function, patience: self.config.patience };
        exchange.invoke(&call, event, body_bytes).await
    }

    fn interpret<'p>(&self, exchange: &mut Exchange<'_>, payload: &'p Bytes) -> Reply<'p> {
        let function = &self.config.function;
        match self.config.invoke_mode {
            InvokeMode::Buffered => exchange.interpret(&FrontEnd::FunctionUrl, function, payload),
            // A buffered answer comes out as it is, the JSON of a response too (recorded).
            InvokeMode::ResponseStream => {
                exchange.read(&FrontEnd::FunctionUrl, function, interpret_stream(payload))
            }
        }
    }

    fn context<'a>(&'a self, exchange: &'a Exchange<'_>, caller: Option<IamCaller<'a>>) -> Context<'a> {
        Context {
            account: &self.config.account,
            api_id: &self.config.url_id,
            // Its own, whatever address it was reached by: runtimes tell a Function URL by it.
            domain_name: &self.config.domain_name,
            stage: "$default",
            stage_variables: &self.no_variables,
            route_path: exchange.path(),
            route_key: "$default",
            resource_id: "",
            deployment_id: "",
            path_parameters: &[],
            request_id: exchange.request_id(&FrontEnd::FunctionUrl),
            extended_request_id: &exchange.extended_id,
            trace: exchange.trace_header(),
            epoch_milliseconds: exchange.begun.millis(),
            source: exchange.source,
            caller,
        }
    }
}
