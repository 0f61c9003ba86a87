//! TLS for a stack's distributions, from the local authority or from the user's own files.

use std::path::PathBuf;
use std::sync::Arc;

use edge::tls::{self, Authority};
use template::Model;
use tokio_rustls::TlsAcceptor;
use trace::Clock;

use crate::{Settings, StartError, Tls};

/// What listeners of distributions accept with, and the authority that viewers have to trust.
pub(crate) struct Security {
    pub(crate) acceptor: Option<TlsAcceptor>,
    pub(crate) authority: Option<PathBuf>,
}

impl Security {
    /// Makes it ready for the names of `model`'s distributions.
    ///
    /// # Errors
    /// [`StartError::Service`] names the file that cannot be used.
    pub(crate) fn new(settings: &Settings, model: &Model, clock: &dyn Clock) -> Result<Self, StartError> {
        let failed =
            |error: tls::TlsError| StartError::Service { service: "TLS", message: error.to_string() };
        match &settings.tls {
            Tls::Off => Ok(Self { acceptor: None, authority: None }),
            Tls::LocalAuthority => {
                let authority = Authority::open(&settings.state.join("tls"), clock.now()).map_err(failed)?;
                let certificate = authority.certificate().to_path_buf();
                let acceptor = tls::acceptor(Arc::new(authority), names(model));
                Ok(Self { acceptor: Some(acceptor), authority: Some(certificate) })
            }
            Tls::Files { certificate, key } => {
                let acceptor = tls::acceptor_from_files(certificate, key).map_err(failed)?;
                Ok(Self { acceptor: Some(acceptor), authority: None })
            }
        }
    }
}

/// The names that a distribution answers to; the first is for who names none.
fn names(model: &Model) -> Vec<String> {
    let own = model
        .distributions
        .iter()
        .flat_map(|one| [one.domain_name.clone()].into_iter().chain(one.aliases.clone()));
    ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into_iter().chain(own).collect()
}
