//! One fetch for all who ask for one key at once: the first leads, the others wait for what it learns
//! (E-134).

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::entry::{Entry, EntryHead};
use crate::key::Key;
use crate::relay::Relay;

/// The fetches under way.
#[derive(Debug, Default)]
pub(crate) struct Flights {
    under_way: Mutex<HashMap<Key, Flight>>,
}

#[derive(Clone, Debug)]
struct Flight {
    landing: watch::Receiver<Landing>,
    purged: Arc<std::sync::atomic::AtomicBool>,
}

/// What the first has learnt.
#[derive(Clone, Debug)]
pub(crate) enum Landing {
    /// Nothing yet.
    Pending,
    /// The answer is shared while it still comes in.
    Shared(Arc<SharedAnswer>),
    /// A stored answer holds again, or is shown although the origin failed.
    Stored(Arc<Entry>),
    /// The answer is the first's alone; everybody asks for himself.
    Alone,
    /// The first went away before he learnt anything; another may lead.
    Lost,
}

/// An answer that several viewers read while it comes in.
#[derive(Debug)]
pub(crate) struct SharedAnswer {
    pub head: EntryHead,
    pub body: Arc<Relay>,
}

/// A place among those who ask for a key.
#[derive(Debug)]
pub(crate) enum Place {
    /// The first: he fetches.
    Leader(Leader),
    /// One who waits.
    Waiter(watch::Receiver<Landing>),
}

/// The one who fetches. Dropped without a word, he is lost.
#[derive(Debug)]
pub(crate) struct Leader {
    /// `None` for one on whom nobody waits.
    flights: Option<Arc<Flights>>,
    key: Key,
    landing: watch::Sender<Landing>,
    purged: Arc<std::sync::atomic::AtomicBool>,
}

impl Flights {
    /// Joins those who ask for `key`.
    pub(crate) fn join(self: &Arc<Self>, key: &Key) -> Place {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        match under_way.entry(key.clone()) {
            Slot::Occupied(flight) => Place::Waiter(flight.get().landing.clone()),
            Slot::Vacant(slot) => {
                let (sender, receiver) = watch::channel(Landing::Pending);
                let purged = Arc::default();
                slot.insert(Flight { landing: receiver, purged: Arc::clone(&purged) });
                Place::Leader(Leader {
                    flights: Some(Arc::clone(self)),
                    key: key.clone(),
                    landing: sender,
                    purged,
                })
            }
        }
    }

    /// Whether somebody fetches that key already.
    pub(crate) fn is_under_way(&self, key: &Key) -> bool {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).contains_key(key)
    }

    /// What comes in for these keys is out of date before it is stored: it is not stored, and nobody
    /// else joins.
    pub(crate) fn drop_where(&self, chosen: impl Fn(&Key) -> bool) {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).retain(|key, flight| {
            let goes = chosen(key);
            flight.purged.fetch_or(goes, std::sync::atomic::Ordering::SeqCst);
            !goes
        });
    }
}

impl Leader {
    /// One on whom nobody waits.
    pub(crate) fn alone(key: &Key) -> Self {
        Self {
            flights: None,
            key: key.clone(),
            landing: watch::Sender::new(Landing::Pending),
            purged: Arc::default(),
        }
    }

    /// The key.
    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// Tells those who wait. The flight stays joinable until the leader is dropped.
    pub(crate) fn land(&self, landing: Landing) {
        self.landing.send_replace(landing);
    }

    /// Whether the key was purged since the fetch began.
    pub(crate) fn is_purged(&self) -> bool {
        self.purged.load(std::sync::atomic::Ordering::SeqCst)
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        let Some(flights) = &self.flights else { return };
        let mut under_way = flights.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        // After a purge the place may be another's.
        if under_way.get(&self.key).is_some_and(|flight| Arc::ptr_eq(&flight.purged, &self.purged)) {
            under_way.remove(&self.key);
        }
        drop(under_way);
        self.landing.send_if_modified(|landing| {
            let nothing_said = matches!(landing, Landing::Pending);
            if nothing_said {
                *landing = Landing::Lost;
            }
            nothing_said
        });
    }
}

/// Waits for the leader's word.
pub(crate) async fn wait(mut landing: watch::Receiver<Landing>) -> Landing {
    match landing.wait_for(|landing| !matches!(landing, Landing::Pending)).await {
        Ok(landing) => landing.clone(),
        Err(_) => Landing::Lost,
    }
}

#[cfg(test)]
mod tests;
