//! How an environment's processes begin and end, and what their end means for who was served.

use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use sandbox::Exit;

use super::output::Lines;
use super::{After, Environment, INIT_LIMIT, Inner, Running};
use crate::failure::Failure;
use crate::job::Job;
use crate::phase::{Phase, Runtime};
use crate::platform::{Event, InitPhase, Status};
use crate::service::Service;
use crate::{InvokeError, Log};

impl Environment {
    /// A process is to be launched: for the first time, or again within the first invocation.
    pub(super) fn launching(&self, service: &Service, attempt: InitPhase) -> bool {
        let mut inner = self.inner();
        if inner.phase == Phase::Gone {
            return false;
        }
        let now = service.clock.now();
        inner.phase = Phase::Started;
        inner.runtime = Runtime::Started;
        inner.attempt = attempt;
        inner.launched = now;
        inner.overran = false;
        inner.limit = now.plus(match attempt {
            InitPhase::Init => INIT_LIMIT,
            InitPhase::Invoke => self.function.timeout,
        });
        if attempt == InitPhase::Init {
            let event = Event::InitStart { runtime: &self.function.runtime, function: &self.function.name };
            self.say(&mut inner, service, &event);
        }
        true
    }

    pub(super) fn launched(&self, process: sandbox::Handle, lines: Lines) {
        let mut inner = self.inner();
        if inner.phase == Phase::Gone {
            process.kill();
        } else if inner.phase == Phase::Started {
            inner.phase = Phase::Initialising;
        }
        inner.process = Some(process);
        inner.lines = lines;
    }

    /// The process has ended and every connection with it.
    pub(super) fn exited(&self, service: &Arc<Service>, exit: Exit) -> After {
        let mut inner = self.inner();
        self.drain_output(&mut inner, service);
        inner.process = None;
        inner.vitals = None;
        inner.parked = None;
        match inner.phase {
            Phase::Started | Phase::Initialising => self.failed_to_initialise(inner, service, exit),
            _ => {
                if inner.untaken
                    && inner.runtime == Runtime::Running
                    && let Some(running) = inner.running.take()
                {
                    inner.phase = Phase::Gone;
                    drop(inner);
                    service.gone(self);
                    service.bring_back(self.index, running.job);
                    return After::Gone;
                }
                self.fail_running(&mut inner, service, Failure::Exit(exit));
                self.finish(&mut inner, service);
                inner.phase = Phase::Gone;
                drop(inner);
                service.gone(self);
                After::Gone
            }
        }
    }

    fn failed_to_initialise(
        &self,
        mut inner: MutexGuard<'_, Inner>,
        service: &Arc<Service>,
        exit: Exit,
    ) -> After {
        let took = service.clock.now().since(inner.launched);
        let overran = inner.overran;
        let failure = match (inner.init_error.take(), exit) {
            (Some(body), _) => Ok(Failure::Told { body, status: Status::Error }),
            (None, Exit::Failed(why)) => Err(InvokeError::Environment { why }),
            (None, Exit::Unstarted(why)) => Ok(Failure::Entrypoint(why)),
            (None, _) if overran => Ok(Failure::Timeout(self.function.timeout)),
            (None, exit) => Ok(Failure::Exit(exit)),
        };
        let status = if overran { Status::Timeout } else { Status::Error };
        let phase = inner.attempt;
        self.say(&mut inner, service, &Event::InitReport { took, phase, status });
        let once_more = matches!(failure, Ok(Failure::Exit(_) | Failure::Timeout(_)));
        if once_more && phase == InitPhase::Init {
            return After::Again;
        }
        inner.phase = Phase::Gone;
        drop(inner);
        if let Some(job) = service.take_waiting(self.index) {
            self.fail_waiting(service, job, failure, took);
        }
        service.gone(self);
        After::Gone
    }

    /// Nothing could be launched: this machine's fault.
    pub(super) fn never_launched(&self, service: &Arc<Service>, why: String) {
        self.inner().phase = Phase::Gone;
        if let Some(job) = service.take_waiting(self.index) {
            let took = Duration::ZERO;
            self.fail_waiting(service, job, Err(InvokeError::Environment { why }), took);
        }
        service.gone(self);
    }

    /// Fails the invocation for which the environment was to be.
    fn fail_waiting(
        &self,
        service: &Service,
        mut job: Box<Job>,
        failure: Result<Failure, InvokeError>,
        took: Duration,
    ) {
        let now = service.clock.now();
        let failure = match failure {
            Ok(failure) => failure,
            Err(error) => {
                job.fail(error, &self.function.name, now, &service.telemetry);
                service.ended(self.index);
                return;
            }
        };
        let tail = (job.invocation.log == Log::Tail).then(String::new);
        let request_id = job.request_id.clone();
        let mut inner = self.inner();
        inner.running = Some(Running {
            job,
            delivered: now,
            deadline: now,
            initialization: Some(took),
            status: Status::Error,
            error_type: None,
            held: None,
            tail,
        });
        inner.runtime = Runtime::Running;
        self.say(&mut inner, service, &Event::Start { request_id: &request_id });
        self.fail_running(&mut inner, service, failure);
        self.finish(&mut inner, service);
    }
}
