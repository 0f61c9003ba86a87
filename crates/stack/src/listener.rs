//! Serves a bound entrance: connections in, requests with their typed peer out, drained at the end.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use access::Peer;
use bytes::Bytes;
use edge::framing::Guarded;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

/// Accepts connections until `closing` turns true, then lets the requests under way end.
///
/// `answer` is called once a request. With `tls` the port speaks both: a connection that begins
/// with a TLS record is TLS, so that a redirect from http to https can lead to the same port.
/// Returns when the last connection is closed.
pub(crate) async fn serve<Answer, Answering>(
    socket: TcpListener,
    tls: Option<TlsAcceptor>,
    mut closing: watch::Receiver<bool>,
    answer: Answer,
) where
    Answer: Fn(Request<UnsyncBoxBody<Bytes, std::io::Error>>) -> Answering + Send + Sync + 'static,
    Answering: Future<Output = Response<UnsyncBoxBody<Bytes, std::io::Error>>> + Send + 'static,
{
    let local_port = socket.local_addr().map_or(0, |address| address.port());
    let graceful = GracefulShutdown::new();
    let door = Arc::new(Door { answer, tls, http1: http1(), auto: auto(), local_port });
    loop {
        let accepted = tokio::select! {
            biased;
            _ = closing.wait_for(|closing| *closing) => break,
            accepted = socket.accept() => accepted,
        };
        let Ok((stream, address)) = accepted else {
            // Out of descriptors: the connection stays in the backlog; the next one to close frees a place.
            tokio::time::sleep(ACCEPT_AGAIN).await;
            continue;
        };
        // An answer is written as a whole: waiting for more to fill a segment only delays it.
        let _ = stream.set_nodelay(true);
        tokio::spawn(Arc::clone(&door).converse(stream, address, graceful.watcher()));
    }
    drop(socket);
    graceful.shutdown().await;
}

/// What all connections of an entrance share.
struct Door<Answer> {
    answer: Answer,
    tls: Option<TlsAcceptor>,
    http1: http1::Builder,
    auto: auto::Builder<TokioExecutor>,
    local_port: u16,
}

impl<Answer, Answering> Door<Answer>
where
    Answer: Fn(Request<UnsyncBoxBody<Bytes, std::io::Error>>) -> Answering + Send + Sync + 'static,
    Answering: Future<Output = Response<UnsyncBoxBody<Bytes, std::io::Error>>> + Send + 'static,
{
    /// Serves one connection to its end. A viewer that goes away in the middle is no error of ours;
    /// hyper has answered what was malformed with a 400 by itself.
    async fn converse(self: Arc<Self>, stream: TcpStream, address: SocketAddr, watcher: Watcher) {
        let tls = match &self.tls {
            Some(tls) if begins_with_tls(&stream).await => Some(tls.clone()),
            _ => None,
        };
        let peer = Peer { address, secure: tls.is_some(), local_port: self.local_port };
        let door = Arc::clone(&self);
        let service = service_fn(move |request: Request<Incoming>| {
            let answering = (door.answer)(with_peer(request, peer));
            async move { Ok::<_, Infallible>(answering.await) }
        });
        let Some(tls) = tls else {
            let connection = self.http1.serve_connection(TokioIo::new(Guarded::new(stream)), service);
            let _ = watcher.watch(connection).await;
            return;
        };
        let Ok(Ok(stream)) = tokio::time::timeout(HEAD_WITHIN, tls.accept(stream)).await else { return };
        let connection = self.auto.serve_connection(TokioIo::new(Guarded::new(stream)), service);
        let _ = watcher.watch(connection.into_owned()).await;
    }
}

/// Whether the first byte is that of a TLS handshake record (RFC 8446, 5.1).
async fn begins_with_tls(stream: &TcpStream) -> bool {
    let mut first = [0];
    let peeked = tokio::time::timeout(HEAD_WITHIN, stream.peek(&mut first)).await;
    matches!(peeked, Ok(Ok(1))) && first[0] == 22
}

fn http1() -> http1::Builder {
    let mut server = http1::Builder::new();
    server
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEADERS)
        // As CloudFront and API Gateway write them: `X-Cache`, `Apigw-Requestid`.
        .title_case_headers(true);
    server
}

fn auto() -> auto::Builder<TokioExecutor> {
    let mut server = auto::Builder::new(TokioExecutor::new());
    server
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEADERS)
        .title_case_headers(true);
    server.http2().timer(TokioTimer::new()).max_header_list_size(HEAD_LIST_BYTES);
    server
}

fn with_peer(request: Request<Incoming>, peer: Peer) -> Request<UnsyncBoxBody<Bytes, std::io::Error>> {
    let (mut head, body) = request.into_parts();
    head.extensions.insert(peer);
    Request::from_parts(head, body.map_err(std::io::Error::other).boxed_unsync())
}

/// A head that takes longer than this is a slow client's attack, not a request (CloudFront: 30 s).
const HEAD_WITHIN: Duration = Duration::from_secs(30);
/// CloudFront refuses heads over 20,480 bytes and API Gateway over 10,240 with pages of their own,
/// so what they must see has to fit; what is larger still gets hyper's bare 431.
const HEAD_BYTES: usize = 64 * 1024;
const HEAD_LIST_BYTES: u32 = 64 * 1024;
const HEADERS: usize = 512;
const ACCEPT_AGAIN: Duration = Duration::from_millis(20);
