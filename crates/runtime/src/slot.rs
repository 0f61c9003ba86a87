//! One invocation after the other, over one connection to the Runtime API and one worker.
//!
//! ```text
//! Starting ─ worker idle ─► Asked ─ event ─► Running ─ end of the response ─► Answered ─┐
//!    ▲                        │                 └─ worker dead or too late ─► Ending ───┤
//!    └── answer taken and worker idle ─────────────────────────────────────────────────┘
//! ```

use std::time::Duration;

use events::function::Form;
use fastcgi::Event;
use trace::Timestamp;

use crate::api::{Api, Reply};
use crate::event::{self, Invocation, Work};
use crate::exchange::Exchange;
use crate::failure::{Failure, StartFailure};
use crate::fpm::Fpm;
use crate::link::{Flow, Link, ReadEnd};
use crate::log::Log;
use crate::response;
use crate::settings::Settings;

/// What a slot works with and doesn't own.
pub(crate) struct Surroundings<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) fpm: &'a mut Fpm,
    pub(crate) log: Log,
    pub(crate) now: Timestamp,
    pub(crate) buffer: &'a mut [u8],
}

/// One loop of `next` and `response`.
pub(crate) struct Slot {
    pub(crate) api: Api,
    pub(crate) link: Link,
    pool: String,
    phase: Phase,
    invocation: Invocation,
    /// Whether the worker's master is dead: then the worker goes after its answer.
    orphaned: bool,
}

enum Phase {
    Starting,
    Asked,
    Running {
        exchange: Box<Exchange>,
        form: Form,
    },
    /// The worker is gone or on its way; its last words are waited for.
    Ending {
        failure: Failure,
        until: Timestamp,
    },
    Answered {
        taken: bool,
    },
}

impl Slot {
    pub(crate) fn new(api: Api, link: Link, pool: &str) -> Self {
        Self {
            api,
            link,
            pool: pool.to_owned(),
            phase: Phase::Starting,
            invocation: Invocation::default(),
            orphaned: false,
        }
    }

    /// The invocation under way.
    pub(crate) fn request_id(&self) -> Option<&str> {
        match self.phase {
            Phase::Starting | Phase::Asked => None,
            _ => Some(&self.invocation.request_id),
        }
    }

    pub(crate) fn pool(&self) -> &str {
        &self.pool
    }

    /// Whether it has ever been ready for an invocation.
    pub(crate) fn is_starting(&self) -> bool {
        matches!(self.phase, Phase::Starting)
    }

    /// When it must be looked at though nothing has come.
    pub(crate) fn alarm(&self, settings: &Settings) -> Option<Timestamp> {
        match &self.phase {
            Phase::Starting | Phase::Asked => None,
            Phase::Ending { until, .. } => Some(*until),
            Phase::Running { .. } => self.time_limit(settings),
            Phase::Answered { .. } if self.link.is_idle() => None,
            Phase::Answered { .. } => self.time_limit(settings),
        }
    }

    /// Whether it has something to write to the worker.
    pub(crate) fn wants_to_write(&self) -> bool {
        matches!(&self.phase, Phase::Running { exchange, .. } if !exchange.is_sent())
    }

    /// Does everything that can be done now.
    pub(crate) fn advance(&mut self, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        self.serve_worker(around)?;
        self.keep_time(around)?;
        self.api.flush().map_err(|error| api_failure("while it was written to", error))?;
        match &mut self.phase {
            Phase::Starting | Phase::Running { .. } | Phase::Ending { .. } => {}
            Phase::Asked => {
                if let Some(reply) = self.receive()? {
                    self.begin(reply, around)?;
                }
            }
            Phase::Answered { taken: true } => {}
            Phase::Answered { .. } => {
                if let Some(reply) = self.receive()? {
                    self.note_refusal(&reply, around)?;
                    self.api.recycle(reply.bytes);
                    self.phase = Phase::Answered { taken: true };
                }
            }
        }
        if self.link.is_idle() && matches!(self.phase, Phase::Starting | Phase::Answered { taken: true }) {
            self.phase = Phase::Asked;
            self.api
                .ask_next()
                .map_err(|error| api_failure("when it was asked for the next invocation", error))?;
        }
        Ok(())
    }

    /// The master is dead and another one is there. A worker that runs a script goes on with it.
    pub(crate) fn master_replaced(&mut self, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        self.orphaned = true;
        if matches!(self.phase, Phase::Running { .. }) { Ok(()) } else { self.reconnect(around) }
    }

    fn receive(&mut self) -> Result<Option<Reply>, StartFailure> {
        self.api.receive().map_err(|error| api_failure("while its reply was read", error))
    }

