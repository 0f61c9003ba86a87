//! An origin's body on its way to those who read it, and into the store when it is whole.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;

use super::Shared;
use crate::entry::{Entry, EntryHead};
use crate::flight::Leader;
use crate::relay::{Relay, Written};

/// Brings an origin's body to those who read it, and to the store when it is whole.
pub(super) struct Pump {
    pub(super) shared: Arc<Shared>,
    pub(super) leader: Leader,
    pub(super) head: EntryHead,
    pub(super) origin_headers: HeaderMap,
    pub(super) relay: Arc<Relay>,
    pub(super) patience: Duration,
}

impl Pump {
    /// Runs to the body's end, or until nobody wants it.
    pub(super) async fn run(self, mut body: UnsyncBoxBody<Bytes, io::Error>) {
        let outcome = loop {
            match tokio::time::timeout(self.patience, body.frame()).await {
                Ok(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data()
                        && self.relay.write(data).await == Written::Unwanted
                    {
                        // E-076: nobody waits for it, so it is not stored either.
                        break Err(io::Error::other("all viewers have gone"));
                    }
                }
                Ok(Some(Err(error))) => break Err(error),
                Ok(None) => break Ok(()),
                Err(_) => {
                    break Err(io::Error::new(io::ErrorKind::TimedOut, "the origin fell silent"));
                }
            }
        };
        // Stored before it ends, so that who has read it all finds it there.
        if outcome.is_ok()
            && let Some(whole) = self.relay.whole()
        {
            let entry = Arc::new(Entry::new(self.head, whole));
            self.shared.keep(self.leader, entry, &self.origin_headers);
        }
        self.relay.end(outcome);
    }
}
