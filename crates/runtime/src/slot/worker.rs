//! The worker's side of a slot: reading, writing, and what a worker's end means.

use fastcgi::{Event, Head};

use super::{Failure, LAST_WORDS, Phase, RESPONSE_MAX, Slot, StartFailure, Surroundings, api_failure};
use crate::link::{Flow, ReadEnd};

/// What reading from the worker showed.
enum WorkerState {
    Lives,
    Answered,
    Gone,
    Failed(Failure),
}

impl Slot {
    /// Reads and writes what can be read and written at the worker's side.
    pub(super) fn serve_worker(&mut self, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        if self.link.socket().is_none() && matches!(self.phase, Phase::Ending { .. }) {
            return Ok(());
        }
        match self.read_worker(around) {
            WorkerState::Lives => self.pass_on()?,
            WorkerState::Answered => return self.respond(around),
            WorkerState::Gone => {
                self.pass_on()?;
                return self.worker_gone(around);
            }
            WorkerState::Failed(failure) => {
                self.end_worker(around);
                return self.fail(&failure, around);
            }
        }
        if let Phase::Running { exchange, .. } | Phase::Warming { exchange } = &mut self.phase {
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
        if !self.wants_to_read() {
            return WorkerState::Lives;
        }
        let (log, request_id) = (around.log, &self.invocation.request_id);
        let mut state = WorkerState::Lives;
        let phase = &mut self.phase;
        let streaming = around.settings.streaming;
        let end = self.link.read(around.buffer, |event| {
            let (Phase::Running { exchange, .. } | Phase::Warming { exchange }) = phase else {
                return Flow::More;
            };
            match event {
                Event::Stdout(piece) => {
                    exchange.receive(piece);
                    if streaming {
                        return Flow::Enough;
                    }
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

    /// Passes on what there is of a response, if it is streamed.
    pub(super) fn pass_on(&mut self) -> Result<(), StartFailure> {
        let Phase::Running { exchange, caller, streamed } = &mut self.phase else { return Ok(()) };
        if !caller.streams {
            return Ok(());
        }
        let failed = |error| api_failure("while an answer was streamed to it", error);
        if !*streamed {
            let Some(body_start) = exchange.body_start else { return Ok(()) };
            let head = Head::parse(&exchange.stdout[..body_start]);
            let fields = crate::response::fields(&head);
            let status = head.status.unwrap_or(200);
            let prelude = events::function::prelude(status, &fields, caller.form.sender);
            self.api.begin_stream(&self.invocation.request_id, &prelude).map_err(failed)?;
            *streamed = true;
            self.api.stream_piece(&exchange.stdout[body_start..]).map_err(failed)?;
        } else if !exchange.stdout.is_empty() {
            self.api.stream_piece(&exchange.stdout).map_err(failed)?;
        }
        exchange.stdout.clear();
        Ok(())
    }

    /// The connection is gone. A request of which nothing was written is written again; one that PHP
    /// may have seen never is.
    fn worker_gone(&mut self, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        let (exchange, streamed) = match &mut self.phase {
            Phase::Running { exchange, streamed, .. } => (exchange, *streamed),
            Phase::Warming { .. } => {
                self.phase = Phase::Starting;
                return self.reconnect(around);
            }
            _ => return self.reconnect(around),
        };
        if exchange.is_delivered() {
            let silent = exchange.stdout.is_empty() && !streamed;
            let phase = if silent { "before it answered" } else { "in the middle of its answer" };
            let failure = Failure::WorkerDied { phase, last_words: None };
            self.link.close();
            self.phase = Phase::Ending { failure, until: around.now.plus(LAST_WORDS), streamed };
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

    pub(super) fn end_worker(&mut self, around: &mut Surroundings<'_>) {
        _ = around.fpm.take_last_words(&self.pool);
        if self.orphaned {
            around.fpm.end_orphans(&self.pool);
        }
        around.fpm.end_worker(&self.pool);
        self.link.close();
    }

    pub(super) fn reconnect(&mut self, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        self.link.close();
        if std::mem::take(&mut self.orphaned) {
            around.fpm.end_orphans(&self.pool);
        }
        let prepare =
            |error| StartFailure::Preparation { what: "connect to its own socket".to_owned(), error };
        self.link.connect().map_err(prepare)
    }
}
