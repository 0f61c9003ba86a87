//! An execution environment: what it is doing, under one short lock, and everything that changes it.
//!
//! The rules are [`Phase`]'s and [`Runtime`]'s; here they meet the connection, the log and the
//! caller. Nothing here waits.

mod connection;
mod driver;
mod ending;
mod output;
mod record;

use std::io::IoSlice;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use telemetry::{Placement, Start};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use trace::Timestamp;

use crate::extensions::Extensions;
use crate::failure::Failure;
use crate::fleet::{EnvironmentId, FunctionIndex};
use crate::job::{Delivery, Job, Reply, Streamed, uuid};
use crate::phase::{Phase, Runtime, Said};
use crate::platform::{Event, InitPhase, Report, Status};
use crate::runtime_api::call::Call;
use crate::runtime_api::reply::{self, EventHead};
use crate::runtime_api::wire::Head;
use crate::service::Service;
use crate::{Answer, EnvironmentStatus, Function, FunctionError, InvokeError, Log};

pub(crate) use driver::{Temporary, drive, enclosure};
use output::Lines;

/// One environment.
pub(crate) struct Environment {
    pub(crate) id: EnvironmentId,
    pub(crate) index: FunctionIndex,
    pub(crate) function: Arc<Function>,
    /// The log stream's name, by which it is known everywhere.
    pub(crate) name: String,
    /// The fleet has had it as ready.
    been_ready: AtomicBool,
    inner: Mutex<Inner>,
}

#[expect(clippy::struct_excessive_bools, reason = "facts that have nothing to do with each other")]
struct Inner {
    phase: Phase,
    runtime: Runtime,
    running: Option<Running>,
    /// The connection on which `next` waits.
    parked: Option<Arc<TcpStream>>,
    /// The connection that the last event was written to.
    delivered_to: Option<Arc<TcpStream>>,
    /// The event was written, and provably nobody read it.
    untaken: bool,
    process: Option<sandbox::Handle>,
    /// The runtime's own process.
    vitals: Option<sandbox::Vitals>,
    attempt: InitPhase,
    launched: Timestamp,
    /// When initialising takes too long.
    limit: Timestamp,
    /// How long it took; taken by the first invocation.
    initialization: Option<Duration>,
    init_error: Option<Bytes>,
    /// Initialising was ended for taking too long.
    overran: bool,
    /// The fleet counts it no more.
    forgotten: bool,
    used_since_sample: bool,
    /// Its processes stand still until the next event.
    frozen: bool,
    /// When it became ready last.
    ready_since: Timestamp,
    /// It was said that it holds more than `MemorySize`.
    memory_told: bool,
    memory_bytes: u64,
    lines: Lines,
    extensions: Extensions<Arc<TcpStream>>,
    /// When the extensions' time is over; the environment is ending.
    kill_at: Option<Timestamp>,
}

/// An invocation in its environment.
struct Running {
    job: Box<Job>,
    delivered: Timestamp,
    deadline: Timestamp,
    initialization: Option<Duration>,
    status: Status,
    error_type: Option<String>,
    /// An answer that waits for the log's last lines.
    held: Option<Reply>,
    /// The log so far, if the caller wants it.
    tail: Option<String>,
}

/// What the driver does after a process has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// Start it once more.
    Again,
    /// The environment is gone.
    Gone,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HangUp {
    /// Everything that was sent to the other end has been read there.
    Closed,
    /// The other end went without reading what it had been sent.
    Reset,
}

impl Environment {
    pub(crate) fn new(
        id: EnvironmentId,
        index: FunctionIndex,
        function: Arc<Function>,
        name: String,
        now: Timestamp,
    ) -> Self {
        let inner = Inner {
            phase: Phase::Started,
            runtime: Runtime::Started,
            running: None,
            parked: None,
            delivered_to: None,
            untaken: false,
            process: None,
            vitals: None,
            attempt: InitPhase::Init,
            launched: now,
            limit: now.plus(INIT_LIMIT),
            initialization: None,
            init_error: None,
            overran: false,
            forgotten: false,
            used_since_sample: false,
            frozen: false,
            ready_since: now,
            memory_told: false,
            memory_bytes: 0,
            lines: Lines::default(),
            extensions: Extensions::new(),
            kill_at: None,
        };
        Self { id, index, function, name, been_ready: AtomicBool::new(false), inner: Mutex::new(inner) }
    }

