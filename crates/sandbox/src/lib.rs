//! Starts a process enclosed: namespaces, a read-only root, limits. The only crate with `unsafe`.
//!
//! Invariant: whatever is started here dies with Davy, however Davy dies: the supervisor has the
//! parent-death signal and watches its socket, and its own end is the PID namespace's.

pub mod launcher;

mod connection;
mod enclosure;
mod isolation;
mod memory;
mod probe;
mod process;
mod spawner;
mod specification;
mod vitals;

pub use enclosure::{Enclosure, SpawnError};
pub use isolation::Isolation;
pub use probe::{probe, probe_with};
pub use process::{Exit, Handle, Output, Process};
pub use specification::{Limits, Tree};
pub use vitals::Vitals;
