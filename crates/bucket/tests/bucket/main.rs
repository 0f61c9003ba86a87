//! The buckets from outside their crate: as the edge reads them, and as S3's clients speak to them.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that asked for it")]

mod inside;
mod mirror;
mod objects;
mod settings;
mod signed;
mod support;
mod uploads;