    pub(crate) fn status(&self) -> EnvironmentStatus {
        let inner = self.inner();
        EnvironmentStatus {
            function: self.function.name.clone(),
            environment: self.name.clone(),
            phase: inner.phase,
            launched: inner.launched,
            memory_bytes: inner.memory_bytes,
            pid: inner.process.as_ref().map_or(0, sandbox::Handle::pid),
        }
    }

    /// Hands it an invocation; gives it back if nobody is there to take it.
    pub(crate) fn deliver(&self, service: &Service, job: Box<Job>) -> Result<(), Box<Job>> {
        let mut inner = self.inner();
        let waiting = inner.parked.clone().filter(|stream| inner.phase.takes_events() && !hung_up(stream));
        let Some(stream) = waiting else {
            inner.parked = None;
            return Err(job);
        };
        let now = service.clock.now();
        let deadline = now.plus(self.function.timeout);
        if send(&stream, &self.head(&job, deadline), &job.invocation.event).is_err() {
            inner.parked = None;
            return Err(job);
        }
        if std::mem::take(&mut inner.frozen)
            && let Some(process) = &inner.process
        {
            process.thaw();
        }
        inner.phase = Phase::Running;
        inner.runtime = Runtime::Running;
        inner.parked = None;
        inner.delivered_to = Some(stream);
        // It may have been killed a moment ago, and still have had the kernel take the event for it.
        // After the event is written, so that nobody waits for the answer.
        inner.untaken = inner.vitals.as_ref().is_some_and(sandbox::Vitals::is_dying);
        inner.used_since_sample = true;
        let initialization = inner.initialization.take();
        let tail = (job.invocation.log == Log::Tail).then(String::new);
        let running = Running {
            job,
            delivered: now,
            deadline,
            initialization,
            status: Status::Success,
            error_type: None,
            held: None,
            tail,
        };
        let request_id = running.job.request_id.clone();
        let trace = running.job.trace_header(&self.function).to_string();
        for (stream, message) in
            inner.extensions.invoked(&request_id, deadline.millis(), &self.function, &trace)
        {
            let _ = send(&stream, "", &message.into());
        }
        inner.running = Some(running);
        self.say(&mut inner, service, &Event::Start { request_id: &request_id });
        Ok(())
    }

    /// The runtime asks for an event. `None`: the connection waits for one.
    pub(crate) fn next(&self, service: &Arc<Service>, stream: &Arc<TcpStream>) -> Option<Vec<u8>> {
        let mut inner = self.inner();
        let runtime = match inner.runtime.after(Said::Next) {
            Ok(runtime) => runtime,
            Err(refused) => return Some(reply::invalid_transition(refused)),
        };
        if runtime == Runtime::Running {
            // The same event again: the runtime has lost it.
            if let Some(running) = &inner.running {
                let head = self.head(&running.job, running.deadline);
                let _ = send(stream, &head, &running.job.invocation.event);
                inner.delivered_to = Some(Arc::clone(stream));
            }
            return None;
        }
        let initialised = inner.runtime == Runtime::Started;
        let was_ready = inner.runtime == Runtime::Ready && inner.parked.is_some();
        inner.runtime = runtime;
        inner.delivered_to = None;
        if initialised {
            inner.initialization = Some(service.clock.now().since(inner.launched));
            inner.vitals = inner.process.as_ref().and_then(sandbox::Handle::vitals);
        }
        self.finish(&mut inner, service);
        if inner.phase == Phase::Draining || inner.phase == Phase::Gone {
            let now = service.clock.now();
            spin_down(&mut inner, now);
            return None;
        }
        inner.phase = Phase::Ready;
        inner.ready_since = service.clock.now();
        inner.parked = Some(Arc::clone(stream));
        drop(inner);
        if !was_ready {
            service.ready(self);
        }
        None
    }

    /// Whether the runtime may answer the invocation `id` now; else what it is told.
    pub(crate) fn may_answer(&self, id: &str, said: Said) -> Result<(), Vec<u8>> {
        let inner = self.inner();
        let current = inner.running.as_ref().is_some_and(|running| running.job.request_id == id);
        if !current || inner.runtime == Runtime::ResponseSent {
            return Err(reply::invalid_request_id());
        }
        inner.runtime.after(said).map(drop).map_err(reply::invalid_transition)
    }

