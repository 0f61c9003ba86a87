//! A folder of buckets, a clock that stands still, and requests signed as a client signs them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use serde_json::Value;

use access::signature::{SignedRequest, v4};
use access::{Credentials, Principal, calendar};
use bucket::{BucketConfig, BucketSettings, Buckets, NewBuckets, ReadRequest};
use telemetry::Telemetry;
use trace::{Clock, Entropy, Timestamp};

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const HOST: &str = "127.0.0.1:9000";

/// A stack's buckets: `site`, with the policy that was asked for.
pub(crate) struct Stack {
    pub(crate) buckets: Buckets,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) telemetry: Telemetry,
    pub(crate) time: u64,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Stack {
    pub(crate) fn new(policy: Option<Value>) -> Self {
        Self::at(policy, "20261124T120000Z", owner())
    }

    pub(crate) fn at(policy: Option<Value>, time: &str, credentials: Credentials) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = BucketConfig {
            name: "site".to_owned(),
            logical_id: "Site".to_owned(),
            policy,
            block_public_access: true,
        };
        let settings = BucketSettings {
            account: ACCOUNT.to_owned(),
            region: "us-east-1".to_owned(),
            credentials,
            new_buckets: NewBuckets::Private,
        };
        let (telemetry, time) = (Telemetry::in_memory(), calendar::parse_basic(time).unwrap());
        let buckets = Buckets::open(
            folder.path(),
            vec![config],
            settings,
            telemetry.clone(),
            Arc::new(Still(time)),
            Arc::new(Counter::default()),
        );
        Self { buckets: buckets.unwrap(), folder, telemetry, time }
    }

    /// Reads as the edge does.
    pub(crate) async fn read(&self, key: &str, headers: &[(&str, &str)], principal: &Principal) -> Reply {
        self.read_as(Method::GET, key, headers, principal).await
    }

    pub(crate) async fn read_as(
        &self,
        method: Method,
        key: &str,
        headers: &[(&str, &str)],
        principal: &Principal,
    ) -> Reply {
        let request = ReadRequest {
            bucket: "site".to_owned(),
            key: key.to_owned(),
            method,
            headers: map(headers),
            peer: None,
            trace: None,
        };
        Reply::of(self.buckets.read(request, principal).await).await
    }

    /// Asks on the S3 port as the owner.
    pub(crate) async fn call(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        self.call_as(Some(&owner()), method, target, headers, body).await
    }

    /// Asks on the S3 port, signed with `credentials` or not at all.
    pub(crate) async fn call_as(
        &self,
        credentials: Option<&Credentials>,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let mut headers = headers.to_vec();
        if !headers.iter().any(|(name, _)| *name == "host") {
            headers.push(("host", HOST));
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let plain: Vec<(&str, &[u8])> =
            headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        let request = SignedRequest { method, path, query, headers: &plain };
        let added = credentials.map_or_else(Vec::new, |credentials| {
            v4::sign(&request, &sha256(body), credentials, "us-east-1", "s3", self.time)
        });
        let signed = added.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<(&str, &str)> = headers.iter().copied().chain(signed).collect();
        self.send(method, target, &all, body).await
    }

    /// Sends a request just as it is given.
    pub(crate) async fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let body = Full::new(Bytes::copy_from_slice(body)).map_err(io::Error::other).boxed_unsync();
        let mut request = Request::builder().method(method).uri(target).body(body).unwrap();
        *request.headers_mut() = map(headers);
        Reply::of(self.buckets.serve(request).await).await
    }

    pub(crate) async fn put(&self, key: &str, text: &str) -> Reply {
        let reply = self.call("PUT", &format!("/site/{key}"), &[], text.as_bytes()).await;
        reply.is(200)
    }
}

impl Reply {
    async fn of(
        response: http::Response<http_body_util::combinators::UnsyncBoxBody<Bytes, io::Error>>,
    ) -> Self {
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Self { status: head.status, headers: head.headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// Expects a refusal with that code.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Self {
        let reply = self.is(status);
        assert!(reply.body.contains(&format!("<Code>{code}</Code>")), "{reply:?}");
        reply
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The texts of every element of that name.
    pub(crate) fn elements(&self, name: &str) -> Vec<&str> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        self.body.split(&open).skip(1).filter_map(|rest| rest.split(&close).next()).collect()
    }
}

/// The account's keys.
pub(crate) fn owner() -> Credentials {
    credentials("AKIDOWNER00000000000")
}

pub(crate) fn credentials(access_key: &str) -> Credentials {
    Credentials {
        access_key: access_key.to_owned(),
        secret_key: format!("secret of {access_key}"),
        session_token: None,
    }
}

pub(crate) fn account(account: &str) -> Principal {
    Principal::Account {
        account: account.to_owned(),
        arn: format!("arn:aws:iam::{account}:root"),
        canonical_user: bucket::canonical_user(account),
    }
}

pub(crate) fn sha256(data: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(data).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn map(headers: &[(&str, &str)]) -> HeaderMap {
    let header = |(name, value): &(&str, &str)| {
        (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap())
    };
    headers.iter().map(header).collect()
}

struct Still(u64);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0 * 1_000)
    }
}

#[derive(Default)]
struct Counter(AtomicU64);

impl Entropy for Counter {
    fn next_u64(&self) -> u64 {
        // Spread out, so that identifiers look like identifiers.
        self.0.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}
