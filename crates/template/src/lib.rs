//! A SAM or CloudFormation template, resolved into the stack that it describes.
//!
//! ```text
//! text ─► tree ─► resolve ─► schema ─► build ─► Model
//!         spans   intrinsics types     what `stack` starts
//!           └────────┴─────────┴────────┴─────► Diagnostics: every problem at once, with its place
//! ```
//!
//! The one IO is reading the file, and asking whether what it names is there.

mod build;
mod cycles;
mod diagnostic;
mod globals;
mod identity;
mod load;
pub mod model;
mod nearest;
mod parameters;
mod resolve;
mod resources;
mod rewrite;
mod schema;
mod sections;
mod source;
mod tree;
mod value;

pub use crate::diagnostic::{Appearance, Diagnostic, Diagnostics, Severity};
pub use crate::load::{Parameters, Template, fuzz_template};
pub use crate::model::Model;
