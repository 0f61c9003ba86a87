//! A SAM or CloudFormation template, resolved into the stack that it describes.
//!
//! ```text
//! text ─► tree ─► resolution ─► schema ─► Model
//!         spans   intrinsics    types     what `stack` starts
//!           └────────┴────────────┴─────► Diagnostics: every problem at once, with its place
//! ```
//!
//! The one IO is reading the file, and asking whether what it names is there.

pub mod model;

pub use crate::model::Model;
