//! Which process is at the other end of a loopback connection.
//!
//! Functions share the machine's network, or they could not reach anything outside; so a connection
//! to the Runtime API says by its address nothing about where it comes from. The kernel knows: the
//! other end is a socket too, with an inode number that its owner's `/proc/PID/fd` shows.

use std::io;
use std::mem::MaybeUninit;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};

use rustix::net::netlink::{SOCK_DIAG, SocketAddrNetlink};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

/// The inode number of the socket at `peer` that is connected to `local`, both on this machine.
/// `None`: there is none any more.
pub(crate) fn inode(peer: SocketAddr, local: SocketAddr) -> io::Result<Option<u32>> {
    let socket = rustix::net::socket_with(
        AddressFamily::NETLINK,
        SocketType::DGRAM,
        SocketFlags::CLOEXEC,
        Some(SOCK_DIAG),
    )?;
    let kernel = SocketAddrNetlink::new(0, 0);
    rustix::net::sendto(&socket, &request(peer, local), SendFlags::empty(), &kernel)?;
    let mut answer = [0; 512];
    let length = receive(&socket, &mut answer)?;
    Ok(parse(&answer[..length]))
}

/// Whether one of `processes` has the socket.
pub(crate) fn is_held_by(inode: u32, processes: &[u32]) -> bool {
    let name = format!("socket:[{inode}]");
    processes.iter().any(|pid| {
        let Ok(descriptors) = std::fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
        descriptors.flatten().any(|descriptor| {
            std::fs::read_link(descriptor.path()).is_ok_and(|link| link.as_os_str() == &*name)
        })
    })
}

fn receive(socket: &OwnedFd, answer: &mut [u8]) -> io::Result<usize> {
    let mut buffer = [MaybeUninit::uninit(); 512];
    let ((received, _), _) = rustix::net::recv(socket.as_fd(), &mut buffer, RecvFlags::empty())?;
    answer[..received.len()].copy_from_slice(received);
    Ok(received.len())
}

/// `nlmsghdr` and `inet_diag_req_v2` of `sock_diag(7)`, asking for exactly one TCP socket.
fn request(peer: SocketAddr, local: SocketAddr) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(72);
    bytes.extend(72_u32.to_ne_bytes());
    bytes.extend(BY_FAMILY.to_ne_bytes());
    bytes.extend(REQUEST.to_ne_bytes());
    bytes.extend([0; 8]);
    let family = if peer.is_ipv4() { libc::AF_INET } else { libc::AF_INET6 };
    bytes.extend([u8::try_from(family).unwrap_or_default(), TCP, 0, 0]);
    bytes.extend(u32::MAX.to_ne_bytes());
    bytes.extend(peer.port().to_be_bytes());
    bytes.extend(local.port().to_be_bytes());
    for address in [peer.ip(), local.ip()] {
        let mut field = [0; 16];
        match address {
            IpAddr::V4(address) => field[..4].copy_from_slice(&address.octets()),
            IpAddr::V6(address) => field.copy_from_slice(&address.octets()),
        }
        bytes.extend(field);
    }
    bytes.extend([0; 4]);
    // No cookie: any socket that has these addresses.
    bytes.extend([0xff; 8]);
    bytes
}

/// The inode out of `inet_diag_msg`, whose last field it is; an error message has none.
fn parse(answer: &[u8]) -> Option<u32> {
    let kind = u16::from_ne_bytes(answer.get(4..6)?.try_into().ok()?);
    if kind != BY_FAMILY {
        return None;
    }
    let inode = answer.get(INODE_AT..INODE_AT + 4)?;
    Some(u32::from_ne_bytes(inode.try_into().ok()?)).filter(|inode| *inode != 0)
}

const BY_FAMILY: u16 = 20;
const REQUEST: u16 = 1;
const TCP: u8 = 6;
/// 16 bytes of header, 4 of state, 48 of addresses, 4 numbers of 4 bytes before it.
const INODE_AT: usize = 16 + 4 + 48 + 16;

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn this_process_holds_its_own_end() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has ports");
        let local = listener.local_addr().expect("it is bound");
        let stream = TcpStream::connect(local).expect("it listens");
        let (_accepted, peer) = listener.accept().expect("somebody connects");
        let inode = inode(peer, local).expect("the kernel answers").expect("the connection lives");
        assert!(is_held_by(inode, &[std::process::id()]));
        assert!(!is_held_by(inode, &[1]) || std::process::id() == 1);
        drop(stream);
    }
}
