//! Buckets and their settings over the protocol.

use std::sync::Arc;

use serde_json::json;

use access::{Credentials, Lifetime, Policy, Principal};

use crate::support::{ACCOUNT, HOST, Stack};

#[tokio::test]
async fn b_021_making_and_removing_buckets() {
    let stack = Stack::new(None);
    stack.call("PUT", "/mine", &[], b"").await.is(200);
    stack.call("PUT", "/mine/k", &[], b"text").await.is(200);
    stack.call("PUT", "/mine", &[], b"").await.is(200);
    assert_eq!(stack.call("GET", "/mine/k", &[], b"").await.is(200).body, "text");
    assert_eq!(stack.call("GET", "/", &[], b"").await.elements("Name"), ["mine", "site"]);
    stack.call("DELETE", "/mine", &[], b"").await.refused(409, "BucketNotEmpty");
    stack.call("DELETE", "/mine/k", &[], b"").await.is(204);
    stack.call("DELETE", "/mine", &[], b"").await.is(204);
    stack.call("HEAD", "/mine", &[], b"").await.is(404);
    stack.call("PUT", "/a", &[], b"").await.refused(400, "InvalidBucketName");
    stack.call("PUT", "/..", &[], b"").await.refused(400, "InvalidBucketName");
    stack.call("HEAD", "/site", &[("x-amz-expected-bucket-owner", ACCOUNT)], b"").await.is(200);
    stack.call("HEAD", "/site", &[("x-amz-expected-bucket-owner", "210987654321")], b"").await.is(403);
    let elsewhere = b"<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>";
    stack.call("PUT", "/other", &[], elsewhere).await.refused(400, "InvalidLocationConstraint");
    assert!(stack.call("GET", "/site/?location", &[], b"").await.is(200).body.contains("LocationConstraint"));
}

#[tokio::test]
async fn p_001_policies_are_kept_to_the_letter_or_refused_by_name() {
    let stack = Stack::new(None);
    stack.call("GET", "/site?policy", &[], b"").await.refused(404, "NoSuchBucketPolicy");
    let policy = r#"{ "Statement": {"Effect":"Deny", "Principal":"*", "Action":"s3:DeleteObject", "Resource":"arn:aws:s3:::site/*"} }"#;
    stack.call("PUT", "/site?policy", &[], policy.as_bytes()).await.is(204);
    assert_eq!(stack.call("GET", "/site?policy", &[], b"").await.is(200).body, policy);
    stack.call("DELETE", "/site/k", &[], b"").await.refused(403, "AccessDenied");
    let unknown =
        policy.replace("\"Action\"", "\"Condition\":{\"StringEquals\":{\"aws:Unknown\":\"x\"}},\"Action\"");
    let reply =
        stack.call("PUT", "/site?policy", &[], unknown.as_bytes()).await.refused(400, "MalformedPolicy");
    assert!(reply.body.contains("aws:Unknown"), "{reply:?}");
    stack.call("PUT", "/site?policy", &[], &b" ".repeat(20_481)).await.refused(400, "MalformedPolicy");
    stack.call("DELETE", "/site?policy", &[], b"").await.is(204);
    stack.call("DELETE", "/site/k", &[], b"").await.is(204);
}

#[tokio::test]
async fn block_public_access_refuses_a_public_policy_until_it_is_switched_off() {
    let stack = Stack::new(None);
    stack.put("k", "text").await;
    let public = br#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::site/*"}}"#;
    stack.call("PUT", "/site?policy", &[], public).await.refused(403, "AccessDenied");
    stack.call("DELETE", "/site?publicAccessBlock", &[], b"").await.is(204);
    stack.call("PUT", "/site?policy", &[], public).await.is(204);
    let anonymous = [("host", HOST)];
    stack.send("GET", "/site/k", &anonymous, b"").await.is(200);
    stack
        .send("GET", "/site/k?response-content-type=x", &anonymous, b"")
        .await
        .refused(400, "InvalidRequest");
    assert_eq!(stack.call("GET", "/site?policyStatus", &[], b"").await.elements("IsPublic"), ["true"]);
    let block = b"<PublicAccessBlockConfiguration><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>";
    stack.call("PUT", "/site?publicAccessBlock", &[], block).await.is(200);
    stack.send("GET", "/site/k", &anonymous, b"").await.refused(403, "AccessDenied");
}

