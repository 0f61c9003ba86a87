//! Signatures over the protocol: presigned addresses, chunks, and what a forger gets.

use access::Credentials;
use access::signature::{SignedRequest, v4};

use crate::support::{HOST, Stack, account, credentials, owner};

#[tokio::test]
async fn without_a_signature_a_bucket_is_closed_and_headers_make_nobody_somebody() {
    let stack = Stack::new(None);
    stack.put("k", "text").await;
    for headers in [
        vec![("host", HOST)],
        vec![("host", HOST), ("via", "1.1 x.cloudfront.net"), ("x-amz-cf-id", "forged")],
        vec![("host", HOST), ("x-amz-source-arn", "arn:aws:cloudfront::123456789012:distribution/E1")],
        vec![("host", HOST), ("x-amz-security-token", "forged")],
    ] {
        stack.send("GET", "/site/k", &headers, b"").await.refused(403, "AccessDenied");
        stack.send("PUT", "/site/k", &headers, b"x").await.refused(403, "AccessDenied");
    }
    stack.send("GET", "/missing-bucket/k", &[("host", HOST)], b"").await.refused(404, "NoSuchBucket");
}

#[tokio::test]
async fn each_forgery_has_its_code() {
    let stack = Stack::new(None);
    let unknown = credentials("AKIDNOBODY0000000000");
    stack.call_as(Some(&unknown), "GET", "/site", &[], b"").await.refused(403, "InvalidAccessKeyId");
    let wrong = Credentials { secret_key: "guessed".to_owned(), ..owner() };
    stack.call_as(Some(&wrong), "GET", "/site", &[], b"").await.refused(403, "SignatureDoesNotMatch");
    let token = Credentials { session_token: Some("stolen".to_owned()), ..owner() };
    stack.call_as(Some(&token), "GET", "/site", &[], b"").await.refused(400, "InvalidToken");
    let headers = [("host", HOST), ("authorization", "AWS AKIDOWNER00000000000:c2lnbmF0dXJl")];
    stack.send("GET", "/site", &headers, b"").await.refused(400, "InvalidRequest");
    let headers = [("host", HOST), ("authorization", "AWS4-HMAC-SHA256 Credential=x")];
    stack.send("GET", "/site", &headers, b"").await.refused(400, "AuthorizationHeaderMalformed");
}

