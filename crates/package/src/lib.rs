//! What is deployed: function zips, PHP layers, the opcode cache.
//!
//! ```text
//! a function's folder ─► Files ─► zip        what .gitignore and .davyignore leave out stays out
//! Debian's packages   ─► Layer ─► zip        PHP with every library, at /opt, whatever the libc
//! both of them        ─► opcode cache        compiled by that PHP at the paths of /var/task
//! ```
//!
//! The same input gives the same bytes: entries are sorted, times and owners are constants.

pub mod apt;
pub mod build;
mod elf;
pub mod files;
pub mod ignore;
pub mod layer;
pub mod limits;
pub mod opcache;
mod process;
pub mod zip;

pub use crate::build::{BuildOptions, Report, build};
pub use crate::files::Files;
pub use crate::layer::{Layer, LayerOptions};