    fn begin(&mut self, reply: Reply, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        if reply.head.status != 200 {
            let body = String::from_utf8_lossy(&reply.bytes[reply.body]).trim().to_owned();
            let error = std::io::Error::other(format!("status {} and `{body}`", reply.head.status));
            return Err(api_failure("when it was asked for the next invocation", error));
        }
        self.invocation = Invocation {
            request_id: reply.head.request_id.clone(),
            deadline: reply.head.deadline,
            function_arn: reply.head.function_arn.clone(),
            trace_id: reply.head.trace_id.clone(),
        };
        match event::work(reply, &self.invocation, around.settings) {
            Ok(Work::Warm) => self.post(WARM.to_vec()),
            Ok(Work::Run { exchange, form }) => {
                self.phase = Phase::Running { exchange, form };
                // A kept connection may have ended since; that must show before anything is written.
                self.serve_worker(around)
            }
            Err(error) => self.fail(&Failure::Event(error), around),
        }
    }

    /// Reads and writes what can be read and written at the worker's side.
    fn serve_worker(&mut self, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        match self.read_worker(around) {
            WorkerState::Lives => {}
            WorkerState::Answered => return self.respond(around),
            WorkerState::Gone => return self.worker_gone(around),
            WorkerState::Failed(failure) => {
                self.link.close();
                around.fpm.end_worker(&self.pool);
                return self.fail(&failure, around);
            }
        }
        if let Phase::Running { exchange, .. } = &mut self.phase {
            let link = &mut self.link;
            if exchange.write(|slices| link.write(slices)).is_err() {
                // What the worker has still answered is worth more than the error.
                return match self.read_worker(around) {
                    WorkerState::Answered => self.respond(around),
                    _ => self.worker_gone(around),
                };
            }
        }
        Ok(())
    }

    fn read_worker(&mut self, around: &mut Surroundings<'_>) -> WorkerState {
        let (log, request_id) = (around.log, &self.invocation.request_id);
        let mut state = WorkerState::Lives;
        let phase = &mut self.phase;
        let end = self.link.read(around.buffer, |event| {
            let Phase::Running { exchange, .. } = phase else { return Flow::More };
            match event {
                Event::Stdout(piece) => {
                    exchange.receive(piece);
                    if exchange.stdout.len() > RESPONSE_MAX {
                        state = WorkerState::Failed(Failure::Overflow { limit: RESPONSE_MAX });
                        return Flow::Enough;
                    }
                }
                Event::Stderr(piece) => String::from_utf8_lossy(piece)
                    .split("; PHP message: ")
                    .flat_map(str::lines)
                    .for_each(|line| log.line(Some(request_id), line.trim_start_matches("PHP message: "))),
                Event::End { protocol_status: 0, .. } => state = WorkerState::Answered,
                Event::End { protocol_status, .. } => {
                    state = WorkerState::Failed(Failure::Refused { protocol_status });
                }
                Event::Values => {}
            }
            Flow::More
        });
        match end {
            ReadEnd::Malformed(malformed) => WorkerState::Failed(Failure::Malformed(malformed)),
            ReadEnd::Closed => {
                self.link.close();
                if matches!(state, WorkerState::Lives) { WorkerState::Gone } else { state }
            }
            ReadEnd::Drained => state,
        }
    }

    /// The connection is gone. A request of which nothing was written is written again; one that PHP
    /// may have seen never is.
    fn worker_gone(&mut self, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        let Phase::Running { exchange, .. } = &mut self.phase else { return self.reconnect(around) };
        if exchange.is_delivered() {
            let phase =
                if exchange.stdout.is_empty() { "before it answered" } else { "in the middle of its answer" };
            let failure = Failure::WorkerDied { phase, last_words: None };
            self.phase = Phase::Ending { failure, until: around.now.plus(LAST_WORDS) };
            return Ok(());
        }
        let connected = self.link.connect();
        let link = &mut self.link;
        let written = connected.and_then(|()| exchange.write(|slices| link.write(slices)));
        match written {
            Ok(()) => Ok(()),
            Err(error) if !exchange.is_delivered() => self.fail(&Failure::Unreachable { error }, around),
            Err(_) => self.worker_gone(around),
        }
    }

    fn respond(&mut self, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        let Phase::Running { exchange, form } = &mut self.phase else { return Ok(()) };
        match response::answer(exchange, *form, around.settings) {
            Ok(encoded) => {
                if !encoded.dropped.is_empty() {
                    let names = encoded.dropped.join(", ");
                    let message = format!(
                        "WARNING\tOnly the last of several {names} headers reaches the viewer: this load balancer's \
                         target group takes one value each (lambda.multi_value_headers.enabled is off)."
                    );
                    around.log.line(Some(&self.invocation.request_id), &message);
                }
                self.post(encoded.json)?;
            }
            Err(error) => self.fail(&Failure::TooLarge(error), around)?,
        }
        if self.orphaned {
            return self.reconnect(around);
        }
        // The answer is out; whether the script is over, only an idle worker tells.
        if self.link.socket().is_none() || self.link.ask_whether_idle().is_err() {
            return self.reconnect(around);
        }
        Ok(())
    }

