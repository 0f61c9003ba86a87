//! How many environments each function had lately: what the moving picture draws.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::stack::{Function, Phase};

/// One function at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Environments that start.
    pub(crate) starting: usize,
    /// Environments that run an invocation.
    pub(crate) running: usize,
    /// Environments that wait.
    pub(crate) ready: usize,
}

#[derive(Default)]
pub(crate) struct History {
    functions: Mutex<Vec<(String, VecDeque<Moment>)>>,
}

impl History {
    pub(crate) fn add(&self, functions: &[Function]) {
        let mut known = self.functions.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(name, _)| functions.iter().any(|function| function.name == *name));
        for function in functions {
            let moments = match known.iter().position(|(name, _)| *name == function.name) {
                Some(place) => &mut known[place].1,
                None => &mut known.push_mut((function.name.clone(), VecDeque::with_capacity(LENGTH))).1,
            };
            if moments.len() == LENGTH {
                moments.pop_front();
            }
            moments.push_back(moment(function));
        }
    }

    /// The moments of a function, the oldest first.
    pub(crate) fn of(&self, function: &str) -> Vec<Moment> {
        let known = self.functions.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .iter()
            .find(|(name, _)| name == function)
            .map(|(_, moments)| moments.iter().copied().collect())
            .unwrap_or_default()
    }
}

fn moment(function: &Function) -> Moment {
    let count = |phases: &[Phase]| {
        function.environments.iter().filter(|environment| phases.contains(&environment.phase)).count()
    };
    Moment {
        starting: count(&[Phase::Started, Phase::Initialising]),
        running: count(&[Phase::Running, Phase::Draining]),
        ready: count(&[Phase::Ready]),
    }
}

pub(crate) const INTERVAL: Duration = Duration::from_millis(500);

/// Two minutes.
pub(crate) const LENGTH: usize = 240;

#[cfg(test)]
mod tests;
