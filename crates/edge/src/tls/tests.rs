use std::os::unix::fs::PermissionsExt as _;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use trace::Timestamp;

use super::*;

/// Now, for the client's own clock.
fn authority(folder: &Path) -> Authority {
    let now = std::fs::metadata(folder).unwrap().modified().unwrap();
    let seconds = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    Authority::open(folder, Timestamp::from_millis(seconds * 1_000)).unwrap()
}

/// Talks over TLS to the acceptor as a viewer who trusts the authority.
async fn greet(acceptor: TlsAcceptor, certificate: &Path, name: &str) -> io::Result<Option<Vec<u8>>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).unwrap()).unwrap();
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    let mut config = builder.unwrap().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let (viewer, edge) = tokio::io::duplex(64 * 1024);
    let served = tokio::spawn(async move {
        let mut stream = acceptor.accept(edge).await?;
        stream.write_all(b"hello").await?;
        stream.shutdown().await
    });
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, viewer).await?;
    let protocol = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    served.await.unwrap()?;
    assert_eq!(text, "hello");
    Ok(protocol)
}

#[tokio::test]
async fn the_local_authority_signs_for_the_distributions_names() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Arc::new(authority(folder.path()));
    let names = ["localhost", "www.example.org", "*.example.net"].map(str::to_owned).to_vec();
    let make = || acceptor(Arc::clone(&authority), names.clone());
    for name in ["localhost", "www.example.org", "a.example.net"] {
        assert_eq!(
            greet(make(), authority.certificate(), name).await.unwrap().as_deref(),
            Some(&b"h2"[..]),
            "{name}"
        );
    }
    assert!(greet(make(), authority.certificate(), "evil.example.com").await.is_err());
    assert!(greet(make(), authority.certificate(), "a.b.example.net").await.is_err());
}

#[tokio::test]
async fn the_authority_is_made_once_and_its_key_is_secret() {
    let folder = tempfile::tempdir().unwrap();
    let first = authority(folder.path());
    let pem = std::fs::read(first.certificate()).unwrap();
    let again = Arc::new(authority(folder.path()));
    assert_eq!(std::fs::read(again.certificate()).unwrap(), pem);
    let mode = std::fs::metadata(folder.path().join("ca.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // What the second run signs, who trusted the first run's certificate trusts.
    greet(acceptor(again, vec!["localhost".to_owned()]), first.certificate(), "localhost").await.unwrap();
}

#[tokio::test]
async fn certificate_files_of_ones_own_are_taken_or_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority(folder.path());
    let (certificate, key) = (folder.path().join("own.pem"), folder.path().join("own.key"));
    let own = rcgen::generate_simple_self_signed(vec!["public.example.org".to_owned()]).unwrap();
    std::fs::write(&certificate, own.cert.pem()).unwrap();
    std::fs::write(&key, own.signing_key.serialize_pem()).unwrap();
    let acceptor = acceptor_from_files(&certificate, &key).unwrap();
    greet(acceptor, &certificate, "public.example.org").await.unwrap();
    let wrong = acceptor_from_files(&certificate, &folder.path().join("ca.key"));
    assert!(wrong.err().unwrap().to_string().contains("ca.key"));
    let missing = acceptor_from_files(&folder.path().join("none.pem"), &key);
    assert!(missing.err().unwrap().to_string().contains("none.pem"));
    drop(authority);
}