#[tokio::test]
async fn a_changed_body_is_refused() {
    let stack = Stack::new(None);
    let headers: [(&str, &[u8]); 1] = [("host", HOST.as_bytes())];
    let request = SignedRequest { method: "PUT", path: "/site/k", query: "", headers: &headers };
    let hash = crate::support::sha256(b"what was signed");
    let added = v4::sign(&request, &hash, &owner(), "us-east-1", "s3", stack.time);
    let mut all = vec![("host", HOST)];
    all.extend(added.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    stack.send("PUT", "/site/k", &all, b"what was sent").await.refused(400, "XAmzContentSHA256Mismatch");
    stack.send("PUT", "/site/k", &all, b"what was signed").await.is(200);
}

#[tokio::test]
async fn presigned_addresses_read_and_write_until_they_expire() {
    let stack = Stack::new(None);
    let headers = [("host", HOST)];
    let put = presign("PUT", "/site/k", "", 60, stack.time);
    stack.send("PUT", &put, &headers, b"text").await.is(200);
    let get = presign("GET", "/site/k", "response-content-type=text%2Fx", 60, stack.time);
    let reply = stack.send("GET", &get, &headers, b"").await.is(200);
    assert_eq!((reply.body.as_str(), reply.header("content-type")), ("text", "text/x"));
    stack.send("PUT", &get, &headers, b"x").await.refused(403, "SignatureDoesNotMatch");
    stack
        .send("GET", &get, &[("host", HOST), ("x-amz-acl", "private")], b"")
        .await
        .refused(403, "AccessDenied");
    let old = presign("GET", "/site/k", "", 60, stack.time - 61);
    stack.send("GET", &old, &headers, b"").await.refused(403, "AccessDenied");
    let long = presign("GET", "/site/k", "", 604_801, stack.time);
    stack.send("GET", &long, &headers, b"").await.refused(403, "AuthorizationQueryParametersError");
}

#[tokio::test]
async fn an_upload_in_chunks_has_its_checksum_after_it() {
    let stack = Stack::new(None);
    let body = b"b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n";
    chunked(&stack, body, "x-amz-checksum-crc32").await.is(200);
    let reply = stack.call("GET", "/site/k", &[("x-amz-checksum-mode", "ENABLED")], b"").await.is(200);
    assert_eq!((reply.body.as_str(), reply.header("x-amz-checksum-crc32")), ("hello world", "DUoRhQ=="));
    assert_eq!(reply.header("content-encoding"), "gzip", "B-012");
    chunked(&stack, body, "x-amz-checksum-sha1").await.refused(400, "InvalidRequest");
    let wrong = b"b\r\nhello there\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n";
    chunked(&stack, wrong, "x-amz-checksum-crc32").await.refused(400, "BadDigest");
    chunked(&stack, b"b\r\nhello wor", "x-amz-checksum-crc32").await.refused(400, "IncompleteBody");
    assert_eq!(stack.call("GET", "/site/k", &[], b"").await.body, "hello world");
}

/// The S3 API reference's own upload in signed chunks, to the byte.
#[tokio::test]
async fn the_documented_signed_chunks_become_an_object() {
    let documented = Credentials {
        access_key: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
        session_token: None,
    };
    let stack = Stack::at(None, "20130524T000000Z", documented.clone());
    stack.call_as(Some(&documented), "PUT", "/examplebucket", &[], b"").await.is(200);
    let headers = [
        ("host", "s3.amazonaws.com"),
        ("x-amz-date", "20130524T000000Z"),
        ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ("authorization", DOCUMENTED),
        ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        ("content-encoding", "aws-chunked"),
        ("x-amz-decoded-content-length", "66560"),
        ("content-length", "66824"),
    ];
    let mut body = Vec::new();
    for (size, signature) in [(65_536, SIGNATURES[0]), (1_024, SIGNATURES[1]), (0, SIGNATURES[2])] {
        body.extend_from_slice(format!("{size:x};chunk-signature={signature}\r\n").as_bytes());
        body.extend(std::iter::repeat_n(b'a', size));
        body.extend_from_slice(b"\r\n");
    }
    assert_eq!(body.len(), 66_824);
    let mut forged = body.clone();
    forged[1_000] = b'b';
    let target = "/examplebucket/chunkObject.txt";
    stack.send("PUT", target, &headers, &forged).await.refused(403, "SignatureDoesNotMatch");
    stack.call_as(Some(&documented), "GET", target, &[], b"").await.refused(404, "NoSuchKey");
    stack.send("PUT", target, &headers, &body).await.is(200);
    let reply = stack.call_as(Some(&documented), "GET", target, &[], b"").await.is(200);
    assert!(reply.body == "a".repeat(66_560));
}

#[tokio::test]
async fn another_account_is_not_the_owner() {
    let stack = Stack::new(None);
    stack.put("k", "text").await;
    let other = credentials("AKIDOTHER00000000000");
    stack.buckets.register(other.clone(), account("210987654321"));
    stack.call_as(Some(&other), "GET", "/site/k", &[], b"").await.refused(403, "AccessDenied");
    stack.call_as(Some(&other), "PUT", "/site", &[], b"").await.refused(409, "BucketAlreadyExists");
    let mine = stack.call_as(Some(&other), "GET", "/", &[], b"").await.is(200);
    assert_eq!(mine.elements("Name"), [""; 0]);
    let policy = r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"210987654321"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::site/*"}}"#;
    stack.call("PUT", "/site?policy", &[], policy.as_bytes()).await.is(204);
    stack.call_as(Some(&other), "GET", "/site/k", &[], b"").await.is(200);
    stack.call_as(Some(&other), "PUT", "/site/k", &[], b"x").await.refused(403, "AccessDenied");
}

async fn chunked(stack: &Stack, body: &[u8], trailer: &str) -> crate::support::Reply {
    let headers = [
        ("host", HOST),
        ("content-encoding", "gzip, aws-chunked"),
        ("x-amz-decoded-content-length", "11"),
        ("x-amz-trailer", trailer),
    ];
    let plain: Vec<(&str, &[u8])> = headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    let request = SignedRequest { method: "PUT", path: "/site/k", query: "", headers: &plain };
    let payload = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    let added = v4::sign(&request, payload, &owner(), "us-east-1", "s3", stack.time);
    let mut all = headers.to_vec();
    all.extend(added.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    stack.send("PUT", "/site/k", &all, body).await
}

fn presign(method: &str, path: &str, query: &str, lifetime: u64, time: u64) -> String {
    let headers: [(&str, &[u8]); 1] = [("host", HOST.as_bytes())];
    let request = SignedRequest { method, path, query, headers: &headers };
    format!("{path}?{}", v4::presigned(&request, &owner(), "us-east-1", "s3", time, lifetime))
}

const DOCUMENTED: &str = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
     SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,\
     Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
const SIGNATURES: [&str; 3] = [
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
];