    /// The caller's channel, if he takes the answer as it comes; he has the answer's head then.
    pub(crate) fn stream_answer(&self, service: &Service) -> Option<mpsc::Sender<Streamed>> {
        let mut inner = self.inner();
        let running = inner.running.as_mut()?;
        if running.job.delivery != Delivery::Streamed || !running.job.is_awaited() {
            return None;
        }
        let (pieces, stream) = mpsc::channel(STREAM_PIECES);
        let answer = self.answer(running, Bytes::new(), None);
        let now = service.clock.now();
        running.job.answer(
            Reply { answer, stream: Some(stream) },
            &self.function.name,
            now,
            &service.telemetry,
        );
        Some(pieces)
    }

    /// The function's answer, whole: its payload or how it failed.
    pub(crate) fn answered(&self, service: &Service, result: Result<Bytes, Failure>) {
        let mut inner = self.inner();
        inner.runtime = Runtime::ResponseSent;
        // Before the caller hears of it and asks again.
        service.settling(self);
        self.conclude(&mut inner, service, result);
    }

    fn conclude(&self, inner: &mut Inner, service: &Service, result: Result<Bytes, Failure>) {
        let Some(running) = inner.running.as_mut() else { return };
        let now = service.clock.now();
        let (payload, error) = match result {
            Ok(payload) => (payload, None),
            Err(failure) => {
                running.status = failure.status();
                running.error_type = Some(failure.error_type());
                (failure.payload(&running.job.request_id), Some(FunctionError::Unhandled))
            }
        };
        let reply = Reply { answer: self.answer(running, payload, error), stream: None };
        if running.tail.is_some() && running.job.is_awaited() {
            running.held = Some(reply);
        } else {
            running.job.answer(reply, &self.function.name, now, &service.telemetry);
        }
        self.record_spans(running, now, service);
    }

    fn answer(&self, running: &Running, payload: Bytes, function_error: Option<FunctionError>) -> Answer {
        let start = match running.initialization {
            Some(initialization) => Start::Cold { initialization },
            None => Start::Warm,
        };
        Answer {
            payload,
            function_error,
            request_id: running.job.request_id.clone(),
            version: "$LATEST".to_owned(),
            placement: Placement {
                function: self.function.name.clone(),
                environment: self.name.clone(),
                start,
            },
            log_tail: Bytes::new(),
        }
    }

    /// Something failed while the function ran: its log says so, its caller hears of it.
    fn fail_running(&self, inner: &mut Inner, service: &Service, failure: Failure) {
        let Some(running) = inner.running.as_ref() else { return };
        if inner.runtime == Runtime::ResponseSent {
            // The caller has his answer; only the report tells.
            if let Some(running) = inner.running.as_mut() {
                running.status = failure.status();
                running.error_type = Some(failure.error_type());
            }
            return;
        }
        let request_id = running.job.request_id.clone();
        let (kind, message) = (failure.error_type(), failure.message());
        let event = match &failure {
            Failure::Timeout(timeout) => {
                Event::TimedOut { request_id: &request_id, seconds: timeout.as_secs_f64() }
            }
            _ => Event::Failure { request_id: &request_id, kind: &kind, message: &message },
        };
        self.say(inner, service, &event);
        inner.runtime = Runtime::ResponseSent;
        self.conclude(inner, service, Err(failure));
    }

    /// The invocation has ended: the rest of its output, END, REPORT, and the answer that waited.
    fn finish(&self, inner: &mut Inner, service: &Service) {
        self.drain_output(inner, service);
        let Some(running) = inner.running.as_ref() else { return };
        let now = service.clock.now();
        if inner.memory_bytes == 0 {
            inner.memory_bytes = inner.process.as_ref().map_or(0, sandbox::Handle::memory);
        }
        let request_id = running.job.request_id.clone();
        let error_type = running.error_type.clone();
        let trace = running.job.trace_header(&self.function);
        let sampled = trace.sampled == trace::Sampled::Yes && self.function.tracing == crate::Tracing::Active;
        let report = Report {
            request_id: &request_id,
            duration: now.since(running.delivered),
            initialization: running.initialization,
            memory_megabytes: self.function.memory_megabytes,
            used_megabytes: inner.memory_bytes.div_ceil(1 << 20),
            status: running.status,
            error_type: error_type.as_deref(),
            trace: sampled.then(|| (running.job.trace.to_string(), running.job.segment.to_string())),
        };
        self.say(inner, service, &Event::End { request_id: &request_id });
        self.say(inner, service, &Event::Report(report));
        self.tell_of_memory(inner, service);
        let Some(mut running) = inner.running.take() else { return };
        if let Some(mut reply) = running.held.take() {
            let tail = running.tail.take().unwrap_or_default();
            reply.answer.log_tail = last_bytes(&tail, LOG_TAIL).to_owned().into();
            running.job.answer(reply, &self.function.name, now, &service.telemetry);
        }
        service.ended(self.index);
    }

