//! The trace header, spans, and their X-Ray and OTLP forms, with no IO.
//!
//! Invariant: nothing here opens a socket, reads a clock or starts a thread. Time and randomness
//! come in through [`Clock`] and [`Entropy`], which the binaries implement once.

mod entropy;
mod header;
mod id;
mod otlp;
mod span;
mod time;
mod xray;

pub use entropy::Entropy;
pub use header::{Sampled, TraceHeader, fuzz_header};
pub use id::{MalformedId, SegmentId, TraceId};
pub use otlp::export_request;
pub use span::{Hop, Outcome, Span};
pub use time::{Clock, Timestamp};
pub use xray::segment_documents;
