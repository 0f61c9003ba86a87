//! HTTP requests and responses to Lambda events and back, both directions, with no IO.

pub mod front_end;
pub mod function;
