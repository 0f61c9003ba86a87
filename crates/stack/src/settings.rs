//! What a stack is told beside its template.

use std::path::PathBuf;
use std::time::Duration;

/// How to run a stack on this machine.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The site's port; 0 lets the kernel choose every one.
    pub port: u16,
    /// Where buckets, logs and traces are kept.
    pub state: PathBuf,
    /// How many execution environments may run at once.
    pub concurrency: usize,
    /// How long an idle execution environment is kept.
    pub idle: Duration,
    /// Whether functions run enclosed.
    pub enclosure: Enclosure,
    /// Davy's own executable, which re-executes itself to enclose a process.
    pub launcher: PathBuf,
    /// Davy's Lambda runtime for PHP.
    pub bootstrap: PathBuf,
    /// Whether distributions speak TLS.
    pub tls: Tls,
}

/// Whether distributions speak TLS beside plain HTTP, and with whose certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// They do not, and viewer protocol policies are only reported.
    Off,
    /// By a certificate authority of this machine's own, kept in the state folder.
    LocalAuthority,
    /// With the user's certificate and key.
    Files {
        /// PEM, the whole chain.
        certificate: PathBuf,
        /// PEM.
        key: PathBuf,
    },
}

/// Whether functions run enclosed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enclosure {
    /// Where this machine allows it.
    WherePossible,
    /// Not, because the user said so.
    Never,
}
