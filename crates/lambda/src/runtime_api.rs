//! The Runtime API: what a bootstrap asks over loopback, and the exact words of what it is told.

pub(crate) mod call;
pub(crate) mod reply;
pub(crate) mod wire;
