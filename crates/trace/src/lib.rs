//! The trace header, spans and their X-Ray form, with no IO.
//!
//! Invariant: nothing here opens a socket, reads a clock or starts a thread. Time and randomness
//! come in through [`Clock`] and [`Entropy`], which the binaries implement once.

mod entropy;
mod header;
mod id;
mod span;
mod time;

pub use entropy::Entropy;
pub use header::{Sampled, TraceHeader};
pub use id::{MalformedId, SegmentId, TraceId};
pub use span::{Hop, Outcome, Span};
pub use time::{Clock, Timestamp};
