//! Where a request came from, as conditions such as `aws:SourceIp` and `aws:SecureTransport` ask.

use std::net::SocketAddr;

/// The other end of a viewer's connection. The listener that accepted it puts this into the
/// request's extensions; it is never read from a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its address and port.
    pub address: SocketAddr,
    /// Whether the connection is TLS.
    pub secure: bool,
    /// The port that it connected to.
    pub local_port: u16,
}
