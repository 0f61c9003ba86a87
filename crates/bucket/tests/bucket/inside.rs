//! Reads on the inside: a typed principal against the bucket's policy.

use http::Method;
use serde_json::{Value, json};

use access::{Peer, Principal};
use telemetry::{Record, TraceContext};
use trace::{Hop, Outcome, Sampled, TraceId};

use crate::support::{ACCOUNT, Stack, account};

#[tokio::test]
async fn o_005_the_distribution_reads_because_the_policy_says_so() {
    let stack = Stack::new(Some(for_identity("E1")));
    stack.put("assets/style.css", "body{}").await;
    let reply = stack.read("assets/style.css", &[], &identity("E1")).await.is(200);
    assert_eq!(reply.body, "body{}");
    stack.read("assets/style.css", &[], &identity("E2")).await.refused(403, "AccessDenied");
    stack.read("assets/style.css", &[], &Principal::Anonymous).await.refused(403, "AccessDenied");
    stack.buckets.set_policy("site", None).unwrap();
    stack.read("assets/style.css", &[], &identity("E1")).await.refused(403, "AccessDenied");
}

#[tokio::test]
async fn o_003_access_control_is_for_one_distribution() {
    let arn = |id: &str| format!("arn:aws:cloudfront::{ACCOUNT}:distribution/{id}");
    let stack = Stack::new(Some(json!({"Statement": {
        "Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::site/*", "Condition": {"StringEquals": {"AWS:SourceArn": arn("EA")}},
    }})));
    stack.put("k", "text").await;
    let distribution = |id: &str| Principal::CloudFrontService { source_arn: arn(id) };
    stack.read("k", &[], &distribution("EA")).await.is(200);
    stack.read("k", &[], &distribution("EB")).await.refused(403, "AccessDenied");
}

#[tokio::test]
async fn b_020_a_missing_key_is_403_to_who_may_not_list() {
    let stack = Stack::new(Some(for_identity("E1")));
    stack.read("nothing", &[], &identity("E1")).await.refused(403, "AccessDenied");
    stack.read("nothing", &[], &account(ACCOUNT)).await.refused(404, "NoSuchKey");
    let listing = json!({"Statement": {"Effect": "Allow", "Principal": {"CanonicalUser": "canonical-E1"},
        "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::site", "arn:aws:s3:::site/*"],
        "Condition": {"StringLikeIfExists": {"s3:prefix": "public/*"}}}});
    stack.buckets.set_policy("site", Some(listing)).unwrap();
    stack.read("public/x", &[], &identity("E1")).await.refused(404, "NoSuchKey");
    stack.read("private/x", &[], &identity("E1")).await.refused(403, "AccessDenied");
}

#[tokio::test]
async fn b_011_what_an_object_says_of_itself() {
    let stack = Stack::new(None);
    let headers = [("content-type", "text/css"), ("cache-control", "max-age=60"), ("x-amz-meta-by", "hand")];
    stack.call("PUT", "/site/k", &headers, b"body{}").await.is(200);
    let reply = stack.read_as(Method::HEAD, "k", &[], &account(ACCOUNT)).await.is(200);
    assert_eq!(reply.body, "");
    for (name, expected) in [
        ("content-type", "text/css"),
        ("content-length", "6"),
        ("cache-control", "max-age=60"),
        ("x-amz-meta-by", "hand"),
        ("etag", "\"aa676972bbd2b68e94ef8e91e81d20be\""),
        ("last-modified", "Tue, 24 Nov 2026 12:00:00 GMT"),
        ("accept-ranges", "bytes"),
        ("server", "AmazonS3"),
    ] {
        assert_eq!(reply.header(name), expected, "{name}");
    }
}

#[tokio::test]
async fn b_022_ranges() {
    let stack = Stack::new(None);
    stack.put("k", "0123456789").await;
    let owner = account(ACCOUNT);
    let reply = stack.read("k", &[("range", "bytes=2-4")], &owner).await.is(206);
    assert_eq!((reply.body.as_str(), reply.header("content-range")), ("234", "bytes 2-4/10"));
    let reply = stack.read("k", &[("range", "bytes=-3")], &owner).await.is(206);
    assert_eq!((reply.body.as_str(), reply.header("content-length")), ("789", "3"));
    stack.read("k", &[("range", "bytes=10-")], &owner).await.refused(416, "InvalidRange");
    stack.read("k", &[("range", "bytes=0-1,3-4")], &owner).await.is(200);
}

