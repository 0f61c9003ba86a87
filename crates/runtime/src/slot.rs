//! One invocation after the other, over one connection to the Runtime API and one worker.
//!
//! ```text
//! Starting ─ worker idle ─► Asked ─ event ─► Running ─ end of the response ─► Answered ─┐
//!    ▲                        │                 └─ worker dead or too late ─► Ending ───┤
//!    └── answer taken and worker idle ─────────────────────────────────────────────────┘
//! ```
//!
//! Where a snapshot is taken, Warming and Restoring come between Starting and Asked.

use std::collections::VecDeque;
use std::time::Duration;

use trace::{Hop, Outcome, Timestamp};

use crate::api::{Api, Reply};
use crate::event::{self, Caller, Invocation, Work};
use crate::exchange::Exchange;
use crate::failure::{Failure, StartFailure};
use crate::fpm::Fpm;
use crate::link::Link;
use crate::log::Log;
use crate::settings::Settings;
use crate::tracing::Tracer;

mod answering;
mod warming;
mod worker;

/// What a slot works with and doesn't own.
pub(crate) struct Surroundings<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) fpm: &'a mut Fpm,
    pub(crate) log: Log,
    pub(crate) tracer: &'a Tracer,
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
    /// When the invocation was begun.
    begun: Timestamp,
    /// Whether the worker's master is dead: then the worker goes after its answer.
    orphaned: bool,
    /// Paths still to be requested before the snapshot; `None` if none is taken, or once it is.
    warming: Option<VecDeque<String>>,
    /// When php-fpm's start began, until it has been told to the first invocation's trace.
    start: Option<Timestamp>,
}

enum Phase {
    Starting,
    Warming {
        exchange: Box<Exchange>,
    },
    Restoring,
    Asked,
    Running {
        exchange: Box<Exchange>,
        caller: Caller,
        streamed: bool,
    },
    /// The worker is gone or on its way; its last words are waited for.
    Ending {
        failure: Failure,
        until: Timestamp,
        streamed: bool,
    },
    Answered {
        taken: bool,
    },
}

impl Slot {
    pub(crate) fn new(api: Api, link: Link, pool: &str, settings: &Settings, now: Timestamp) -> Self {
        Self {
            api,
            link,
            pool: pool.to_owned(),
            phase: Phase::Starting,
            invocation: Invocation::default(),
            begun: now,
            orphaned: false,
            warming: settings.snap_start.then(|| settings.warm.iter().cloned().collect()),
            start: Some(now),
        }
    }

    /// The invocation under way, or the last one: what a worker wrote comes by way of its master, and may
    /// come when the next invocation is already asked for.
    pub(crate) fn request_id(&self) -> Option<&str> {
        Some(self.invocation.request_id.as_str()).filter(|id| !id.is_empty())
    }

    pub(crate) fn pool(&self) -> &str {
        &self.pool
    }

    /// Whether it has yet to be ready for an invocation.
    pub(crate) fn is_starting(&self) -> bool {
        matches!(self.phase, Phase::Starting)
    }

    /// When it must be looked at though nothing has come.
    pub(crate) fn alarm(&self, settings: &Settings) -> Option<Timestamp> {
        match &self.phase {
            Phase::Ending { until, .. } => Some(*until),
            Phase::Running { .. } => self.time_limit(settings),
            Phase::Answered { .. } if !self.link.is_idle() => self.time_limit(settings),
            _ => None,
        }
    }

    /// Whether the Runtime API owes it a reply.
    pub(crate) fn awaits_reply(&self) -> bool {
        matches!(self.phase, Phase::Asked | Phase::Restoring | Phase::Answered { taken: false })
    }

    /// Whether it has something to write to the worker.
    pub(crate) fn wants_to_write(&self) -> bool {
        matches!(&self.phase,
            Phase::Running { exchange, .. } | Phase::Warming { exchange } if !exchange.is_sent())
    }

    /// Whether it takes more from the worker: a stream's reader may be slower than PHP.
    pub(crate) fn wants_to_read(&self) -> bool {
        self.api.backlog() < BACKLOG_MAX || !matches!(self.phase, Phase::Running { streamed: true, .. })
    }

