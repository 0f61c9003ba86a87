//! Which environment runs which invocation: decided here, without a socket, a process or a clock.
//!
//! An arriving invocation takes the function's environment that was idle last (the newest first, so
//! that the oldest can go), else it waits in the function's queue, for which a new environment is
//! started while the machine has room. Whichever environment is ready first takes whoever has
//! waited longest.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

use trace::Timestamp;

use crate::ThrottleReason;

/// A function's place in the fleet.
pub(crate) type FunctionIndex = usize;

/// An environment's number, never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EnvironmentId(pub(crate) u64);

/// All functions' environments and queues. `J` is an invocation, whatever the caller makes of it.
#[derive(Debug)]
pub(crate) struct Fleet<J> {
    /// Environments at once, of all functions.
    capacity: usize,
    /// Invocations at once, of all functions: the account's limit.
    account: usize,
    pools: Vec<Pool<J>>,
}

#[derive(Debug)]
struct Pool<J> {
    reserved: Option<u32>,
    /// Ready environments, the one that became so last at the end.
    idle: Vec<Idle>,
    waiting: VecDeque<Waiting<J>>,
    /// Environments whose runtime has answered and will ask for the next event at any moment.
    settling: Vec<Idle>,
    /// Environments that have never been ready.
    starting: usize,
    /// All of them.
    environments: usize,
    /// Invocations that were let in and have not ended.
    under_way: usize,
}

#[derive(Clone, Copy, Debug)]
struct Idle {
    environment: EnvironmentId,
    since: Timestamp,
}

#[derive(Debug)]
struct Waiting<J> {
    job: J,
    until: Timestamp,
}

/// What becomes of an arriving invocation.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Placed<J> {
    /// This environment waits for it.
    Warm(EnvironmentId, J),
    /// It waits in the queue. The caller is to look at [`Fleet::growth`].
    Queued,
    /// The function has as many as it may have.
    Throttled(J, ThrottleReason),
}

/// What is to be done for those who wait.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Growth {
    /// Start an environment of this function; it is counted already.
    Start(FunctionIndex),
    /// End this idle environment of another function to make room; it is forgotten already.
    Evict(EnvironmentId),
}

impl<J> Fleet<J> {
    pub(crate) fn new(capacity: usize, account: usize) -> Self {
        Self { capacity, account, pools: Vec::new() }
    }

    pub(crate) fn add_function(&mut self, reserved: Option<u32>) -> FunctionIndex {
        self.pools.push(Pool {
            reserved,
            idle: Vec::new(),
            waiting: VecDeque::new(),
            settling: Vec::new(),
            starting: 0,
            environments: 0,
            under_way: 0,
        });
        self.pools.len() - 1
    }

    pub(crate) fn set_reserved(&mut self, function: FunctionIndex, reserved: Option<u32>) {
        self.pools[function].reserved = reserved;
    }

    /// Lets an invocation in, or throttles it. Its caller waits until `until`.
    pub(crate) fn arrive(&mut self, function: FunctionIndex, job: J, until: Timestamp) -> Placed<J> {
        let all: usize = self.pools.iter().map(|pool| pool.under_way).sum();
        if all >= self.account {
            return Placed::Throttled(job, ThrottleReason::ConcurrentInvocationLimitExceeded);
        }
        let pool = &mut self.pools[function];
        if pool.reserved.is_some_and(|reserved| pool.under_way >= reserved as usize) {
            let reason = ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded;
            return Placed::Throttled(job, reason);
        }
        pool.under_way += 1;
        if let Some(idle) = pool.idle.pop() {
            return Placed::Warm(idle.environment, job);
        }
        pool.waiting.push_back(Waiting { job, until });
        Placed::Queued
    }

    /// Brings an invocation back that its environment did not take: it is the next to be placed.
    pub(crate) fn bring_back(&mut self, function: FunctionIndex, job: J, until: Timestamp) -> Placed<J> {
        let pool = &mut self.pools[function];
        if let Some(idle) = pool.idle.pop() {
            return Placed::Warm(idle.environment, job);
        }
        pool.waiting.push_front(Waiting { job, until });
        Placed::Queued
    }

    /// An invocation that was let in has ended, in whatever way.
    pub(crate) fn ended(&mut self, function: FunctionIndex) {
        self.pools[function].under_way -= 1;
    }

    /// The runtime of this environment has answered.
    pub(crate) fn settling(&mut self, function: FunctionIndex, environment: EnvironmentId, now: Timestamp) {
        self.pools[function].settling.push(Idle { environment, since: now });
    }

