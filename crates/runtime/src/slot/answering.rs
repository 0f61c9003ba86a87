//! The Runtime API's side of a slot: answers, streams and errors.

use events::function::{Encoded, TooLarge, prelude};
use trace::{Hop, Outcome};

use super::{Failure, Phase, Reply, Slot, StartFailure, Surroundings, api_failure};
use crate::event::Caller;
use crate::file::Ready;
use crate::response;

impl Slot {
    /// PHP's response is complete.
    pub(super) fn respond(&mut self, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        if matches!(self.phase, Phase::Warming { .. }) {
            self.phase = Phase::Starting;
            return self.ask_whether_idle(around);
        }
        let Phase::Running { exchange, caller, .. } = &mut self.phase else { return Ok(()) };
        if caller.streams {
            exchange.finish();
            self.pass_on()?;
            self.end_stream(None)?;
        } else {
            let answer = response::answer(exchange, *caller, around.settings);
            self.post_answer(answer, around)?;
        }
        self.record(Outcome::Ok, around);
        self.ask_whether_idle(around)
    }

    /// A response that no script made.
    pub(super) fn respond_ready(
        &mut self,
        ready: &Ready,
        caller: Caller,
        around: &mut Surroundings<'_>,
    ) -> Result<(), StartFailure> {
        if !caller.streams {
            return self.post_answer(response::answer_ready(ready, caller, around.settings), around);
        }
        let failed = |error| api_failure("while an answer was streamed to it", error);
        let prelude = prelude(ready.status, &response::ready_fields(ready), caller.form.sender);
        self.api.begin_stream(&self.invocation.request_id, &prelude).map_err(failed)?;
        self.api.stream_piece(&ready.body).map_err(failed)?;
        self.end_stream(None)
    }

    pub(super) fn post(&mut self, json: Vec<u8>) -> Result<(), StartFailure> {
        self.phase = Phase::Answered { taken: false };
        self.api
            .answer(&self.invocation.request_id, json)
            .map_err(|error| api_failure("while it was given an answer", error))
    }

    pub(super) fn fail(
        &mut self,
        failure: &Failure,
        around: &mut Surroundings<'_>,
    ) -> Result<(), StartFailure> {
        let streamed = matches!(
            self.phase,
            Phase::Running { streamed: true, .. } | Phase::Ending { streamed: true, .. }
        );
        let message = format!("ERROR\t{}: {failure}", failure.error_type());
        around.log.line(Some(&self.invocation.request_id), &message);
        self.record(Outcome::Fault, around);
        self.phase = Phase::Answered { taken: false };
        if self.link.socket().is_none() {
            self.reconnect(around)?;
        }
        if streamed {
            return self.end_stream(Some(failure));
        }
        self.api
            .fail(&self.invocation.request_id, failure.error_type(), failure.to_json())
            .map_err(|error| api_failure("while it was given an error", error))
    }

    pub(super) fn finish_ending(&mut self, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        let streamed = matches!(self.phase, Phase::Ending { streamed: true, .. });
        let placeholder = Phase::Answered { taken: false };
        let Phase::Ending { failure, .. } = std::mem::replace(&mut self.phase, placeholder) else {
            return Ok(());
        };
        if streamed {
            let message = format!("ERROR\t{}: {failure}", failure.error_type());
            around.log.line(Some(&self.invocation.request_id), &message);
            self.record(Outcome::Fault, around);
            self.reconnect(around)?;
            return self.end_stream(Some(&failure));
        }
        self.fail(&failure, around)
    }

    /// An answer that the API refuses is lost; that is said, and the next invocation asked for.
    pub(super) fn note_refusal(
        &self,
        reply: &Reply,
        around: &mut Surroundings<'_>,
    ) -> Result<(), StartFailure> {
        let status = reply.head.status;
        if status == 202 {
            return Ok(());
        }
        let body = String::from_utf8_lossy(&reply.bytes[reply.body.clone()]);
        let message =
            format!("the Runtime API refused the answer with status {status} and `{}`", body.trim());
        if status >= 500 {
            return Err(api_failure("while it was given an answer", std::io::Error::other(message)));
        }
        around.log.line(Some(&self.invocation.request_id), &format!("ERROR\t{message}"));
        Ok(())
    }

    fn post_answer(
        &mut self,
        answer: Result<Encoded, TooLarge>,
        around: &mut Surroundings<'_>,
    ) -> Result<(), StartFailure> {
        let encoded = match answer {
            Ok(encoded) => encoded,
            Err(error) => return self.fail(&Failure::TooLarge(error), around),
        };
        if !encoded.dropped.is_empty() {
            let message = format!(
                "WARNING\tOnly the last of several {} headers reaches the viewer: this load balancer's target group \
                 takes one value each (lambda.multi_value_headers.enabled is off).",
                encoded.dropped.join(", ")
            );
            around.log.line(Some(&self.invocation.request_id), &message);
        }
        if encoded.head_bytes > HEAD_WARNING {
            let message =
                "WARNING\tThe response's headers have more than 10 KB, which API Gateway turns into a 500.";
            around.log.line(Some(&self.invocation.request_id), message);
        }
        self.post(encoded.json)
    }

    fn end_stream(&mut self, failure: Option<&Failure>) -> Result<(), StartFailure> {
        self.phase = Phase::Answered { taken: false };
        let json = failure.map(Failure::to_json);
        let error = failure.zip(json.as_deref()).map(|(failure, json)| (failure.error_type(), json));
        self.api.end_stream(error).map_err(|error| api_failure("while an answer was streamed to it", error))
    }

    /// The answer is out; whether the script is over, only an idle worker tells.
    fn ask_whether_idle(&mut self, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        if self.orphaned || self.link.socket().is_none() || self.link.ask_whether_idle().is_err() {
            return self.reconnect(around);
        }
        Ok(())
    }

    fn record(&self, outcome: Outcome, around: &mut Surroundings<'_>) {
        around.tracer.record(&self.invocation.trace_id, "php", Hop::Php, self.begun, around.now, outcome);
    }
}

/// API Gateway takes 10,240 bytes of headers; what they grow by on the way is estimated.
const HEAD_WARNING: usize = 9_500;
