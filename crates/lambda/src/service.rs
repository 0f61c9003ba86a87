//! The service's handle: invoke, reload, drain; and what environments tell it.

mod layers;
mod timekeeper;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use access::calendar::Civil;
use sandbox::Isolation;
use telemetry::Telemetry;
use tokio::sync::{Notify, mpsc};
use trace::{Clock, Entropy, Timestamp};

use crate::asynchronous;
use crate::environment::{Counted, Environment, Temporary, drive};
use crate::fleet::{EnvironmentId, Fleet, FunctionIndex, Growth, Placed};
use crate::job::{Delivery, Job, Reply, Streamed};
use crate::{Answer, Function, Invocation, InvokeError, PAYLOAD_LIMIT, Parity, Phase, Schedule, Settings};

/// Runs functions. Cheap to clone.
#[derive(Clone)]
pub struct Lambda {
    service: Arc<Service>,
}

/// Why the service can't start: the function it concerns and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartError {
    /// The function's logical id.
    pub function: String,
    /// What was expected, what was found, what to do.
    pub why: String,
}

/// An answer that comes in pieces.
pub struct StreamedAnswer {
    /// Everything but the payload, and all of it if the function answered at once.
    pub answer: Answer,
    /// The payload's pieces; `None` if `answer` has it whole.
    pub stream: Option<mpsc::Receiver<Streamed>>,
}

/// One execution environment, as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentStatus {
    /// The function's name.
    pub function: String,
    /// Its own name, which is its log stream's.
    pub environment: String,
    /// What it does now.
    pub phase: Phase,
    /// When its process was launched.
    pub launched: Timestamp,
    /// The most memory that it was seen to hold.
    pub memory_bytes: u64,
    /// Its supervisor's process id on this machine; 0 while there is none.
    pub pid: u32,
}

