//! What `davy init` writes into a folder, decided by what is in it.
//!
//! ```text
//! folder ─► Framework ─► Plan: handler, variables, static paths ─► template.yaml, .davyignore
//! ```

mod framework;
mod htaccess;
mod init;
mod statics;
mod text;

pub use framework::Framework;
pub use init::{InitError, Initialised, init};
