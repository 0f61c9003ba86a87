//! Traces and log lines: a bounded store and the questions that are asked of it.
//!
//! ```text
//! services ─► Telemetry ─┬─► broadcast: terminal, console          (live)
//!                        ├─► Counters: exact, whatever is sampled  (in memory, saved each second)
//!                        └─► bounded channel ─► one writer thread ─► .davy/telemetry.db ─► Reader
//! ```
//!
//! Invariant: recording never waits. What the channel can't take is dropped, counted and said.
//! Invariant: [`SystemClock`] and [`SystemEntropy`] are the only readers of the system's clock and
//! of the kernel's randomness; everybody else is handed a `trace::Clock` and a `trace::Entropy`.

mod assemble;
mod counters;
mod reader;
mod record;
pub mod render;
mod sample;
mod store;
mod system;
mod telemetry;
mod tree;
mod writer;

pub use counters::{Statistics, Subject};
pub use reader::{
    LogFilter, LogPage, MapEdge, MapNode, Order, Position, ReadError, Reader, RequestSummary, ServiceMap,
    StatusFilter, TraceFilter, TraceSummary, request_ids,
};
pub use record::{
    CacheRecord, LogLine, LogSource, Placement, Record, RequestRecord, Start, TraceContext, annotation,
};
pub use render::{Line, Role, trace_table, waterfall};
pub use system::{SystemClock, SystemEntropy};
pub use telemetry::{Limits, OpenError, Telemetry};
pub use tree::tree;
