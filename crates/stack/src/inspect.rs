//! A running stack's services, for who shows them: the console.

use std::collections::BTreeMap;
use std::sync::Arc;

use bucket::Buckets;
use edge::Distribution;
use lambda::Lambda;
use tokio::sync::watch;

use crate::services::Services;

/// Gives the services as they are now, after a change of the template too. Cheap to clone.
#[derive(Clone)]
pub struct Inspector {
    services: watch::Receiver<Arc<Services>>,
}

impl Inspector {
    pub(crate) fn new(services: watch::Receiver<Arc<Services>>) -> Self {
        Self { services }
    }

    /// The Lambda service.
    pub fn lambda(&self) -> Lambda {
        self.services.borrow().lambda.clone()
    }

    /// The buckets.
    pub fn buckets(&self) -> Buckets {
        self.services.borrow().buckets.clone()
    }

    /// The distributions by their logical ids.
    pub fn distributions(&self) -> BTreeMap<String, Arc<Distribution>> {
        self.services.borrow().distributions.clone()
    }
}
