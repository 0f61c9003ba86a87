//! Origins that are no script: a bucket of the stack, and servers over the network.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use access::{Credentials, Lifetime, Principal};
use bucket::{BucketConfig, BucketSettings, Buckets, Ignore, NewBuckets};
use edge::{CacheBehavior, CustomOriginConfig, OriginConfig, OriginKind, OriginProtocolPolicy, OriginTarget};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::story::{Stage, request, until};

const IDENTITY: &str = "E2IDENTITY0000";
const CANONICAL: &str = "0123456789abcdef";

/// A bucket `assets` in `folder`, with `a b.css` in it, which the identity alone may read.
fn buckets(folder: &Path) -> Buckets {
    let telemetry = telemetry::Telemetry::in_memory();
    let policy = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": { "CanonicalUser": CANONICAL },
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::assets/*",
    }});
    let config = BucketConfig {
        name: "assets".to_owned(),
        logical_id: "Assets".to_owned(),
        policy: Some(policy),
        block_public_access: true,
    };
    let settings = BucketSettings {
        account: "123456789012".to_owned(),
        region: "us-east-1".to_owned(),
        credentials: Credentials::issue(Lifetime::Lasting, || 7),
        new_buckets: NewBuckets::default(),
    };
    let (clock, entropy) = (telemetry.clock(), telemetry.entropy());
    let buckets =
        Buckets::open(&folder.join("buckets"), vec![config], settings, telemetry, clock, entropy).unwrap();
    let source = folder.join("source");
    std::fs::create_dir(&source).unwrap();
    std::fs::write(source.join("a b.css"), "body {}").unwrap();
    buckets.mirror("assets", &source, "assets/", &Ignore::default()).unwrap();
    buckets
}

fn over(buckets: &Buckets, identity: Principal) -> Stage {
    let target = OriginTarget::Bucket { buckets: buckets.clone(), name: "assets".to_owned(), identity };
    Stage::with(vec![CacheBehavior::new("site")], |config, _| {
        config.origins =
            vec![OriginConfig::new("site", "assets.s3.us-east-1.amazonaws.com", OriginKind::S3, target)];
    })
}

#[tokio::test]
async fn o005_the_bucket_is_read_as_the_policy_says() {
    let folder = tempfile::tempdir().unwrap();
    let buckets = buckets(folder.path());
    let identity = Principal::Identity { id: IDENTITY.to_owned(), canonical_user: CANONICAL.to_owned() };
    let stage = over(&buckets, identity);
    let got = stage.get("/assets/a%20b.css").await.expect(200, "Miss");
    assert_eq!((got.text(), got.header("content-type")), ("body {}", Some("text/css")));
    stage.get("/assets/a%20b.css").await.expect(200, "Hit");
    let head = stage.send(request("HEAD", "/assets/a%20b.css")).await.expect(200, "Hit");
    assert_eq!(head.header("content-length"), Some("7"));
    stage.send(request("GET", "/assets/a%20b.css").header("range", "bytes=0-3")).await.expect(206, "Hit");
    // E-151: S3's 403 for what is missing is its own page, and not kept.
    let missing = stage.get("/assets/missing").await.expect(403, "Error");
    assert!(missing.text().contains("<Code>AccessDenied</Code>"), "{}", missing.text());
    buckets.set_policy("assets", None).unwrap();
    stage.get("/assets/a%20b.css").await.expect(200, "Hit");
    stage.edge.purge(&["/*"]);
    stage.get("/assets/a%20b.css").await.expect(403, "Error");
}

#[tokio::test]
async fn o005_another_identity_and_nobody_are_refused_whatever_they_send() {
    let folder = tempfile::tempdir().unwrap();
    let buckets = buckets(folder.path());
    let other =
        Principal::CloudFrontService { source_arn: "arn:aws:cloudfront::1:distribution/E1".to_owned() };
    for identity in [Principal::Anonymous, other] {
        let stage = over(&buckets, identity);
        let forged =
            request("GET", "/assets/a%20b.css").header("x-amz-cf-id", "x").header("via", "1.1 cloudfront");
        stage.send(forged).await.expect(403, "Error");
    }
}

/// A distribution before a server on this port.
fn before(port: u16, policy: OriginProtocolPolicy) -> Stage {
    let custom = CustomOriginConfig {
        origin_protocol_policy: policy,
        http_port: port,
        https_port: port,
        origin_read_timeout: Duration::from_millis(200),
        ..CustomOriginConfig::default()
    };
    Stage::with(vec![CacheBehavior::new("site")], |config, _| {
        let kind = OriginKind::Custom(custom);
        config.origins = vec![OriginConfig::new("site", "127.0.0.1", kind, OriginTarget::External)];
    })
}

/// A server that answers each connection with these bytes and closes it; none means that it only
/// listens to them.
async fn server(answer: Option<&'static [u8]>) -> u16 {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = socket.accept().await.unwrap();
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    match stream.read_u8().await {
                        Ok(byte) => head.push(byte),
                        Err(_) => return,
                    }
                }
                match answer {
                    Some(answer) => stream.write_all(answer).await.unwrap(),
                    None => std::future::pending().await,
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn e072_an_outside_origin_is_asked_over_http() {
    let port = server(Some(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")).await;
    let stage = before(port, OriginProtocolPolicy::HttpOnly);
    assert_eq!(stage.get("/").await.expect(200, "Miss").text(), "hi");
    assert_eq!(stage.get("/").await.expect(200, "Hit").text(), "hi");
}

#[tokio::test]
async fn e077_a_body_that_ends_with_its_connection_is_stored() {
    let port = server(Some(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end")).await;
    let stage = before(port, OriginProtocolPolicy::HttpOnly);
    assert_eq!(stage.get("/").await.expect(200, "Miss").text(), "to the end");
    stage.get("/").await.expect(200, "Hit");
}

#[tokio::test]
async fn e156_what_cannot_be_asked_is_502_and_what_is_silent_504() {
    // A port that was free a moment ago.
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let got = before(closed, OriginProtocolPolicy::HttpOnly).get("/").await.expect(502, "Error");
    assert!(got.text().contains("wasn't able to connect to the origin site (127.0.0.1)"), "{}", got.text());
    let garbage = server(Some(b"\0\0\0\r\n\r\n")).await;
    before(garbage, OriginProtocolPolicy::HttpOnly).get("/").await.expect(502, "Error");
    let stage = Arc::new(before(server(None).await, OriginProtocolPolicy::HttpOnly));
    let got = stage.get("/").await.expect(504, "Error");
    assert!(got.text().contains("OriginReadTimeout"), "{}", got.text());
    // E-150: the edge's own error is kept too.
    until(|| stage.edge.cached().0 == 1).await;
}

#[tokio::test]
async fn e074_a_server_whose_certificate_nobody_trusts_is_502() {
    let folder = tempfile::tempdir().unwrap();
    let authority =
        edge::tls::Authority::open(folder.path(), trace::Timestamp::from_millis(1_800_000_000_000)).unwrap();
    let acceptor = edge::tls::acceptor(Arc::new(authority), vec!["127.0.0.1".to_owned()]);
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = socket.accept().await.unwrap();
        acceptor.accept(stream).await.err()
    });
    let got = before(port, OriginProtocolPolicy::HttpsOnly).get("/").await.expect(502, "Error");
    assert!(got.text().contains("TLS failed"), "{}", got.text());
}