    fn keep_time(&mut self, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        if self.alarm(around.settings).is_none_or(|alarm| alarm > around.now) {
            if let (Phase::Ending { failure, .. }, Some(words)) =
                (&mut self.phase, around.fpm.take_last_words())
            {
                if let Failure::WorkerDied { last_words, .. } = failure {
                    *last_words = Some(words);
                }
                return self.finish_ending(around);
            }
            return Ok(());
        }
        match &self.phase {
            Phase::Running { exchange, .. } => {
                let failure = Failure::Deadline {
                    margin_milliseconds: around.settings.margin.as_millis(),
                    head_seen: exchange.body_start.is_some(),
                };
                self.end_worker(around);
                self.phase = Phase::Ending { failure, until: around.now.plus(LAST_WORDS) };
                Ok(())
            }
            Phase::Ending { .. } => self.finish_ending(around),
            Phase::Answered { .. } => {
                let message = "WARNING\tThe script still ran after its answer when the function's time was up, so \
                               its worker was ended.";
                around.log.line(Some(&self.invocation.request_id), message);
                self.invocation.deadline = None;
                self.end_worker(around);
                self.reconnect(around)
            }
            Phase::Starting | Phase::Asked => Ok(()),
        }
    }

    fn end_worker(&mut self, around: &mut Surroundings<'_>) {
        around.fpm.take_last_words();
        if self.orphaned {
            around.fpm.end_orphans(&self.pool);
        }
        around.fpm.end_worker(&self.pool);
        self.link.close();
    }

    fn finish_ending(&mut self, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        let Phase::Ending { failure, .. } = std::mem::replace(&mut self.phase, Phase::Starting) else {
            return Ok(());
        };
        self.fail(&failure, around)?;
        self.reconnect(around)
    }

    fn reconnect(&mut self, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        self.link.close();
        if std::mem::take(&mut self.orphaned) {
            around.fpm.end_orphans(&self.pool);
        }
        let prepare =
            |error| StartFailure::Preparation { what: "connect to its own socket".to_owned(), error };
        self.link.connect().map_err(prepare)
    }

    fn post(&mut self, json: Vec<u8>) -> Result<(), StartFailure> {
        self.phase = Phase::Answered { taken: false };
        self.api
            .answer(&self.invocation.request_id, json)
            .map_err(|error| api_failure("while it was given an answer", error))
    }

    fn fail(&mut self, failure: &Failure, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        let message = format!("ERROR\t{}: {failure}", failure.error_type());
        around.log.line(Some(&self.invocation.request_id), &message);
        self.phase = Phase::Answered { taken: false };
        if self.link.socket().is_none() {
            self.reconnect(around)?;
        }
        self.api
            .fail(&self.invocation.request_id, failure.error_type(), failure.to_json())
            .map_err(|error| api_failure("while it was given an error", error))
    }

    /// An answer that the API refuses is lost; that is said, and the next invocation asked for.
    fn note_refusal(&self, reply: &Reply, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        if reply.head.status == 202 {
            return Ok(());
        }
        let body = String::from_utf8_lossy(&reply.bytes[reply.body.clone()]);
        let message = format!(
            "the Runtime API refused the answer with status {} and `{}`",
            reply.head.status,
            body.trim()
        );
        if reply.head.status >= 500 {
            return Err(api_failure("while it was given an answer", std::io::Error::other(message)));
        }
        around.log.line(Some(&self.invocation.request_id), &format!("ERROR\t{message}"));
        Ok(())
    }

    fn time_limit(&self, settings: &Settings) -> Option<Timestamp> {
        let deadline = self.invocation.deadline?;
        let margin = u64::try_from(settings.margin.as_micros()).unwrap_or(u64::MAX);
        Some(Timestamp::from_micros(deadline.micros().saturating_sub(margin)))
    }
}

/// What reading from the worker showed.
enum WorkerState {
    Lives,
    Answered,
    Gone,
    Failed(Failure),
}

fn api_failure(what: &'static str, error: std::io::Error) -> StartFailure {
    StartFailure::Api { what, error }
}

/// What a warming invocation is answered, as Bref does.
const WARM: &[u8] = b"[\"Lambda is warm\"]";

/// How long a worker's end is waited for to be told by php-fpm.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// A response beyond this fits in no answer, not even compressed.
const RESPONSE_MAX: usize = 64 * 1024 * 1024;
