//! Lambda's own API and the part of CloudWatch Logs' that reads, over HTTP, for the aws CLI and the
//! SDKs: a request's signature, its route, its answer.

mod call;
mod describe;
mod event_stream;
mod fault;
mod invoke;
mod logs;

use std::io;
use std::sync::Arc;

use access::signature::SignedRequest;
use access::signature::v4::Claim;
use access::{Conditions, Credentials, Decision, Principal};
use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use serde_json::Value;
use telemetry::Telemetry;
use trace::Clock;

use crate::job::uuid;
use crate::{Lambda, PAYLOAD_LIMIT};

use call::Call;
use fault::Fault;

/// The API of a stack's functions.
#[derive(Clone)]
pub struct Api {
    lambda: Lambda,
    callers: Arc<[Caller]>,
    account: String,
    region: String,
    telemetry: Telemetry,
    clock: Arc<dyn Clock>,
}

/// Somebody who may call the API, as far as his policies go.
#[derive(Clone, Debug)]
pub struct Caller {
    /// What he signs with.
    pub credentials: Credentials,
    /// Who he is: the account itself may do everything, a role what its policies allow.
    pub principal: Principal,
}

type Answer = Response<UnsyncBoxBody<Bytes, io::Error>>;

impl Api {
    /// The API of `lambda`'s functions for `callers`, who sign for `region`.
    pub fn new(
        lambda: Lambda,
        callers: Vec<Caller>,
        account: &str,
        region: &str,
        telemetry: Telemetry,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (account, region) = (account.to_owned(), region.to_owned());
        Self { lambda, callers: callers.into(), account, region, telemetry, clock }
    }

    /// Whether a request is for this API, where several share a port.
    pub fn is_asked<B>(request: &Request<B>) -> bool {
        Call::of(request.method(), request.uri(), request.headers()).is_some()
    }

    /// Answers a request.
    pub async fn serve(&self, request: Request<UnsyncBoxBody<Bytes, io::Error>>) -> Answer {
        let (parts, body) = request.into_parts();
        let request_id = uuid(&*self.telemetry.entropy());
        match self.answer(&parts, body, &request_id).await {
            Ok(answer) => answer,
            Err(fault) => fault.answer(&request_id),
        }
    }

    async fn answer(
        &self,
        parts: &Parts,
        body: UnsyncBoxBody<Bytes, io::Error>,
        request_id: &str,
    ) -> Result<Answer, Fault> {
        let call =
            Call::of(&parts.method, &parts.uri, &parts.headers).ok_or_else(Fault::unknown_operation)?;
        let body = match Limited::new(body, PAYLOAD_LIMIT).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => return Err(Fault::event_too_large()),
            Err(error) => return Err(Fault::unreadable(&error.to_string())),
        };
        let principal = self.authenticate(parts, &body, call.service())?;
        match &call {
            Call::Invoke { function } => {
                let function = self.find(function)?;
                self.authorise(principal, "lambda:InvokeFunction", &function.arn)?;
                invoke::invoke(self, &function, &parts.headers, body, request_id).await
            }
            Call::InvokeStreaming { function } => {
                let function = self.find(function)?;
                self.authorise(principal, "lambda:InvokeFunction", &function.arn)?;
                invoke::invoke_streaming(self, &function, &parts.headers, body).await
            }
            Call::List => {
                self.authorise(principal, "lambda:ListFunctions", "*")?;
                let functions: Vec<Value> =
                    self.lambda.functions().iter().map(|function| self.configuration(function)).collect();
                Ok(json(StatusCode::OK, &serde_json::json!({"Functions": functions, "NextMarker": null})))
            }
            Call::Get { function } => {
                let function = self.find(function)?;
                self.authorise(principal, "lambda:GetFunction", &function.arn)?;
                let location = format!("file://{}", function.code.display());
                Ok(json(
                    StatusCode::OK,
                    &serde_json::json!({
                        "Configuration": self.configuration(&function),
                        "Code": {"RepositoryType": "Davy", "Location": location},
                        "Tags": {},
                    }),
                ))
            }
            Call::Configuration { function } => {
                let function = self.find(function)?;
                self.authorise(principal, "lambda:GetFunctionConfiguration", &function.arn)?;
                Ok(json(StatusCode::OK, &self.configuration(&function)))
            }
            Call::Logs { operation } => {
                self.authorise(principal, &format!("logs:{operation}"), "*")?;
                logs::answer(self, operation, &body)
            }
        }
    }

    fn authenticate(&self, parts: &Parts, body: &[u8], service: &str) -> Result<&Principal, Fault> {
        let mut headers: Vec<(&str, &[u8])> =
            parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        if !parts.headers.contains_key(http::header::HOST)
            && let Some(authority) = parts.uri.authority()
        {
            headers.push(("host", authority.as_str().as_bytes()));
        }
        let request = SignedRequest {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            headers: &headers,
        };
        let claim = Claim::read_with_body(&request, body).map_err(|refusal| Fault::refused(&refusal))?;
        let claim = claim.ok_or_else(Fault::unsigned)?;
        let caller = self.callers.iter().find(|caller| caller.credentials.access_key == claim.access_key);
        let credentials = caller.map(|caller| &caller.credentials);
        let now = self.clock.now().seconds();
        claim
            .verify_for(service, &request, credentials, &self.region, now)
            .map_err(|refusal| Fault::refused(&refusal))?;
        caller.map(|caller| &caller.principal).ok_or_else(Fault::unsigned)
    }

    fn authorise(&self, principal: &Principal, action: &str, resource: &str) -> Result<(), Fault> {
        let denied = || Fault::denied(&principal.name(), action, resource);
        match principal {
            Principal::Account { account, .. } if *account == self.account => Ok(()),
            Principal::Role { policies, .. } => {
                let conditions = Conditions::default();
                let request = access::Request { principal, action, resource, conditions: &conditions };
                let decisions: Vec<_> = policies.iter().map(|policy| policy.evaluate(&request)).collect();
                let refused = decisions.iter().any(|decision| matches!(decision, Decision::Denied(_)));
                let allowed = decisions.iter().any(|decision| matches!(decision, Decision::Allowed(_)));
                if allowed && !refused { Ok(()) } else { Err(denied()) }
            }
            _ => Err(denied()),
        }
    }

    fn find(&self, name: &str) -> Result<crate::Function, Fault> {
        let found =
            self.lambda.functions().into_iter().find(|function| {
                function.name == name || function.arn == name || function.logical_id == name
            });
        found.ok_or_else(|| {
            let arn = format!("arn:aws:lambda:{}:{}:function:{name}", self.region, self.account);
            Fault::function_not_found(if name.starts_with("arn:") { name } else { &arn })
        })
    }
}

fn json(status: StatusCode, value: &Value) -> Answer {
    whole(status, "application/json", value.to_string().into())
}

fn whole(status: StatusCode, content_type: &'static str, body: Bytes) -> Answer {
    let body = Full::new(body).map_err(|never| match never {}).boxed_unsync();
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    let content_type = http::HeaderValue::from_static(content_type);
    answer.headers_mut().insert(http::header::CONTENT_TYPE, content_type);
    answer
}