impl Lambda {
    /// Prepares `functions`; their environments start with the first invocations. Must be called
    /// within a tokio runtime.
    pub fn start(
        functions: Vec<Function>,
        settings: Settings,
        telemetry: Telemetry,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, StartError> {
        let floor = Floor::new(settings.concurrency.max(1), settings.account_concurrency);
        let service = Arc::new(Service {
            settings,
            telemetry,
            clock,
            entropy,
            floor: Mutex::new(floor),
            stirred: Notify::new(),
            resting: AtomicBool::new(false),
            ended: Notify::new(),
        });
        let folder = service.settings.state.join("root");
        std::fs::create_dir_all(&folder).map_err(|error| StartError {
            function: "all".to_owned(),
            why: format!("cannot create {}: {error}", folder.display()),
        })?;
        if service.settings.isolation != Isolation::Enclosed {
            Temporary::sweep();
        }
        let lambda = Self { service };
        for function in functions {
            lambda.reload(function)?;
        }
        tokio::spawn(timekeeper::keep(Arc::downgrade(&lambda.service)));
        tokio::spawn(timekeeper::keep_schedules(Arc::downgrade(&lambda.service)));
        Ok(lambda)
    }

    /// The functions that can be invoked.
    pub fn functions(&self) -> Vec<Function> {
        self.service.floor().functions.iter().map(|function| (**function).clone()).collect()
    }

    /// The function of that name, logical id or ARN.
    pub(crate) fn function(&self, name: &str) -> Option<Arc<Function>> {
        let floor = self.service.floor();
        floor.names.get(name).map(|index| Arc::clone(&floor.functions[*index]))
    }

    /// What all handles share.
    pub(crate) fn service(&self) -> &Service {
        &self.service
    }

    /// Runs a function once and gives its answer. If the future is dropped, the invocation still
    /// runs to its end, as in AWS.
    pub async fn invoke(&self, invocation: Invocation) -> Result<Answer, InvokeError> {
        self.run(invocation, Delivery::Buffered).await.map(|reply| reply.answer)
    }

    /// The same, and an answer that the function streams comes as it is made.
    pub async fn invoke_streaming(&self, invocation: Invocation) -> Result<StreamedAnswer, InvokeError> {
        let Reply { answer, stream } = self.run(invocation, Delivery::Streamed).await?;
        Ok(StreamedAnswer { answer, stream })
    }

    async fn run(&self, invocation: Invocation, delivery: Delivery) -> Result<Reply, InvokeError> {
        if invocation.event.len() > PAYLOAD_LIMIT {
            return Err(InvokeError::EventTooLarge { bytes: invocation.event.len() });
        }
        let service = &self.service;
        let Some(function) = service.floor().names.get(&invocation.function).copied() else {
            return Err(InvokeError::FunctionNotFound { function: invocation.function });
        };
        let (job, answer) = Job::new(invocation, delivery, &*service.clock, &*service.entropy);
        service.arrive(function, job);
        // The sender goes unused only with the whole service.
        answer.await.unwrap_or(Err(InvokeError::ShuttingDown))
    }

    /// Puts `function` in the place of the one with its name, or adds it. Environments of the old
    /// one finish what they run and are replaced; no invocation fails for it.
    pub fn reload(&self, mut function: Function) -> Result<(), StartError> {
        let service = &self.service;
        let logical_id = function.logical_id.clone();
        let refuse = |why| StartError { function: logical_id.clone(), why };
        if function.code.is_file() {
            function.code = service.unpacked(&function.code).map_err(refuse)?;
        }
        if !function.code.is_dir() {
            let why = format!("its code, {}, is neither a folder nor a zip", function.code.display());
            return Err(refuse(why));
        }
        let layers = service.layers(&function).map_err(refuse)?;
        let of_its_own = layers.len() - usize::from(function.bootstrap.is_some());
        if of_its_own > 0 && service.settings.isolation != Isolation::Enclosed {
            let why = "it has layers, which belong at /opt, and without namespaces nothing can be put there; \
                       `davy doctor` says how to get them";
            return Err(refuse(why.to_owned()));
        }
        let retired = {
            let mut floor = service.floor();
            let function = Arc::new(function);
            let known = floor.names.get(&function.name).copied();
            let index = if let Some(index) = known {
                floor.functions[index] = Arc::clone(&function);
                floor.fleet.set_reserved(index, function.reserved_concurrency);
                index
            } else {
                floor.functions.push(Arc::clone(&function));
                floor.fleet.add_function(function.reserved_concurrency)
            };
            for name in [&function.name, &function.logical_id, &function.arn] {
                floor.names.insert(name.clone(), index);
            }
            let idle = floor.fleet.retire_idle(index);
            for _ in floor.fleet.environments(index)..function.provisioned_concurrency as usize {
                floor.fleet.start(index);
                service.open(&mut floor, index);
            }
            floor.environments_of(&idle)
        };
        for environment in retired {
            environment.retire(Counted::Forgotten, service.clock.now());
        }
        Ok(())
    }

    /// Tells whoever watches the stack something.
    pub(crate) fn notice(&self, text: &str) {
        self.service.telemetry.notice(text);
    }

    /// Runs a function for nobody in particular, as an event's source does: it is tried again when
    /// it fails, and goes to the function's `OnFailure` destination in the end. Returns at once.
    pub fn invoke_later(&self, invocation: Invocation) -> Result<(), InvokeError> {
        let function = {
            let floor = self.service.floor();
            floor.names.get(&invocation.function).map(|index| (*floor.functions[*index]).clone())
        };
        let Some(function) = function else {
            return Err(InvokeError::FunctionNotFound { function: invocation.function });
        };
        tokio::spawn(asynchronous::deliver(self.clone(), function, invocation));
        Ok(())
    }

    /// What a schedule would invoke now, to fire it by hand; `None` if no function has one of that
    /// name.
    pub fn scheduled(&self, name: &str) -> Option<Invocation> {
        let functions = self.functions();
        let found = functions.iter().find_map(|function| {
            let schedule = function.schedules.iter().find(|schedule| schedule.name == name)?;
            Some((function, schedule))
        });
        found.map(|(function, schedule)| self.service.scheduled(function, schedule))
    }

    /// The execution environments that there are now, the oldest first.
    pub fn environments(&self) -> Vec<EnvironmentStatus> {
        let mut environments: Vec<_> = self.service.floor().environments.values().cloned().collect();
        environments.sort_by_key(|environment| environment.id);
        environments.iter().map(|environment| environment.status()).collect()
    }

    /// Takes no more invocations, lets those under way finish for at most `grace`, and leaves no
    /// process behind.
    pub async fn drain(&self, grace: Duration) {
        let service = &self.service;
        service.floor().closing = true;
        let quiet = service.until(|floor| floor.fleet.is_idle());
        let _ = tokio::time::timeout(grace, quiet).await;
        let (environments, waiting) = {
            let mut floor = service.floor();
            floor.closed = true;
            (floor.environments.values().cloned().collect::<Vec<_>>(), floor.fleet.take_all_waiting())
        };
        let now = service.clock.now();
        for mut job in waiting {
            let name = job.invocation.function.clone();
            job.fail(InvokeError::ShuttingDown, &name, now, &service.telemetry);
        }
        for environment in environments {
            environment.end_now(service);
        }
        // Killing takes no time that a person notices; this bounds a kernel that hesitates.
        let _ =
            tokio::time::timeout(KILLED_WITHIN, service.until(|floor| floor.environments.is_empty())).await;
    }
}

/// What the service's handle and its environments share.
pub(crate) struct Service {
    pub(crate) settings: Settings,
    pub(crate) telemetry: Telemetry,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    floor: Mutex<Floor>,
    /// There is something to watch the time for.
    stirred: Notify,
    /// The timekeeper ticks slowly, because all has been quiet for a while. Waking it for every
    /// invocation would cost more than placing one.
    resting: AtomicBool,
    /// An invocation or an environment has ended.
    ended: Notify,
}

/// Everything that placement needs, under one lock that is held for a moment.
struct Floor {
    fleet: Fleet<Box<Job>>,
    functions: Vec<Arc<Function>>,
    /// Name, logical id and ARN of each.
    names: BTreeMap<String, FunctionIndex>,
    environments: HashMap<EnvironmentId, Arc<Environment>>,
    opened: u64,
    /// Nothing new is let in.
    closing: bool,
    /// Nothing runs any more.
    closed: bool,
}

impl Floor {
    fn new(capacity: usize, account: usize) -> Self {
        Self {
            fleet: Fleet::new(capacity, account),
            functions: Vec::new(),
            names: BTreeMap::new(),
            environments: HashMap::new(),
            opened: 0,
            closing: false,
            closed: false,
        }
    }