    /// Does everything that can be done now.
    pub(crate) fn advance(&mut self, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        self.serve_worker(around)?;
        self.keep_time(around)?;
        self.api.flush().map_err(|error| api_failure("while it was written to", error))?;
        match &self.phase {
            Phase::Asked => {
                if let Some(reply) = self.receive()? {
                    self.begin(reply, around)?;
                }
            }
            Phase::Restoring => {
                if let Some(reply) = self.receive()? {
                    self.restored(&reply, around)?;
                }
            }
            Phase::Answered { taken: false } => {
                if let Some(reply) = self.receive()? {
                    self.note_refusal(&reply, around)?;
                    self.api.recycle(reply.bytes);
                    self.phase = Phase::Answered { taken: true };
                }
            }
            _ => {}
        }
        if self.link.is_idle() && matches!(self.phase, Phase::Starting | Phase::Answered { taken: true }) {
            return self.ask(around);
        }
        Ok(())
    }

    /// The master is dead and another one is there. A worker that runs a script goes on with it.
    pub(crate) fn master_replaced(&mut self, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        self.orphaned = true;
        if matches!(self.phase, Phase::Running { .. }) { Ok(()) } else { self.reconnect(around) }
    }

    /// Asks for the next invocation, or prepares the snapshot first.
    fn ask(&mut self, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        if self.warming.is_some() {
            return self.warm(around);
        }
        self.phase = Phase::Asked;
        self.api.ask_next().map_err(|error| api_failure("when it was asked for the next invocation", error))
    }

    fn receive(&mut self) -> Result<Option<Reply>, StartFailure> {
        self.api.receive().map_err(|error| api_failure("while its reply was read", error))
    }

    fn begin(&mut self, mut reply: Reply, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        if reply.head.status != 200 {
            let body = String::from_utf8_lossy(&reply.bytes[reply.body]).trim().to_owned();
            let error = std::io::Error::other(format!("status {} and `{body}`", reply.head.status));
            return Err(api_failure("when it was asked for the next invocation", error));
        }
        self.begun = around.now;
        self.invocation = Invocation {
            request_id: reply.head.request_id,
            deadline: reply.head.deadline,
            function_arn: reply.head.function_arn,
            trace_id: reply.head.trace_id,
        };
        if let Some(start) = self.start.take() {
            let trace = &self.invocation.trace_id;
            around.tracer.record(trace, "php-fpm start", Hop::Initialization, start, around.now, Outcome::Ok);
        }
        let work = event::work(&mut reply.bytes, reply.body, &self.invocation, around.settings);
        self.api.recycle(reply.bytes);
        match work {
            Ok(Work::Warm) => self.post(WARM.to_vec()),
            Ok(Work::Answer { ready, caller }) => self.respond_ready(&ready, caller, around),
            Ok(Work::Run { exchange, caller }) => {
                self.phase = Phase::Running { exchange, caller, streamed: false };
                // A kept connection may have ended since; that must show before anything is written.
                self.serve_worker(around)
            }
            Err(error) => self.fail(&Failure::Event(error), around),
        }
    }

    fn keep_time(&mut self, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        if self.alarm(around.settings).is_none_or(|alarm| alarm > around.now) {
            if let Phase::Ending { failure, .. } = &mut self.phase {
                if let Some(words) = around.fpm.take_last_words(&self.pool) {
                    if let Failure::WorkerDied { last_words, .. } = failure {
                        *last_words = Some(words);
                    }
                    return self.finish_ending(around);
                }
            }
            return Ok(());
        }
        match &self.phase {
            Phase::Running { exchange, streamed, .. } => {
                let failure = Failure::Deadline {
                    margin_milliseconds: around.settings.margin.as_millis(),
                    head_seen: exchange.body_start.is_some(),
                };
                let streamed = *streamed;
                self.end_worker(around);
                self.phase = Phase::Ending { failure, until: around.now.plus(LAST_WORDS), streamed };
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
            _ => Ok(()),
        }
    }

    fn time_limit(&self, settings: &Settings) -> Option<Timestamp> {
        let deadline = self.invocation.deadline?;
        let margin = u64::try_from(settings.margin.as_micros()).unwrap_or(u64::MAX);
        Some(Timestamp::from_micros(deadline.micros().saturating_sub(margin)))
    }
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

/// What a streamed answer may have waiting for its reader.
const BACKLOG_MAX: usize = 256 * 1024;
