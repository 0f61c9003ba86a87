//! How far this machine lets a function be enclosed.

use std::fmt;

/// What functions run in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// Namespaces of their own, a read-only root, their own `/tmp`.
    Enclosed,
    /// Ordinary processes in the user's own file system, which still die with Davy.
    Unenclosed {
        /// Why, in a sentence for the user: what was tried and what the kernel said.
        why: String,
    },
}

impl fmt::Display for Isolation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Enclosed => out.write_str("enclosed"),
            Self::Unenclosed { why } => write!(out, "unenclosed: {why}"),
        }
    }
}
