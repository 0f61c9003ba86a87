//! A certificate authority of this machine's own: made once, kept under the state folder, and trusted
//! by whoever puts its certificate where his browser looks.

use std::fmt;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::sign::CertifiedKey;
use trace::Timestamp;

use super::{TlsError, provider, write_secret};

/// The authority's key and certificate.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: PathBuf,
    /// The year in which its certificates begin to hold.
    year: i32,
}

impl Authority {
    /// Takes the authority kept in `folder`, or makes one: `ca.pem`, to be trusted, and `ca.key`, which
    /// nobody else may read. `now` dates what is made.
    ///
    /// Errors: the folder cannot be used, or what is in it is no authority.
    pub fn open(folder: &Path, now: Timestamp) -> Result<Self, TlsError> {
        let (certificate, key) = (folder.join("ca.pem"), folder.join("ca.key"));
        let year = year_of(now);
        if !certificate.exists() || !key.exists() {
            make(folder, &certificate, &key, year)?;
        }
        let read = |path: &Path| std::fs::read_to_string(path).map_err(|error| TlsError::new(path, error));
        let pair = KeyPair::from_pem(&read(&key)?).map_err(|error| TlsError::new(&key, error))?;
        // The certificate's own content matters to viewers; the issuer's name and key are all that
        // signing needs.
        let _ = read(&certificate)?;
        let issuer = Issuer::new(authority_params(year), pair);
        Ok(Self { issuer, certificate, year })
    }

    /// The certificate that viewers have to trust.
    pub fn certificate(&self) -> &Path {
        &self.certificate
    }

    /// A new key, certified for `name`: a host's, an IP address, or `*.` and a domain.
    pub(super) fn certify(&self, name: &str) -> Result<CertifiedKey, rcgen::Error> {
        let mut params = CertificateParams::new(vec![name.to_owned()])?;
        params.distinguished_name = named(name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        // Browsers take no server's certificate for more than 825 days, whoever signed it.
        params.not_before = date_time_ymd(self.year, 1, 1);
        params.not_after = date_time_ymd(self.year + 2, 1, 31);
        let pair = KeyPair::generate()?;
        let certificate = params.signed_by(&pair, &self.issuer)?;
        let key = PrivateKeyDer::Pkcs8(pair.serialize_der().into());
        CertifiedKey::from_der(vec![certificate.der().clone()], key, &provider())
            .map_err(|_| rcgen::Error::RemoteKeyError)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Authority({})", self.certificate.display())
    }
}

fn make(folder: &Path, certificate: &Path, key: &Path, year: i32) -> Result<(), TlsError> {
    std::fs::create_dir_all(folder).map_err(|error| TlsError::new(folder, error))?;
    let pair = KeyPair::generate().map_err(|error| TlsError::new(key, error))?;
    let made =
        authority_params(year).self_signed(&pair).map_err(|error| TlsError::new(certificate, error))?;
    write_secret(key, &pair.serialize_pem()).map_err(|error| TlsError::new(key, error))?;
    std::fs::write(certificate, made.pem()).map_err(|error| TlsError::new(certificate, error))
}

fn authority_params(year: i32) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(NAME);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(year, 1, 1);
    params.not_after = date_time_ymd(year + 10, 1, 1);
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// The year of a moment, good enough for dating certificates: a year is 365.2425 days.
fn year_of(now: Timestamp) -> i32 {
    i32::try_from(1970 + now.seconds() / 31_556_952).unwrap_or(2026)
}

const NAME: &str = "Davy local authority";