    /// One step towards an environment for everybody who waits; the caller asks until `None`, and
    /// again as time passes.
    ///
    /// Who is about to be ready counts for a moment, or every caller that is quicker than the
    /// runtime's way back to `next` would have a new environment started.
    pub(crate) fn growth(&mut self, now: Timestamp) -> Option<Growth> {
        let function = self.pools.iter().position(|pool| {
            let settling = pool.settling.iter().filter(|settling| now.since(settling.since) < SETTLING);
            pool.waiting.len() > pool.starting + settling.count()
        })?;
        let environments: usize = self.pools.iter().map(|pool| pool.environments).sum();
        if environments < self.capacity {
            return Some(self.start(function));
        }
        let oldest = (0..self.pools.len())
            .filter(|&other| other != function)
            .filter_map(|other| Some((self.pools[other].idle.first()?.since, other)))
            .min()?;
        let idle = self.pools[oldest.1].idle.remove(0);
        self.pools[oldest.1].environments -= 1;
        Some(Growth::Evict(idle.environment))
    }

    /// Counts a new environment of `function`, whether somebody waits or not.
    pub(crate) fn start(&mut self, function: FunctionIndex) -> Growth {
        self.pools[function].starting += 1;
        self.pools[function].environments += 1;
        Growth::Start(function)
    }

    /// An environment is ready: for the first time if `first`. Who has waited longest gets it.
    pub(crate) fn ready(
        &mut self,
        function: FunctionIndex,
        environment: EnvironmentId,
        first: bool,
        now: Timestamp,
    ) -> Option<J> {
        let pool = &mut self.pools[function];
        pool.settling.retain(|settling| settling.environment != environment);
        if first {
            pool.starting -= 1;
        }
        if let Some(waiting) = pool.waiting.pop_front() {
            return Some(waiting.job);
        }
        pool.idle.push(Idle { environment, since: now });
        None
    }

    /// An idle environment takes nothing for now: its runtime has hung up.
    pub(crate) fn withdraw(&mut self, function: FunctionIndex, environment: EnvironmentId) {
        let pool = &mut self.pools[function];
        pool.idle.retain(|idle| idle.environment != environment);
        pool.settling.retain(|settling| settling.environment != environment);
    }

    /// An environment is no more. `was_starting`: it never was ready.
    pub(crate) fn gone(&mut self, function: FunctionIndex, environment: EnvironmentId, was_starting: bool) {
        self.withdraw(function, environment);
        let pool = &mut self.pools[function];
        pool.environments -= 1;
        if was_starting {
            pool.starting -= 1;
        }
    }

    /// Who has waited longest for this function.
    pub(crate) fn take_waiting(&mut self, function: FunctionIndex) -> Option<J> {
        self.pools[function].waiting.pop_front().map(|waiting| waiting.job)
    }

    /// Those whose callers wait no longer.
    pub(crate) fn impatient(&mut self, now: Timestamp) -> Vec<(FunctionIndex, J)> {
        let mut left = Vec::new();
        for (function, pool) in self.pools.iter_mut().enumerate() {
            let mut at = 0;
            while at < pool.waiting.len() {
                if pool.waiting[at].until <= now {
                    left.extend(pool.waiting.remove(at).map(|waiting| (function, waiting.job)));
                } else {
                    at += 1;
                }
            }
        }
        left
    }

    /// Idle environments that nobody has needed for `idle`; they are forgotten. `keep` of each
    /// function stay.
    pub(crate) fn superfluous(
        &mut self,
        now: Timestamp,
        idle: Duration,
        keep: impl Fn(FunctionIndex) -> usize,
    ) -> Vec<EnvironmentId> {
        let mut ended = Vec::new();
        for (function, pool) in self.pools.iter_mut().enumerate() {
            while pool.environments > keep(function)
                && pool.idle.first().is_some_and(|first| now.since(first.since) >= idle)
            {
                ended.push(pool.idle.remove(0).environment);
                pool.environments -= 1;
            }
        }
        ended
    }

    /// All idle environments of a function; they are forgotten.
    pub(crate) fn retire_idle(&mut self, function: FunctionIndex) -> Vec<EnvironmentId> {
        let pool = &mut self.pools[function];
        pool.environments -= pool.idle.len();
        pool.idle.drain(..).map(|idle| idle.environment).collect()
    }

    /// Environments of a function, of which some may be idle.
    pub(crate) fn environments(&self, function: FunctionIndex) -> usize {
        self.pools[function].environments
    }

    /// Everybody who waits, of all functions.
    pub(crate) fn take_all_waiting(&mut self) -> Vec<J> {
        self.pools.iter_mut().flat_map(|pool| pool.waiting.drain(..)).map(|waiting| waiting.job).collect()
    }

    /// Whether no invocation is under way.
    pub(crate) fn is_idle(&self) -> bool {
        self.pools.iter().all(|pool| pool.under_way == 0)
    }

    /// Whether, besides, nothing is starting.
    pub(crate) fn is_quiet(&self) -> bool {
        self.pools.iter().all(|pool| pool.under_way == 0 && pool.starting == 0)
    }
}

/// How long an answered environment may take to ask for the next event before another is started.
const SETTLING: Duration = Duration::from_millis(10);
