//! Who may do what: credentials, signatures and policies, evaluated without IO.
//!
//! Invariant: nothing here opens a socket or a file, reads a clock or draws randomness. The time is
//! an argument in seconds since the Unix epoch.

pub mod calendar;
mod credentials;
mod fuzz;
mod peer;
mod policy;
mod principal;
mod role;
pub mod signature;
mod wildcard;

pub use credentials::{Credentials, Lifetime};
pub use fuzz::{fuzz_policy, fuzz_signature};
pub use peer::Peer;
pub use policy::{Conditions, Decision, MalformedPolicy, Policy, Request, StatementName};
pub use principal::Principal;
pub use role::RolePolicies;
