//! A behavior's functions around its request and its answer.

use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_LENGTH, SERVER};
use telemetry::{LogLine, LogSource};

use super::{Shared, own_answer, own_headers};
use crate::answer::{Answer, AnswerBody, CacheResult};
use crate::config::CloudFrontFunction;
use crate::function::{Decision, Identity, Message, on_request, on_response};
use crate::pages::OwnError;
use crate::request::ViewerRequest;

impl Shared {
    /// Runs a viewer-request function. The request goes on as it left it, or the answer is there.
    pub(super) async fn run_on_request(
        self: &Arc<Self>,
        function: &CloudFrontFunction,
        viewer: &mut ViewerRequest,
    ) -> Option<Answer> {
        let (request, identity) = (message_of(viewer), self.identity(viewer));
        let run = on_request(function, &self.clock, &identity, request).await;
        self.log(function, &identity, run.logged);
        match run.outcome {
            Ok(Decision::Continue(message)) => {
                viewer.path.clone_from(&message.uri);
                viewer.query.clone_from(&message.query);
                viewer.headers = message.request_headers();
                None
            }
            Ok(Decision::Answer(message)) => Some(made(message)),
            Err(error) => Some(failed(&error, viewer)),
        }
    }

    /// Runs a viewer-response function on an answer.
    pub(super) async fn run_on_response(
        self: &Arc<Self>,
        function: &CloudFrontFunction,
        viewer: &mut ViewerRequest,
        mut answer: Answer,
    ) -> Answer {
        let (request, identity) = (message_of(viewer), self.identity(viewer));
        let response = Message::of_response(answer.status.as_u16(), &answer.headers);
        let run = on_response(function, &self.clock, &identity, &request, response).await;
        self.log(function, &identity, run.logged);
        match run.outcome {
            Ok(message) => {
                answer.status = StatusCode::from_u16(message.status).unwrap_or(answer.status);
                if let Some(body) = &message.body {
                    answer.headers.remove(CONTENT_LENGTH);
                    answer.body = AnswerBody::Whole(Bytes::from(body.clone()));
                }
                answer.headers = message.response_headers();
                answer
            }
            Err(error) => failed(&error, viewer),
        }
    }

    fn identity(&self, viewer: &ViewerRequest) -> Identity {
        Identity {
            distribution_domain_name: self.config.domain_name.clone(),
            distribution_id: self.config.id.clone(),
            request_id: viewer.request_id.to_str().unwrap_or_default().to_owned(),
            viewer: viewer.peer.address.ip().to_canonical(),
        }
    }

    /// What `console.log` was told goes where a function's log lines are.
    fn log(&self, function: &CloudFrontFunction, identity: &Identity, lines: Vec<String>) {
        for text in lines {
            self.telemetry.record_log(LogLine {
                at: self.clock.now(),
                function: function.name.clone(),
                stream: self.config.logical_id.clone(),
                request_id: Some(identity.request_id.clone()),
                text,
                source: LogSource::Function,
            });
        }
    }
}

fn message_of(viewer: &ViewerRequest) -> Message {
    Message::of_request(viewer.method.as_str(), &viewer.path, viewer.query.as_deref(), &viewer.headers)
}

/// What a function answered itself.
fn made(message: Message) -> Answer {
    let status = StatusCode::from_u16(message.status).unwrap_or(StatusCode::OK);
    let body = AnswerBody::Whole(Bytes::from(message.body.clone().unwrap_or_default()));
    let mut headers = message.response_headers();
    headers.remove(CONTENT_LENGTH);
    headers.insert(SERVER, own_headers()[SERVER].clone());
    Answer::new(status, headers, body, CacheResult::FunctionGenerated)
}

fn failed(error: &OwnError, viewer: &ViewerRequest) -> Answer {
    let mut answer = own_answer(error, &viewer.request_id);
    answer.cache = CacheResult::FunctionFailed;
    answer
}
