//! Before and after a snapshot (SnapStart): the application is warmed up, the environment is frozen into
//! an image, and each copy of it goes on with a worker of its own.

use super::{Phase, Reply, Slot, StartFailure, Surroundings, api_failure};
use crate::event::{self, Work};

impl Slot {
    /// Requests the next path of `DAVY_WARM`; after the last one, asks for the snapshot.
    pub(super) fn warm(&mut self, around: &mut Surroundings<'_>) -> Result<(), StartFailure> {
        let Some(path) = self.warming.as_mut().and_then(std::collections::VecDeque::pop_front) else {
            self.warming = None;
            self.phase = Phase::Restoring;
            return self
                .api
                .ask_restore()
                .map_err(|error| api_failure("when it was asked for a snapshot", error));
        };
        let mut event = event_for(&path);
        let length = event.len();
        match event::work(&mut event, 0..length, &self.invocation, around.settings) {
            Ok(Work::Run { exchange, .. }) => {
                around.log.say(&format!("warming up: {path}"));
                self.phase = Phase::Warming { exchange };
                self.serve_worker(around)
            }
            _ => self.warm(around),
        }
    }

    /// A copy has been thawed. Its worker has the random state and the connections of all copies, so it
    /// is replaced: the master's opcode cache stays.
    pub(super) fn restored(
        &mut self,
        reply: &Reply,
        around: &mut Surroundings<'_>,
    ) -> Result<(), StartFailure> {
        if reply.head.status != 200 {
            let error = std::io::Error::other(format!("status {}", reply.head.status));
            return Err(api_failure("when it was asked for a snapshot", error));
        }
        self.start = None;
        self.end_worker(around);
        self.phase = Phase::Starting;
        self.reconnect(around)
    }
}

/// A GET of that path, as an HTTP API would send it.
fn event_for(path: &str) -> Vec<u8> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    serde_json::json!({
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": { "host": "localhost", "user-agent": "davy-warm" },
        "requestContext": { "http": { "method": "GET", "path": path }, "stage": "$default" },
    })
    .to_string()
    .into_bytes()
}
