//! The Lambda runtime for PHP: the Runtime API on one side, php-fpm on the other.
//!
//! ```text
//! Runtime API ── next ──► event ──► request ──► FastCGI ──► php-fpm's worker
//!             ◄─ response ─ answer ◄─ response ◄───────────
//! ```
//!
//! Invariant: one thread, no async runtime. One `poll(2)` waits for everything: the Runtime API, the
//! workers, php-fpm's log and its end ([`serve`]). Decisions take the time and the environment as
//! arguments; `api`, `link` and `fpm` alone touch sockets and processes.

mod api;
mod event;
mod exchange;
mod failure;
mod file;
mod fpm;
mod gzip;
mod link;
mod log;
mod response;
mod script;
mod serve;
mod settings;
mod slot;
mod tracing;
mod variables;

pub use api::fuzz as fuzz_runtime_api;
pub use failure::StartFailure;
pub use fpm::become_php_fpm;
pub use log::{Log, LogFormat};
pub use script::fuzz as fuzz_script;
pub use serve::serve;
pub use settings::{Problem, Settings, VARIABLES, Variable};
