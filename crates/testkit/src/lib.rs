//! Fakes, a whole test stack and output masks; for tests only.

#![expect(clippy::missing_panics_doc, reason = "what fails here fails the test that asked for it")]
#![expect(clippy::disallowed_methods, reason = "tests may start processes and read the clock")]

pub mod binaries;
pub mod http;
pub mod masks;
pub mod processes;
pub mod project;
pub mod reference;
pub mod stack;
pub mod waiting;

pub mod runtime_api;
