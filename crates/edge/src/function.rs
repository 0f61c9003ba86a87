//! CloudFront Functions: a viewer's request or an answer handed to JavaScript as an event, and what it
//! returns taken over.
//!
//! Source: CloudFront developer guide, "CloudFront Functions event structure" and "JavaScript runtime
//! features".

mod engine;
mod event;

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use trace::Clock;

pub(crate) use self::event::{Identity, Message};
use crate::config::CloudFrontFunction;
use crate::pages::OwnError;

/// What a viewer-request function decides.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The request goes on, as the function left it.
    Continue(Message),
    /// The function answers itself.
    Answer(Message),
}

/// What a run gave besides.
#[derive(Debug)]
pub(crate) struct Run<Outcome> {
    pub outcome: Outcome,
    /// What `console.log` was told.
    pub logged: Vec<String>,
}

/// Runs a viewer-request function.
pub(crate) async fn on_request(
    function: &CloudFrontFunction,
    clock: &Arc<dyn Clock>,
    identity: &Identity,
    request: Message,
) -> Run<Result<Decision, OwnError>> {
    let event = event::request(identity, &request);
    let run = engine::run(function, event, Arc::clone(clock)).await;
    let name = &function.name;
    let outcome = run.outcome.map_err(|failure| failure.own_error(name)).and_then(|returned| {
        let decided = if returned.get("statusCode").is_some() {
            event::read_response(&returned).map(Decision::Answer)
        } else {
            event::read_request(&returned, &request).map(Decision::Continue)
        };
        decided
            .and_then(|decision| match decision {
                Decision::Continue(changed) => {
                    check(&request.headers, &changed.headers, READ_ONLY_IN_REQUESTS)?;
                    Ok(Decision::Continue(changed))
                }
                answer @ Decision::Answer(_) => Ok(answer),
            })
            .map_err(|why| invalid(name, &why))
    });
    Run { outcome, logged: run.logged }
}

/// Runs a viewer-response function. The body stays what it is unless the function sets one.
pub(crate) async fn on_response(
    function: &CloudFrontFunction,
    clock: &Arc<dyn Clock>,
    identity: &Identity,
    request: &Message,
    response: Message,
) -> Run<Result<Message, OwnError>> {
    let event = event::response(identity, request, &response);
    let run = engine::run(function, event, Arc::clone(clock)).await;
    let name = &function.name;
    let outcome = run.outcome.map_err(|failure| failure.own_error(name)).and_then(|returned| {
        event::read_response(&returned)
            .and_then(|changed| {
                check(&response.headers, &changed.headers, READ_ONLY_IN_RESPONSES)?;
                Ok(changed)
            })
            .map_err(|why| invalid(name, &why))
    });
    Run { outcome, logged: run.logged }
}

/// Headers that a function may read and not write.
fn check(before: &HeaderMap, after: &HeaderMap, read_only: &[HeaderName]) -> Result<(), String> {
    let values = |headers: &HeaderMap, name: &HeaderName| -> Vec<HeaderValue> {
        headers.get_all(name).iter().cloned().collect()
    };
    match read_only.iter().find(|&name| values(before, name) != values(after, name)) {
        Some(name) => Err(format!("it changed the read-only header {name}")),
        None => Ok(()),
    }
}

/// `FunctionValidationError`.
fn invalid(function: &str, why: &str) -> OwnError {
    OwnError::new(
        StatusCode::BAD_GATEWAY,
        "The CloudFront function returned an invalid value.",
        format!("The CloudFront function {function} did not return a request or a response: {why}."),
    )
}

const READ_ONLY_IN_REQUESTS: &[HeaderName] =
    &[http::header::CONTENT_LENGTH, http::header::HOST, http::header::TRANSFER_ENCODING, http::header::VIA];
const READ_ONLY_IN_RESPONSES: &[HeaderName] = &[http::header::WARNING, http::header::VIA];

#[cfg(test)]
mod tests;
