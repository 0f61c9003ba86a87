//! The Lambda service: functions, execution environments, the Runtime API.

mod function;
mod invocation;
mod service;
mod settings;

pub use function::{Function, LogFormat, Tracing, Volume};
pub use invocation::{Answer, FunctionError, Invocation, InvokeError, Log, PAYLOAD_LIMIT, ThrottleReason};
pub use service::{Lambda, StartError};
pub use settings::{Parity, Settings};
