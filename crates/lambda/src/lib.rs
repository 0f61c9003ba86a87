//! The Lambda service: functions, execution environments, the Runtime API.
//!
//! ```text
//! invoke ─► Fleet: a warm environment, or the queue ─► Environment: the event on the waiting `next`
//!             (pure)        └─► a new environment        └─► connection, process, output, END, REPORT
//! ```
//!
//! Invariant: an environment holds one invocation at a time.
//! Invariant: an invocation's way has no timer and no task of its own: the timekeeper ticks for all.

mod api;
mod asynchronous;
mod command;
mod environment;
mod extensions;
mod failure;
mod fleet;
mod function;
mod invocation;
mod job;
mod phase;
mod platform;
mod runtime_api;
mod schedule;
mod service;
mod settings;
mod variables;

pub use api::{Api, Caller};
pub use command::{Channel, Command, CommandError};
pub use function::{Function, LogFormat, Tracing, Volume};
pub use invocation::{Answer, FunctionError, Invocation, InvokeError, Log, PAYLOAD_LIMIT, ThrottleReason};
pub use job::Streamed;
pub use phase::Phase;
pub use runtime_api::wire::fuzz_wire;
pub use schedule::{Expression, MalformedSchedule, Schedule};
pub use service::{EnvironmentStatus, Lambda, StartError, StreamedAnswer};
pub use settings::{Parity, Settings};
