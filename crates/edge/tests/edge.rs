//! Stories of viewers, a distribution and a scripted origin, told over the crate's boundary. Tests
//! bear the numbers of the rules that they hold.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "edge/answers.rs"]
mod answers;
#[path = "edge/caching.rs"]
mod caching;
#[path = "edge/forwarding.rs"]
mod forwarding;
#[path = "edge/management.rs"]
mod management;
#[path = "edge/origins.rs"]
mod origins;
#[path = "edge/signed.rs"]
mod signed;
#[path = "edge/story.rs"]
mod story;
#[path = "edge/viewer.rs"]
mod viewer;
#[path = "edge/wire.rs"]
mod wire;
