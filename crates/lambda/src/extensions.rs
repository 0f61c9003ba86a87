//! The Extensions API: who has registered in an environment, and which event each waits for.
//!
//! Two things are laxer than in Lambda: registration stays open after the runtime's first `next`,
//! since extensions start beside the runtime and not before it; and an invocation's end doesn't wait
//! for them.

#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde_json::json;

use crate::Function;
use crate::runtime_api::reply;

/// The extensions of one environment. `C` is a connection on which one waits.
#[derive(Debug)]
pub(crate) struct Extensions<C> {
    registered: Vec<Extension<C>>,
}

#[derive(Debug)]
struct Extension<C> {
    name: String,
    identifier: String,
    events: Vec<Wanted>,
    waiting: Option<C>,
    /// An event that came while it was busy.
    pending: Option<String>,
}

/// What an extension registers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Wanted {
    Invoke,
    Shutdown,
}

#[derive(Deserialize)]
struct Registration {
    events: Vec<Wanted>,
}

impl<C: Clone> Extensions<C> {
    pub(crate) const fn new() -> Self {
        Self { registered: Vec::new() }
    }

    /// `POST /2020-01-01/extension/register`; the answer.
    pub(crate) fn register(
        &mut self,
        name: Option<&str>,
        body: &[u8],
        identifier: String,
        function: &Function,
    ) -> Vec<u8> {
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return reply::extension_refusal("Extension.InvalidExtensionName", "Empty extension name");
        };
        let Ok(Registration { events }) = serde_json::from_slice(body) else {
            return reply::extension_refusal(
                "Extension.InvalidEventType",
                "events must be INVOKE or SHUTDOWN",
            );
        };
        if self.registered.iter().any(|extension| extension.name == name) {
            return reply::extension_refusal(
                "Extension.AlreadyRegistered",
                "Extension is already registered",
            );
        }
        if self.registered.len() == EXTENSIONS_MAX {
            return reply::extension_refusal("Extension.TooManyExtensions", "Extension limit (10) reached");
        }
        let answer = json!({
            "functionName": function.name, "functionVersion": "$LATEST", "handler": function.handler,
        });
        let answer = reply::ok_with("Lambda-Extension-Identifier", &identifier, &answer.to_string());
        let name = name.to_owned();
        self.registered.push(Extension { name, identifier, events, waiting: None, pending: None });
        answer
    }

    /// `GET /2020-01-01/extension/event/next`; the answer, or none while there is no event.
    pub(crate) fn next(&mut self, identifier: Option<&str>, connection: &C) -> Option<Vec<u8>> {
        let Some(extension) = self.find(identifier) else {
            return Some(reply::extension_refusal(
                "Extension.UnknownExtensionIdentifier",
                "Unknown extension identifier",
            ));
        };
        if let Some(event) = extension.pending.take() {
            return Some(extension.event(&event));
        }
        extension.waiting = Some(connection.clone());
        None
    }

    /// `POST …/init/error`, `…/exit/error`; the answer.
    pub(crate) fn failed(&mut self, identifier: Option<&str>) -> Vec<u8> {
        match self.find(identifier) {
            Some(_) => reply::accepted(),
            None => reply::extension_refusal(
                "Extension.UnknownExtensionIdentifier",
                "Unknown extension identifier",
            ),
        }
    }

    /// An invocation begins; what is to be written where.
    pub(crate) fn invoked(
        &mut self,
        request_id: &str,
        deadline_millis: u64,
        function: &Function,
        trace: &str,
    ) -> Vec<(C, Vec<u8>)> {
        let event = || {
            json!({
                "eventType": "INVOKE", "deadlineMs": deadline_millis, "requestId": request_id,
                "invokedFunctionArn": function.arn, "tracing": {"type": "X-Amzn-Trace-Id", "value": trace},
            })
        };
        self.tell(Wanted::Invoke, event)
    }

    /// Whether an extension wants to be told of the end, now or when it has finished what it does.
    pub(crate) fn await_the_end(&self) -> bool {
        self.registered.iter().any(|extension| extension.events.contains(&Wanted::Shutdown))
    }

    /// The environment ends; what is to be written where. Who is busy hears of it when he asks.
    pub(crate) fn shut_down(&mut self, deadline_millis: u64) -> Vec<(C, Vec<u8>)> {
        let event =
            || json!({"eventType": "SHUTDOWN", "deadlineMs": deadline_millis, "shutdownReason": "spindown"});
        self.tell(Wanted::Shutdown, event)
    }

    fn tell(&mut self, wanted: Wanted, event: impl Fn() -> serde_json::Value) -> Vec<(C, Vec<u8>)> {
        let mut messages = Vec::new();
        for extension in self.registered.iter_mut().filter(|extension| extension.events.contains(&wanted)) {
            let event = event().to_string();
            match extension.waiting.take() {
                Some(connection) => messages.push((connection, extension.event(&event))),
                None => extension.pending = Some(event),
            }
        }
        messages
    }

    fn find(&mut self, identifier: Option<&str>) -> Option<&mut Extension<C>> {
        self.registered.iter_mut().find(|extension| Some(extension.identifier.as_str()) == identifier)
    }
}

impl<C> Extension<C> {
    fn event(&self, event: &str) -> Vec<u8> {
        reply::ok_with("Lambda-Extension-Event-Identifier", &self.identifier, event)
    }
}

/// Extensions of one environment (facts, lambda 10).
const EXTENSIONS_MAX: usize = 10;
