//! Serves a bound entrance: connections in, requests with their typed peer out, drained at the end.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use access::Peer;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Accepts connections until `closing` turns true, then lets the requests under way end.
///
/// `answer` is called once a request. Returns when the last connection is closed.
pub(crate) async fn serve<Answer, Answering>(
    socket: TcpListener,
    mut closing: watch::Receiver<bool>,
    answer: Answer,
) where
    Answer: Fn(Request<UnsyncBoxBody<Bytes, std::io::Error>>) -> Answering + Send + Sync + 'static,
    Answering: Future<Output = Response<UnsyncBoxBody<Bytes, std::io::Error>>> + Send + 'static,
{
    let answer = Arc::new(answer);
    let local_port = socket.local_addr().map_or(0, |address| address.port());
    let graceful = GracefulShutdown::new();
    let server = server();
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
        let answer = Arc::clone(&answer);
        let service = service_fn(move |request: Request<Incoming>| {
            let answering = answer(with_peer(request, address, local_port));
            async move { Ok::<_, Infallible>(answering.await) }
        });
        let connection = server.serve_connection(TokioIo::new(stream), service);
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            // A viewer that goes away in the middle is no error of ours; hyper has answered what
            // was malformed with a 400 by itself.
            let _ = watched.await;
        });
    }
    drop(socket);
    graceful.shutdown().await;
}

fn server() -> http1::Builder {
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

fn with_peer(
    request: Request<Incoming>,
    address: SocketAddr,
    local_port: u16,
) -> Request<UnsyncBoxBody<Bytes, std::io::Error>> {
    let (mut head, body) = request.into_parts();
    head.extensions.insert(Peer { address, secure: false, local_port });
    Request::from_parts(head, body.map_err(std::io::Error::other).boxed_unsync())
}

/// A head that takes longer than this is a slow client's attack, not a request (CloudFront: 30 s).
const HEAD_WITHIN: Duration = Duration::from_secs(30);
/// CloudFront refuses heads over 20,480 bytes and API Gateway over 10,240 with pages of their own,
/// so what they must see has to fit; what is larger still gets hyper's bare 431.
const HEAD_BYTES: usize = 64 * 1024;
const HEADERS: usize = 512;
const ACCEPT_AGAIN: Duration = Duration::from_millis(20);
