//! Bad bytes on a real connection: each gets a 4xx and a closed connection, and reaches no origin.

use std::sync::Arc;

use edge::CacheBehavior;
use edge::framing::Guarded;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::story::{Stage, peer};

/// Sends `bytes` to a served connection and reads what comes back until it is closed.
async fn talk(stage: &Arc<Stage>, bytes: &[u8]) -> String {
    let (mut viewer, edge) = tokio::io::duplex(256 * 1024);
    let stage = Arc::clone(stage);
    let service = service_fn(move |request: http::Request<Incoming>| {
        let stage = Arc::clone(&stage);
        async move {
            let mut request = request.map(|body| body.map_err(std::io::Error::other).boxed_unsync());
            request.extensions_mut().insert(peer());
            Ok::<_, std::io::Error>(stage.edge.serve(request).await)
        }
    });
    let served = tokio::spawn(async move {
        let _ = http1::Builder::new().serve_connection(TokioIo::new(Guarded::new(edge)), service).await;
    });
    viewer.write_all(bytes).await.unwrap();
    let mut answered = Vec::new();
    let reading = viewer.read_to_end(&mut answered);
    tokio::time::timeout(std::time::Duration::from_secs(10), reading).await.expect("it is closed").unwrap();
    served.await.unwrap();
    String::from_utf8_lossy(&answered).into_owned()
}

fn stage() -> Arc<Stage> {
    Arc::new(Stage::new(vec![CacheBehavior {
        allowed_methods: edge::AllowedMethods::All,
        ..CacheBehavior::new("site")
    }]))
}

#[tokio::test]
async fn smuggling_attempts_are_refused_and_closed() {
    for attempt in [
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
        "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n",
        "\0\r\n\r\n",
    ] {
        let stage = stage();
        let answered = talk(&stage, attempt.as_bytes()).await;
        assert!(answered.starts_with("HTTP/1.1 400 "), "{attempt:?}: {answered}");
        assert_eq!(answered.matches("HTTP/1.1").count(), 1, "{attempt:?}: {answered}");
        assert_eq!(stage.fetches(), 0, "{attempt:?}");
    }
}

#[tokio::test]
async fn a_request_before_the_bad_one_is_answered() {
    let stage = stage();
    let answered = talk(&stage, b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /bad HTTP/1.1\nHost: a\r\n\r\n").await;
    assert!(answered.starts_with("HTTP/1.1 200 ") && answered.contains("HTTP/1.1 400 "), "{answered}");
    assert_eq!(stage.fetches(), 1);
}

#[tokio::test]
async fn e020_a_flood_of_headers_is_413_or_431_and_closed() {
    let some = "X-Header: value\r\n".repeat(90);
    let long = format!("GET / HTTP/1.1\r\nHost: a\r\nX-Long: {}\r\n{some}\r\n", "a".repeat(20_000));
    let answered = talk(&stage(), long.as_bytes()).await;
    assert!(answered.starts_with("HTTP/1.1 413 "), "{answered}");
    assert!(answered.contains("at most 20480 are taken"), "{answered}");
    let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X-Header: value\r\n".repeat(500));
    let answered = talk(&stage(), many.as_bytes()).await;
    assert!(answered.starts_with("HTTP/1.1 431 "), "{answered}");
}

#[tokio::test]
async fn a_chunked_upload_arrives_whole() {
    let stage = stage();
    let upload = b"POST /up HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    let answered = talk(&stage, upload).await;
    assert!(answered.starts_with("HTTP/1.1 200 "), "{answered}");
    assert_eq!(stage.last_asked().body, "abcde");
}