    /// What time has run out for: initialising, the invocation, or its caller's patience.
    pub(crate) fn check_time(&self, service: &Service, now: Timestamp) {
        let mut inner = self.inner();
        match inner.phase {
            Phase::Initialising if inner.limit <= now => {
                inner.overran = true;
                kill(&mut inner);
            }
            Phase::Running | Phase::Draining => {
                let Some(running) = inner.running.as_mut() else { return };
                if running.job.until <= now && running.job.is_awaited() {
                    let after = running.job.invocation.patience;
                    let error = InvokeError::Timeout { after };
                    running.job.fail(error, &self.function.name, now, &service.telemetry);
                }
                if running.deadline <= now {
                    self.drain_output(&mut inner, service);
                    self.fail_running(&mut inner, service, Failure::Timeout(self.function.timeout));
                    kill(&mut inner);
                }
            }
            Phase::Gone if inner.kill_at.is_some_and(|at| at <= now) => kill(&mut inner),
            Phase::Ready if !inner.frozen && service.freezes() => {
                if now.since(inner.ready_since) >= THAWED
                    && let Some(process) = &inner.process
                {
                    process.freeze();
                    inner.frozen = true;
                }
            }
            _ => {}
        }
    }

    /// Takes no more invocations, and ends with the one under way.
    pub(crate) fn retire(&self, counted: Counted, now: Timestamp) {
        let mut inner = self.inner();
        inner.forgotten |= counted == Counted::Forgotten;
        if inner.phase == Phase::Running {
            inner.phase = Phase::Draining;
        } else if inner.phase != Phase::Draining {
            spin_down(&mut inner, now);
        }
    }

    /// A call of the Extensions API. `None`: the connection waits for an event.
    pub(crate) fn extension(
        &self,
        service: &Service,
        call: &Call,
        head: &Head,
        body: &[u8],
        stream: &Arc<TcpStream>,
    ) -> Option<Vec<u8>> {
        let mut inner = self.inner();
        let identifier = head.header("lambda-extension-identifier");
        match call {
            Call::Register => {
                let name = head.header("lambda-extension-name");
                Some(inner.extensions.register(name, body, uuid(&*service.entropy), &self.function))
            }
            Call::ExtensionNext => inner.extensions.next(identifier, stream),
            _ => Some(inner.extensions.failed(identifier)),
        }
    }

    /// Ends at once, whatever it does; who waits for it is told that the stack ends.
    pub(crate) fn end_now(&self, service: &Service) {
        let mut inner = self.inner();
        if let Some(running) = inner.running.as_mut() {
            let now = service.clock.now();
            running.job.fail(InvokeError::ShuttingDown, &self.function.name, now, &service.telemetry);
        }
        inner.phase = Phase::Gone;
        kill(&mut inner);
    }

    /// Whether a connection comes from one of its own processes.
    pub(crate) fn owns(&self, stream: &TcpStream) -> bool {
        let process = self.inner().process.clone();
        let (Some(process), Ok(peer), Ok(local)) = (process, stream.peer_addr(), stream.local_addr()) else {
            return false;
        };
        process.owns_connection(peer, local)
    }

    /// A connection has ended.
    pub(crate) fn hung_up(&self, service: &Service, stream: &Arc<TcpStream>, how: HangUp) {
        let mut inner = self.inner();
        if inner.parked.as_ref().is_some_and(|parked| Arc::ptr_eq(parked, stream)) {
            inner.parked = None;
            drop(inner);
            service.withdraw(self);
            return;
        }
        let carried = inner.delivered_to.as_ref().is_some_and(|carrier| Arc::ptr_eq(carrier, stream));
        // A reset after the other end's FIN shows as the socket's error only.
        let unread = how == HangUp::Reset || stream.take_error().ok().flatten().is_some();
        if carried && unread && inner.runtime == Runtime::Running {
            inner.untaken = true;
        }
    }

    /// `POST /runtime/init/error`
    pub(crate) fn init_failed(&self, body: Bytes) -> Vec<u8> {
        let mut inner = self.inner();
        match inner.runtime.after(Said::InitError) {
            Err(refused) => reply::invalid_transition(refused),
            Ok(runtime) => {
                inner.runtime = runtime;
                inner.init_error = Some(body);
                reply::accepted()
            }
        }
    }

