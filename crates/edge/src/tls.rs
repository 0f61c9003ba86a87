//! TLS for viewers: a certificate authority of this machine's own that signs for the names of a
//! distribution, or certificate and key files of the user's.

mod authority;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

pub use self::authority::Authority;

/// Why TLS cannot be had.
#[derive(Debug)]
pub struct TlsError {
    path: PathBuf,
    why: String,
}

impl TlsError {
    fn new(path: &Path, why: impl fmt::Display) -> Self {
        Self { path: path.to_owned(), why: why.to_string() }
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "cannot use {} for TLS: {}", self.path.display(), self.why)
    }
}

impl std::error::Error for TlsError {}

/// An acceptor whose certificates the local authority signs, one for each name that viewers ask for,
/// if it is among `names` (`*.example.org` takes one label and more). Who asks for another name, or
/// for none, as over an IP address, gets the first one's.
///
/// It offers HTTP/2 and HTTP/1.1.
pub fn acceptor(authority: Arc<Authority>, names: Vec<String>) -> TlsAcceptor {
    server(Arc::new(Signed { authority, names, made: Mutex::default() }))
}

/// An acceptor with the user's own certificate chain and key, both PEM files.
///
/// Errors: a file that cannot be read, holds no PEM, or a key that is not the certificate's.
pub fn acceptor_from_files(certificate: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| TlsError::new(certificate, error))?;
    if chain.is_empty() {
        return Err(TlsError::new(certificate, "expected a PEM file with CERTIFICATE blocks, found none"));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| TlsError::new(key, error))?;
    let certified =
        CertifiedKey::from_der(chain, private, &provider()).map_err(|error| TlsError::new(key, error))?;
    Ok(server(Arc::new(Own(Arc::new(certified)))))
}

/// The cryptography of all connections.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn server(certificates: Arc<dyn ResolvesServerCert>) -> TlsAcceptor {
    let builder = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    let builder = builder.unwrap_or_else(|error| unreachable!("ring has the default versions: {error}"));
    let mut config = builder.with_no_client_auth().with_cert_resolver(certificates);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

/// Certificates that the authority signs when they are first asked for.
#[derive(Debug)]
struct Signed {
    authority: Arc<Authority>,
    names: Vec<String>,
    /// There are as many as names that match, so a viewer who makes names up is given the first.
    made: Mutex<Vec<(String, Arc<CertifiedKey>)>>,
}

impl ResolvesServerCert for Signed {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let asked = hello.server_name().unwrap_or_default().to_ascii_lowercase();
        let covering = self.names.iter().find(|name| covers(name, &asked)).or_else(|| self.names.first())?;
        self.certificate(covering)
    }
}

impl Signed {
    fn certificate(&self, name: &str) -> Option<Arc<CertifiedKey>> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, certified)) = made.iter().find(|(made, _)| made == name) {
            return Some(Arc::clone(certified));
        }
        let certified = Arc::new(self.authority.certify(name).ok()?);
        made.push((name.to_owned(), Arc::clone(&certified)));
        Some(certified)
    }
}

/// The user's own certificate, for whatever name.
#[derive(Debug)]
struct Own(Arc<CertifiedKey>);

impl ResolvesServerCert for Own {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

fn covers(name: &str, asked: &str) -> bool {
    match name.strip_prefix("*.") {
        // A certificate's wildcard is one label (RFC 6125, 6.4.3).
        Some(parent) => {
            asked.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest == parent)
        }
        None => name.eq_ignore_ascii_case(asked),
    }
}

/// Writes a file that nobody else may read, whole or not at all.
fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let beside = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

#[cfg(test)]
mod tests;
