//! The whole chain, as a user meets it: a folder → `davy up` → requests, edits, accidents, the end.

#![expect(clippy::disallowed_methods, reason = "tests may start davy")]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod commands;
mod crowd;
mod deaths;
mod differential;
mod edits;
mod endings;
mod entrances;
mod limits;
mod surroundings;
mod website;
