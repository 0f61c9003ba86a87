//! A Function URL: a function with a host of its own, no routes and no stages.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use events::front_end::{Context, FrontEnd, IamCaller, Refusal, Reply, Switches};
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use lambda::Lambda;
use telemetry::Telemetry;
use trace::{Clock, Entropy};

use crate::config::{FunctionUrlConfig, InvokeMode, UrlAuthorization};
use crate::exchange::{Call, Event, Exchange, Service};
use crate::invoke::Invoke;
use crate::signed;
use crate::streaming;

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
        let event = match self.event(&mut exchange, body).await {
            Ok(event) => event,
            Err(refusal) => return self.refuse(exchange, refusal),
        };
        match self.config.invoke_mode {
            InvokeMode::Buffered => self.buffered(exchange, event).await,
            InvokeMode::ResponseStream => {
                let call = self.call(&exchange);
                streaming::answer(exchange, &FrontEnd::FunctionUrl, &call, event, |exchange, reply| {
                    self.dress(exchange, reply);
                })
                .await
            }
        }
    }

    async fn buffered(
        &self,
        mut exchange: Exchange<'_>,
        event: Event,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        let call = self.call(&exchange);
        match exchange.invoke(&call, event).await {
            Err(refusal) => self.refuse(exchange, refusal),
            Ok(payload) => {
                let mut reply = exchange.interpret(&FrontEnd::FunctionUrl, &self.config.function, &payload);
                self.dress(&exchange, &mut reply);
                exchange.send(&FrontEnd::FunctionUrl, reply, Some(&payload))
            }
        }
    }

    /// The event of a request whose body could be had and whose caller may call.
    async fn event(
        &self,
        exchange: &mut Exchange<'_>,
        body: UnsyncBoxBody<Bytes, io::Error>,
    ) -> Result<Event, Refusal> {
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
        Ok(exchange.event(&FrontEnd::FunctionUrl, &self.context(exchange, caller), &body))
    }

    fn call(&self, exchange: &Exchange<'_>) -> Call<'_> {
        // The request's identifier is the invocation's: event, answer and log agree.
        let request_id = Some(exchange.request_id(&FrontEnd::FunctionUrl).to_owned());
        Call { function: &self.config.function, patience: self.config.patience, request_id }
    }

    fn refuse(&self, exchange: Exchange<'_>, refusal: Refusal) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        let mut reply = refusal.reply(&FrontEnd::FunctionUrl, &self.service.switches);
        self.dress(&exchange, &mut reply);
        exchange.send(&FrontEnd::FunctionUrl, reply, None)
    }

    fn dress(&self, exchange: &Exchange<'_>, reply: &mut Reply<'_>) {
        if let Some(cors) = &self.config.cors {
            cors.dress(&exchange.parts.headers, &mut reply.headers);
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
