//! A stack model turned into running services, and out again.
//!
//! ```text
//! Source ─► template ─► plan ─► Services ◄─ entrances, bound first
//!           a model     in the     │
//!                       services'  ├─ edits: cached answers go, buckets follow
//!                       words      └─ control: what other davy commands ask
//! ```

mod control;
mod edits;
mod entrance;
mod error;
mod hosts;
mod inspect;
mod keys;
mod listener;
mod php;
mod plan;
mod ports;
mod security;
mod services;
mod settings;
mod source;
mod stack;
mod state;
mod watch;

pub use control::{Order, Report, ask};
pub use entrance::Entrance;
pub use error::StartError;
pub use inspect::Inspector;
pub use php::PhpFpm;
pub use settings::{Enclosure, Settings, Tls};
pub use source::{NoTemplate, Source};
pub use stack::{Stack, Started};
pub use state::State;
