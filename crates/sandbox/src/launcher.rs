//! The other life of the binary: re-executed by Davy, it encloses one process and keeps it.

/// Takes over if this process was started as a launcher, and never returns then. Must be the first
/// call of `main`, while the process has one thread.
pub fn run_if_asked() {}
