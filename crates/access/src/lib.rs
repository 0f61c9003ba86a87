//! Who may do what: credentials, signatures and policies, evaluated without IO.

mod peer;

pub use peer::Peer;
