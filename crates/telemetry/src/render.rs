//! Traces and log lines as text for a terminal: pure functions from records to lines.

mod line;
mod logs;
mod table;
mod units;
mod waterfall;

pub use line::{Line, Role};
pub use logs::{Together, log_line};
pub use table::trace_table;
pub use units::{bytes, duration};
pub use waterfall::waterfall;
