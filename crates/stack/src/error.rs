//! Why a stack does not start: whose it is, and what to do.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::Entrance;

/// What keeps a stack from starting. Nothing is left running when one of these is returned.
#[derive(Debug)]
pub enum StartError {
    /// Another program listens where an entrance should be.
    AddressInUse {
        /// The address.
        address: SocketAddr,
        /// What wanted it.
        entrance: Entrance,
    },
    /// There is no port above the one asked for.
    NoPortLeft {
        /// What wanted one.
        entrance: Entrance,
    },
    /// The kernel refused an address for another reason.
    Bind {
        /// The address.
        address: SocketAddr,
        /// What wanted it.
        entrance: Entrance,
        /// The kernel's reason.
        error: io::Error,
    },
    /// Another `davy` holds the state folder.
    StateInUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The state folder cannot be made or written.
    State {
        /// The file or folder.
        path: PathBuf,
        /// The kernel's reason.
        error: io::Error,
    },
    /// There is no php-fpm on this machine.
    NoPhp,
    /// The `bootstrap` is not beside `davy`.
    NoBootstrap {
        /// Where it was looked for.
        looked_for: Vec<PathBuf>,
    },
    /// The template asks for something that cannot be run.
    Template {
        /// The resource's logical id.
        resource: String,
        /// What is wrong with it and what to do.
        message: String,
    },
    /// A service refused what the template gave it.
    Service {
        /// Which service.
        service: &'static str,
        /// Its own words.
        message: String,
    },
}

impl StartError {
    /// What the user can do about it, in a line of its own.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::AddressInUse { .. } => {
                Some("choose another port with --port N, or --port 0 to let the kernel choose".to_owned())
            }
            Self::NoPortLeft { .. } => Some("choose a lower --port".to_owned()),
            Self::StateInUse { .. } => Some(
                "stop the other one, or give this one a state folder of its own with --state DIR".to_owned(),
            ),
            Self::NoPhp => {
                Some("on Debian and Ubuntu: sudo apt-get install php-fpm; davy doctor tells more".to_owned())
            }
            Self::NoBootstrap { .. } => Some("make build puts both into target/dist".to_owned()),
            Self::Bind { .. } | Self::State { .. } | Self::Template { .. } | Self::Service { .. } => None,
        }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddressInUse { address, entrance } => {
                write!(out, "{address} is in use by another program; {entrance} should listen there")
            }
            Self::NoPortLeft { entrance } => {
                write!(out, "there is no port left for {entrance}: 65535 is the last")
            }
            Self::Bind { address, entrance, error } => {
                write!(out, "{entrance} cannot listen on {address}: {error}")
            }
            Self::StateInUse { folder } => {
                write!(out, "another davy is running with the state folder {}", folder.display())
            }
            Self::State { path, error } => write!(out, "cannot keep state in {}: {error}", path.display()),
            Self::NoPhp => {
                out.write_str("php-fpm is not installed: looked in PATH, /usr/sbin and /usr/local/sbin")
            }
            Self::NoBootstrap { looked_for } => {
                out.write_str("the bootstrap, Davy's Lambda runtime, is missing; looked for")?;
                looked_for.iter().try_for_each(|path| write!(out, " {}", path.display()))
            }
            Self::Template { resource, message } => write!(out, "{resource}: {message}"),
            Self::Service { service, message } => write!(out, "{service}: {message}"),
        }
    }
}

impl std::error::Error for StartError {}