    fn environments_of(&self, ids: &[EnvironmentId]) -> Vec<Arc<Environment>> {
        ids.iter().filter_map(|id| self.environments.get(id).cloned()).collect()
    }

    fn is_current(&self, environment: &Environment) -> bool {
        Arc::ptr_eq(&self.functions[environment.index], &environment.function)
    }
}

impl Service {
    pub(crate) fn scheduled(&self, function: &Function, schedule: &Schedule) -> Invocation {
        let Settings { account, region, .. } = &self.settings;
        Invocation::new(&function.name, schedule.event(self.clock.now(), account, region, &*self.entropy))
    }

    /// Whether idle environments stand still, as in Lambda.
    pub(crate) fn freezes(&self) -> bool {
        self.settings.parity == Parity::Strict && self.settings.isolation == Isolation::Enclosed
    }

    fn arrive(self: &Arc<Self>, function: FunctionIndex, mut job: Box<Job>) {
        let placed = {
            let mut floor = self.floor();
            if floor.closing {
                let name = floor.functions[function].name.clone();
                drop(floor);
                job.fail(InvokeError::ShuttingDown, &name, self.clock.now(), &self.telemetry);
                return;
            }
            if self.resting.swap(false, Ordering::Relaxed) {
                self.stirred.notify_one();
            }
            let until = job.until;
            floor.fleet.arrive(function, job, until)
        };
        self.carry_out(function, placed);
    }

    /// An invocation that its environment did not take is placed once more.
    pub(crate) fn bring_back(self: &Arc<Self>, function: FunctionIndex, mut job: Box<Job>) {
        job.attempts += 1;
        let (name, closed) = {
            let floor = self.floor();
            (floor.functions[function].name.clone(), floor.closed)
        };
        if closed || job.attempts > ATTEMPTS {
            let why = format!("{ATTEMPTS} environments in a row ended before they took the event");
            let error = if closed { InvokeError::ShuttingDown } else { InvokeError::Environment { why } };
            job.fail(error, &name, self.clock.now(), &self.telemetry);
            self.ended(function);
            return;
        }
        let until = job.until;
        let placed = self.floor().fleet.bring_back(function, job, until);
        self.carry_out(function, placed);
    }

