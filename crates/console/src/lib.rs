//! The page: requests, traces, logs, environments, cache and buckets of a running stack, live.
//!
//! ```text
//! browser ─► guard (Host, token, Origin) ─► a view ─┬─► telemetry::Reader   what has happened
//!                                                   └─► Stack               what is
//!        ◄─ server-sent events ◄─ live ◄─ telemetry::subscribe, Stack       what happens
//! ```
//!
//! Every page is whole as the server sends it; the script adds what moves. Nothing is loaded from
//! elsewhere, and nothing on the page can be made to: the content security policy says so.
//!
//! Invariant: `stack` does not know this crate. Whoever starts both implements [`Stack`] for it.

mod assets;
mod console;
mod guard;
mod history;
mod live;
mod stack;
mod view;

pub use console::{Access, Console, Sources};
pub use stack::{
    Behavior, Bucket, BucketObject, Distribution, Endpoint, Environment, Function, Future, Invoked, Listing,
    Overview, Phase, Resource, Stack,
};