#[tokio::test]
async fn a_function_s_keys_do_what_its_role_may() {
    let stack = Stack::new(None);
    stack.put("read/k", "text").await;
    let mut number = 0;
    let keys = Credentials::issue(Lifetime::Session, || {
        number += 1;
        number
    });
    let policy = json!({"Statement": [
        {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::site/read/*"},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::site/*"},
        {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::site/secret/*"},
    ]});
    let role = Principal::Role {
        account: ACCOUNT.to_owned(),
        arn: format!("arn:aws:iam::{ACCOUNT}:role/site"),
        policies: Arc::new([Policy::parse_identity(&policy).unwrap()]),
    };
    stack.buckets.register(keys.clone(), role);
    let call = async |method: &str, target: &str| stack.call_as(Some(&keys), method, target, &[], b"").await;
    call("GET", "/site/read/k").await.is(200);
    call("GET", "/site/other").await.refused(403, "AccessDenied");
    call("PUT", "/site/other").await.is(200);
    call("PUT", "/site/secret/k").await.refused(403, "AccessDenied");
    call("DELETE", "/site/read/k").await.refused(403, "AccessDenied");
    call("GET", "/").await.refused(403, "AccessDenied");
}

#[tokio::test]
async fn b_003_settings_that_are_kept_and_given_back() {
    let stack = Stack::new(None);
    stack.call("GET", "/site?cors", &[], b"").await.refused(404, "NoSuchCORSConfiguration");
    stack.call("GET", "/site?lifecycle", &[], b"").await.refused(404, "NoSuchLifecycleConfiguration");
    stack.call("GET", "/site?tagging", &[], b"").await.refused(404, "NoSuchTagSet");
    stack.call("PUT", "/site?cors", &[], b"<Other/>").await.refused(400, "MalformedXML");
    assert!(stack.call("GET", "/site?encryption", &[], b"").await.is(200).body.contains("AES256"));
    assert!(
        stack
            .call("GET", "/site?ownershipControls", &[], b"")
            .await
            .is(200)
            .body
            .contains("BucketOwnerEnforced")
    );
    stack.call("PUT", "/site/k", &[("x-amz-acl", "private")], b"").await.is(200);
    stack
        .call("PUT", "/site/k", &[("x-amz-acl", "public-read")], b"")
        .await
        .refused(400, "AccessControlListNotSupported");
}

#[tokio::test]
async fn cors_lets_through_what_a_rule_names() {
    let stack = Stack::new(None);
    stack.put("k", "text").await;
    let preflight =
        [("host", HOST), ("origin", "https://a.example.com"), ("access-control-request-method", "PUT")];
    stack.send("OPTIONS", "/site/k", &preflight, b"").await.refused(403, "AccessForbidden");
    stack.send("OPTIONS", "/site/k", &preflight[..1], b"").await.refused(400, "BadRequest");
    let rules = b"<CORSConfiguration><CORSRule><AllowedOrigin>https://*.example.com</AllowedOrigin>\
        <AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod><AllowedHeader>*</AllowedHeader>\
        <ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds></CORSRule></CORSConfiguration>";
    stack.call("PUT", "/site?cors", &[], rules).await.is(200);
    let reply = stack.send("OPTIONS", "/site/k", &preflight, b"").await.is(200);
    assert_eq!(reply.header("access-control-allow-origin"), "https://a.example.com");
    assert_eq!(
        (reply.header("access-control-allow-methods"), reply.header("access-control-max-age")),
        ("PUT, GET", "60")
    );
    let reply = stack.call("GET", "/site/k", &[("origin", "https://b.example.com")], b"").await.is(200);
    assert_eq!(reply.header("access-control-expose-headers"), "ETag");
    let reply = stack.call("GET", "/site/k", &[("origin", "https://example.org")], b"").await.is(200);
    assert_eq!(reply.header("access-control-allow-origin"), "");
}