    fn carry_out(self: &Arc<Self>, function: FunctionIndex, placed: Placed<Box<Job>>) {
        match placed {
            Placed::Warm(id, job) => {
                let environment = self.floor().environments.get(&id).cloned();
                let refused = match environment {
                    Some(environment) => environment.deliver(self, job),
                    None => Err(job),
                };
                if let Err(job) = refused {
                    self.bring_back(function, job);
                }
            }
            Placed::Queued => self.grow(),
            Placed::Throttled(mut job, reason) => {
                let name = self.floor().functions[function].name.clone();
                job.fail(InvokeError::Throttled { reason }, &name, self.clock.now(), &self.telemetry);
            }
        }
    }

    /// Starts environments for those who wait, as far as the machine has room.
    pub(crate) fn grow(self: &Arc<Self>) {
        loop {
            let evicted = {
                let mut floor = self.floor();
                if floor.closed {
                    return;
                }
                match floor.fleet.growth(self.clock.now()) {
                    None => return,
                    Some(Growth::Start(index)) => {
                        self.open(&mut floor, index);
                        continue;
                    }
                    Some(Growth::Evict(id)) => floor.environments.get(&id).cloned(),
                }
            };
            if let Some(environment) = evicted {
                environment.retire(Counted::Forgotten, self.clock.now());
            }
        }
    }

    fn open(self: &Arc<Self>, floor: &mut Floor, index: FunctionIndex) {
        floor.opened += 1;
        let id = EnvironmentId(floor.opened);
        let now = self.clock.now();
        let function = Arc::clone(&floor.functions[index]);
        let Civil { year, month, day, .. } = Civil::of(now.seconds());
        let (high, low) = (self.entropy.next_u64(), self.entropy.next_u64());
        let name = format!("{year:04}/{month:02}/{day:02}/[$LATEST]{high:016x}{low:016x}");
        let environment = Arc::new(Environment::new(id, index, function, name, now));
        floor.environments.insert(id, Arc::clone(&environment));
        tokio::spawn(drive(Arc::clone(self), environment));
    }

    /// An environment waits for an event.
    pub(crate) fn ready(self: &Arc<Self>, environment: &Environment) {
        let job = {
            let mut floor = self.floor();
            if !floor.is_current(environment) || floor.closed {
                drop(floor);
                environment.retire(Counted::Still, self.clock.now());
                return;
            }
            let first = !environment.mark_ready();
            floor.fleet.ready(environment.index, environment.id, first, self.clock.now())
        };
        if let Some(job) = job
            && let Err(job) = environment.deliver(self, job)
        {
            self.bring_back(environment.index, job);
        }
    }

    /// An environment's runtime has answered.
    pub(crate) fn settling(&self, environment: &Environment) {
        self.floor().fleet.settling(environment.index, environment.id, self.clock.now());
    }

    /// An idle environment's runtime has hung up.
    pub(crate) fn withdraw(&self, environment: &Environment) {
        self.floor().fleet.withdraw(environment.index, environment.id);
    }

    /// An invocation has ended.
    pub(crate) fn ended(&self, function: FunctionIndex) {
        let mut floor = self.floor();
        floor.fleet.ended(function);
        if floor.closing {
            self.ended.notify_waiters();
        }
    }

    /// An environment is no more.
    pub(crate) fn gone(self: &Arc<Self>, environment: &Environment) {
        let forgotten = environment.is_forgotten();
        {
            let mut floor = self.floor();
            floor.environments.remove(&environment.id);
            if !forgotten {
                let was_starting = !environment.has_been_ready();
                floor.fleet.gone(environment.index, environment.id, was_starting);
            }
        }
        self.ended.notify_waiters();
        self.grow();
    }

    pub(crate) fn take_waiting(&self, function: FunctionIndex) -> Option<Box<Job>> {
        self.floor().fleet.take_waiting(function)
    }

    /// Waits until the floor is as `met` wants it.
    async fn until(&self, met: impl Fn(&Floor) -> bool) {
        loop {
            let changed = self.ended.notified();
            tokio::pin!(changed);
            // Before looking, so that no change falls in between.
            changed.as_mut().enable();
            if met(&self.floor()) {
                return;
            }
            changed.await;
        }
    }

    fn floor(&self) -> MutexGuard<'_, Floor> {
        // Every change under this lock is whole before anything can panic.
        self.floor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "function `{}` cannot run here: {}", self.function, self.why)
    }
}

impl std::error::Error for StartError {}

/// Environments that may fail to take one and the same event before it is given up.
const ATTEMPTS: u8 = 5;
const KILLED_WITHIN: Duration = Duration::from_secs(5);