#[tokio::test]
async fn b_023_a_304_has_the_validators_and_no_body() {
    let stack = Stack::new(None);
    stack.put("k", "text").await;
    let owner = account(ACCOUNT);
    let etag = stack.read("k", &[], &owner).await.header("etag").to_owned();
    let reply = stack.read("k", &[("if-none-match", &etag)], &owner).await.is(304);
    assert_eq!((reply.body.as_str(), reply.header("etag")), ("", etag.as_str()));
    assert_ne!(reply.header("last-modified"), "");
    stack.read("k", &[("if-match", "\"other\"")], &owner).await.refused(412, "PreconditionFailed");
}

#[tokio::test]
async fn a_large_object_is_streamed_whole() {
    let stack = Stack::new(None);
    let text = "0123456789".repeat(200_000);
    stack.put("large", &text).await;
    let reply = stack.read("large", &[], &account(ACCOUNT)).await.is(200);
    assert!(reply.body == text && reply.header("content-length") == "2000000");
    let reply = stack.read("large", &[("range", "bytes=999990-1999999")], &account(ACCOUNT)).await.is(206);
    assert!(reply.body == text[999_990..]);
}

#[tokio::test]
async fn a_policy_that_denies_insecure_transport_means_other_machines() {
    let stack = Stack::new(Some(json!({"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}})));
    stack.put("k", "text").await;
    for (address, secure, status) in
        [("127.0.0.1:5000", false, 200), ("192.0.2.7:5000", false, 403), ("192.0.2.7:5000", true, 200)]
    {
        let request = bucket::ReadRequest {
            bucket: "site".to_owned(),
            key: "k".to_owned(),
            method: Method::GET,
            headers: http::HeaderMap::new(),
            peer: Some(Peer { address: address.parse().unwrap(), secure, local_port: 9000 }),
            trace: None,
        };
        assert_eq!(stack.buckets.read(request, &account(ACCOUNT)).await.status(), status, "{address}");
    }
}

#[tokio::test]
async fn the_span_and_the_log_name_the_statement_that_decided() {
    let stack = Stack::new(Some(for_identity("E1")));
    stack.put("k", "text").await;
    let mut records = stack.telemetry.subscribe();
    let trace = TraceId::new(stack.telemetry.clock().now(), &*stack.telemetry.entropy());
    let request = |key: &str| bucket::ReadRequest {
        bucket: "site".to_owned(),
        key: key.to_owned(),
        method: Method::GET,
        headers: http::HeaderMap::new(),
        peer: None,
        trace: Some(TraceContext { trace, parent: None, sampled: Sampled::Yes }),
    };
    stack.buckets.read(request("k"), &identity("E1")).await;
    let Record::Span(span) = records.recv().await.unwrap() else { panic!("expected the span first") };
    assert_eq!(
        (span.hop, span.name.as_str(), span.outcome, span.trace),
        (Hop::Bucket, "Site", Outcome::Ok, trace)
    );
    let access = ("access".to_owned(), "allowed: bucket policy, statement 1 (Site)".to_owned());
    assert!(span.annotations.contains(&access), "{:?}", span.annotations);
    stack.buckets.read(request("k"), &identity("E2")).await;
    let Record::Span(_) = records.recv().await.unwrap() else { panic!("expected the span first") };
    let Record::Log(line) = records.recv().await.unwrap() else { panic!("expected the log line next") };
    assert_eq!(
        line.text,
        "GET k 403 AccessDenied for arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2, \
         denied: no statement allows it"
    );
}

fn for_identity(id: &str) -> Value {
    json!({"Statement": {"Sid": "Site", "Effect": "Allow", "Principal": {"CanonicalUser": format!("canonical-{id}")},
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::site/*"}})
}

fn identity(id: &str) -> Principal {
    Principal::Identity { id: id.to_owned(), canonical_user: format!("canonical-{id}") }
}
