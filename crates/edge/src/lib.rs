//! Distributions: a viewer's request becomes a cache behavior, a cache key, and an answer that is
//! stored or asked of an origin.
//!
//! ```text
//! request ─► admission ─► matching ─► key ─► store ─┬─ fresh ──────────────────────┬─► answer
//!            size, method, behavior                 └─ else: forwarding ─► fetch ─► ┘
//!            protocol                                        freshness ─► store
//! ```
//!
//! Invariant: `matching`, `admission`, `forwarding`, `key`, `cache_control`, `freshness`,
//! `conditional`, `range` and `compression::wanted` know no socket, clock or thread.

mod admission;
mod answer;
mod cache_control;
mod compression;
mod conditional;
mod config;
mod date;
mod disk;
mod distribution;
mod entry;
mod external;
mod fetch;
mod flight;
mod forwarding;
pub mod framing;
mod freshness;
mod function;
mod fuzz;
mod identifiers;
mod key;
mod management;
mod matching;
mod measured;
mod origin;
mod pages;
mod patient;
mod range;
mod relay;
mod request;
mod response_headers;
mod signed;
mod statistics;
mod store;
mod structured;
pub mod tls;

pub use cache_control::fuzz_cache_control;
pub use config::*;
pub use distribution::{ConfigError, Distribution};
pub use fuzz::fuzz_request;
pub use management::ManagementApi;
pub use origin::{OriginService, OriginTarget};
pub use statistics::BehaviorStatistics;
