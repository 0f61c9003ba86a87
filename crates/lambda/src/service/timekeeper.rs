//! The one task that watches the time for all: deadlines, patience, idleness, memory.
//!
//! One tick for everybody instead of a timer for each invocation: an invocation's way is then free
//! of timers, and every decision has the clock as an argument.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::{Lambda, Service};
use crate::InvokeError;
use crate::environment::{Counted, Environment};

/// Ticks until the service is gone: fast while anything runs, slowly while all is quiet.
pub(super) async fn keep(service: Weak<Service>) {
    let (mut ticks, mut quiet) = (0_u64, 0_u32);
    loop {
        let Some(service) = service.upgrade() else { return };
        quiet = if service.floor().fleet.is_quiet() { quiet + 1 } else { 0 };
        service.tick();
        ticks += 1;
        if ticks.is_multiple_of(TICKS_PER_SAMPLE) {
            service.sample();
        }
        if quiet < QUIET_TICKS {
            drop(service);
            tokio::time::sleep(TICK).await;
            continue;
        }
        service.resting.store(true, Ordering::Relaxed);
        // Whoever came before he could see that is not waited for in vain.
        if !service.floor().fleet.is_quiet() {
            service.resting.store(false, Ordering::Relaxed);
            quiet = 0;
            continue;
        }
        service.sample();
        tokio::select! {
            () = tokio::time::sleep(QUIET_TICK) => {}
            () = service.stirred.notified() => quiet = 0,
        }
        service.resting.store(false, Ordering::Relaxed);
    }
}

/// Fires the functions' schedules until the service is gone.
pub(super) async fn keep_schedules(service: Weak<Service>) {
    let Some(start) = service.upgrade().map(|service| service.clock.now()) else { return };
    let mut from = start;
    loop {
        tokio::time::sleep(SCHEDULE_TICK).await;
        let Some(service) = service.upgrade() else { return };
        let to = service.clock.now();
        let lambda = Lambda { service: Arc::clone(&service) };
        for function in lambda.functions() {
            for schedule in function.schedules.iter().filter(|schedule| schedule.enabled) {
                if schedule.expression.fires(start, from, to) {
                    // Its function was there a moment ago.
                    let _ = lambda.invoke_later(service.scheduled(&function, schedule));
                }
            }
        }
        from = to;
    }
}

impl Service {
    fn tick(self: &Arc<Self>) {
        let now = self.clock.now();
        let (environments, impatient, superfluous) = {
            let mut floor = self.floor();
            let impatient = floor.fleet.impatient(now);
            let provisioned: Vec<usize> =
                floor.functions.iter().map(|function| function.provisioned_concurrency as usize).collect();
            let superfluous =
                floor.fleet.superfluous(now, self.settings.idle, |function| provisioned[function]);
            let superfluous = floor.environments_of(&superfluous);
            (self.all(&floor), impatient, superfluous)
        };
        for (function, mut job) in impatient {
            let (name, error) = {
                let error = InvokeError::Timeout { after: job.invocation.patience };
                (self.floor().functions[function].name.clone(), error)
            };
            job.fail(error, &name, now, &self.telemetry);
            self.ended(function);
        }
        for environment in superfluous {
            environment.retire(Counted::Forgotten, now);
        }
        for environment in environments {
            environment.check_time(self, now);
        }
        self.grow();
    }

    /// Reads the memory of whoever has worked, away from those who serve.
    fn sample(&self) {
        let environments = self.all(&self.floor());
        tokio::task::spawn_blocking(move || {
            for environment in environments {
                environment.sample_memory();
            }
        });
    }

    #[expect(clippy::unused_self, reason = "reads as the floor's question")]
    fn all(&self, floor: &super::Floor) -> Vec<Arc<Environment>> {
        floor.environments.values().cloned().collect()
    }
}

/// Timeouts are this exact.
const TICK: Duration = Duration::from_millis(10);
/// Ticks without anything under way before the next ones are slow.
const QUIET_TICKS: u32 = 50;
const QUIET_TICK: Duration = Duration::from_millis(250);
/// Schedules are minutes; a second late is not late.
const SCHEDULE_TICK: Duration = Duration::from_secs(1);
const TICKS_PER_SAMPLE: u64 = 100;
