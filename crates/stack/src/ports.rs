//! Binds one loopback address for each entrance, before anything else is started.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use crate::{Entrance, StartError};

/// A bound entrance.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) entrance: Entrance,
    pub(crate) address: SocketAddr,
    pub(crate) socket: TcpListener,
}

/// Binds every entrance in the order given: the first gets `first`, the others the next ports.
///
/// With `first` 0 the kernel chooses all of them. The console's place, `first + 9`, is left free.
///
/// # Errors
/// [`StartError::AddressInUse`] names the entrance that wanted the port.
pub(crate) fn bind(first: u16, entrances: Vec<Entrance>) -> Result<Vec<Bound>, StartError> {
    entrances
        .into_iter()
        .enumerate()
        .map(|(index, entrance)| {
            let port =
                port(first, index).ok_or_else(|| StartError::NoPortLeft { entrance: entrance.clone() })?;
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            let socket = TcpListener::bind(address).map_err(|error| match error.kind() {
                std::io::ErrorKind::AddrInUse => {
                    StartError::AddressInUse { address, entrance: entrance.clone() }
                }
                _ => StartError::Bind { address, entrance: entrance.clone(), error },
            })?;
            let address = socket.local_addr().unwrap_or(address);
            Ok(Bound { entrance, address, socket })
        })
        .collect()
}

/// The port of the entrance at `index`; `None` past 65,535.
fn port(first: u16, index: usize) -> Option<u16> {
    if first == 0 {
        return Some(0);
    }
    let index = u16::try_from(index).ok()?;
    let offset = if index >= CONSOLE { index.checked_add(1)? } else { index };
    first.checked_add(offset)
}

/// The console listens nine above the site.
const CONSOLE: u16 = 9;

#[cfg(test)]
mod tests;
