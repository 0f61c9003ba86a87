//! Serves buckets alone, without a stack: for S3's clients and for ceph/s3-tests.
//!
//! ```text
//! serve FOLDER [--port N] [--tls] [--with-acls] [--account ID ACCESS_KEY SECRET_KEY]…
//! ```
//!
//! The first account owns the folder's buckets; without one it is 123456789012 with the keys
//! `test` and `test`. With `--tls` it has a certificate that nobody signed. The address is printed when it answers. It ends with its standard input.

use std::error::Error;
use std::io::{Write as _, stdout};
use std::path::PathBuf;
use std::sync::Arc;

use http_body_util::BodyExt as _;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use access::{Credentials, Peer, Principal};
use bucket::{BucketSettings, Buckets, NewBuckets};
use telemetry::{SystemClock, SystemEntropy, Telemetry};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::read()?;
    let (account, credentials) = arguments.accounts[0].clone();
    let settings = BucketSettings {
        account,
        region: "us-east-1".to_owned(),
        credentials,
        new_buckets: arguments.new_buckets,
    };
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let buckets =
        Buckets::open(&arguments.folder, Vec::new(), settings, Telemetry::in_memory(), clock, entropy)?;
    for (account, credentials) in &arguments.accounts[1..] {
        buckets.register(credentials.clone(), account_of(account));
    }
    let listener = TcpListener::bind(("127.0.0.1", arguments.port)).await?;
    let acceptor = if arguments.tls { Some(acceptor()?) } else { None };
    let scheme = if arguments.tls { "https" } else { "http" };
    writeln!(stdout(), "{scheme}://{}", listener.local_addr()?)?;
    stdout().flush()?;
    let mut ended =
        tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, address)) = accepted else { continue };
                let peer = Peer { address, secure: arguments.tls, local_port: listener.local_addr()?.port() };
                let (buckets, acceptor) = (buckets.clone(), acceptor.clone());
                tokio::spawn(async move {
                    match acceptor {
                        None => serve(stream, peer, buckets).await,
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, peer, buckets).await;
                            }
                        }
                    }
                });
            }
            _ = &mut ended => return Ok(()),
        }
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + 'static, peer: Peer, buckets: Buckets) {
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let buckets = buckets.clone();
        async move {
            let mut request = request.map(|body| body.map_err(std::io::Error::other).boxed_unsync());
            request.extensions_mut().insert(peer);
            Ok::<_, std::convert::Infallible>(buckets.serve(request).await)
        }
    });
    // A client that breaks off ends its own connection and nothing else.
    let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
}

/// Accepts TLS with a certificate made now, for 127.0.0.1.
fn acceptor() -> Result<TlsAcceptor, Box<dyn Error>> {
    let own = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()])?;
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der())?;
    let config = ServerConfig::builder().with_no_client_auth();
    Ok(TlsAcceptor::from(Arc::new(config.with_single_cert(vec![own.cert.der().clone()], key)?)))
}

struct Arguments {
    folder: PathBuf,
    port: u16,
    tls: bool,
    new_buckets: NewBuckets,
    accounts: Vec<(String, Credentials)>,
}

impl Arguments {
    fn read() -> Result<Self, Box<dyn Error>> {
        let mut arguments = std::env::args().skip(1);
        let folder = arguments
            .next()
            .ok_or("usage: serve FOLDER [--port N] [--with-acls] [--account ID KEY SECRET]")?;
        let mut read = Self {
            folder: folder.into(),
            port: 0,
            tls: false,
            new_buckets: NewBuckets::Private,
            accounts: Vec::new(),
        };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--port" => read.port = value()?.parse()?,
                "--tls" => read.tls = true,
                "--with-acls" => read.new_buckets = NewBuckets::WithAcls,
                "--account" => {
                    let (account, access_key, secret_key) = (value()?, value()?, value()?);
                    read.accounts
                        .push((account, Credentials { access_key, secret_key, session_token: None }));
                }
                other => return Err(format!("unknown argument {other}").into()),
            }
        }
        if read.accounts.is_empty() {
            let (access_key, secret_key) = ("test".to_owned(), "test".to_owned());
            let credentials = Credentials { access_key, secret_key, session_token: None };
            read.accounts.push(("123456789012".to_owned(), credentials));
        }
        Ok(read)
    }
}

fn account_of(account: &str) -> Principal {
    Principal::Account {
        account: account.to_owned(),
        arn: format!("arn:aws:iam::{account}:root"),
        canonical_user: bucket::canonical_user(account),
    }
}
