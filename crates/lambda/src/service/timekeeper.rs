//! The one task that watches the time for all: deadlines, patience, idleness, memory.
//!
//! One tick for everybody instead of a timer for each invocation: an invocation's way is then free
//! of timers, and every decision has the clock as an argument.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::Service;
use crate::InvokeError;
use crate::environment::{Counted, Environment};

/// Ticks until the service is gone: fast while anything runs, slowly while all is quiet.
pub(super) async fn keep(service: Weak<Service>) {
    let mut ticks = 0_u64;
    loop {
        let Some(service) = service.upgrade() else { return };
        let quiet = service.floor().fleet.is_quiet();
        service.tick();
        ticks += 1;
        if ticks.is_multiple_of(TICKS_PER_SAMPLE) {
            service.sample();
        }
        if !quiet {
            drop(service);
            tokio::time::sleep(TICK).await;
            continue;
        }
        service.sample();
        tokio::select! {
            () = tokio::time::sleep(QUIET_TICK) => {}
            () = service.stirred.notified() => {}
        }
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
const QUIET_TICK: Duration = Duration::from_millis(250);
const TICKS_PER_SAMPLE: u64 = 100;
