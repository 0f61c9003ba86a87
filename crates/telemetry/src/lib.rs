//! Traces and log lines: a bounded store and the questions that are asked of it.