    /// Reads how much memory the environment holds, if it has worked since the last time.
    pub(crate) fn sample_memory(&self) {
        let process = {
            let mut inner = self.inner();
            if !std::mem::take(&mut inner.used_since_sample) {
                return;
            }
            match &inner.process {
                Some(process) => process.clone(),
                None => return,
            }
        };
        let bytes = process.memory();
        let mut inner = self.inner();
        inner.memory_bytes = inner.memory_bytes.max(bytes);
    }

    pub(crate) fn is_forgotten(&self) -> bool {
        self.inner().forgotten
    }

    /// Marks it as known to be ready; whether it was before.
    pub(crate) fn mark_ready(&self) -> bool {
        self.been_ready.swap(true, Ordering::Relaxed)
    }

    pub(crate) fn has_been_ready(&self) -> bool {
        self.been_ready.load(Ordering::Relaxed)
    }

    fn head(&self, job: &Job, deadline: Timestamp) -> String {
        EventHead {
            request_id: &job.request_id,
            deadline_millis: deadline.millis(),
            function_arn: &self.function.arn,
            trace: &job.trace_header(&self.function).to_string(),
            client_context: job.invocation.client_context.as_deref(),
            event_bytes: job.invocation.event.len(),
        }
        .text()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // What a panic left half done is one environment's state, which its end clears up.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the fleet still counts an environment that is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    Still,
    Forgotten,
}

/// Ends: at once, as Lambda does where no extension asked to be told, else when the extensions
/// have had their time (facts, lambda 3).
fn spin_down(inner: &mut Inner, now: Timestamp) {
    if inner.phase == Phase::Gone && inner.kill_at.is_some() {
        return;
    }
    inner.phase = Phase::Gone;
    if !inner.extensions.await_the_end() {
        kill(inner);
        return;
    }
    let until = now.plus(SHUTDOWN);
    let messages = inner.extensions.shut_down(until.millis());
    if std::mem::take(&mut inner.frozen)
        && let Some(process) = &inner.process
    {
        process.thaw();
    }
    inner.kill_at = Some(until);
    for (stream, message) in messages {
        let _ = send(&stream, "", &message.into());
    }
}

fn kill(inner: &mut Inner) {
    inner.parked = None;
    if let Some(process) = &inner.process {
        process.kill();
    }
}

/// Writes the event now as far as the socket takes it; the rest, of large ones, as it goes.
fn send(stream: &Arc<TcpStream>, head: &str, event: &Bytes) -> std::io::Result<()> {
    let sent = match stream.try_write_vectored(&[IoSlice::new(head.as_bytes()), IoSlice::new(event)]) {
        Ok(sent) => sent,
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => 0,
        Err(error) => return Err(error),
    };
    if sent < head.len() + event.len() {
        let rest =
            if sent < head.len() { Bytes::copy_from_slice(&head.as_bytes()[sent..]) } else { Bytes::new() };
        let event = event.slice(sent.saturating_sub(head.len())..);
        let stream = Arc::clone(stream);
        tokio::spawn(async move {
            // If the other end goes meanwhile, its connection's reader tells.
            let _ = connection::write(&stream, &rest).await;
            let _ = connection::write(&stream, &event).await;
        });
    }
    Ok(())
}

/// Whether the other end of a waiting connection is gone already.
fn hung_up(stream: &TcpStream) -> bool {
    use rustix::net::RecvFlags;
    let mut byte = [0_u8; 1];
    let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
    match rustix::net::recv(stream, &mut byte, flags) {
        Ok((received, _)) => received == 0,
        Err(error) => error != rustix::io::Errno::AGAIN,
    }
}

fn last_bytes(text: &str, most: usize) -> &str {
    let mut from = text.len().saturating_sub(most);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    &text[from..]
}

/// How long an environment may take to its first `next` (facts, lambda 3).
const INIT_LIMIT: Duration = Duration::from_secs(10);
/// Bytes of the log that an invoker gets.
const LOG_TAIL: usize = 4_096;
/// What external extensions get to end.
const SHUTDOWN: Duration = Duration::from_secs(2);
/// How long an idle environment runs on before it is frozen. Lambda freezes at once; here the next
/// request often comes within milliseconds, and waking takes a tenth of one.
const THAWED: Duration = Duration::from_millis(100);
/// Pieces of a streamed answer that wait for its reader.
const STREAM_PIECES: usize = 16;
