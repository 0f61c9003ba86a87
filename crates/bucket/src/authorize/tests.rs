//! Who may do what, and by which rule.

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::bucket::{Owner, PublicAccessBlock, Settings};

const ACCOUNT: &str = "123456789012";

#[test]
fn the_owner_may_unless_a_statement_denies_it() {
    check(None, &account(ACCOUNT), true, "the bucket is the caller's");
    check(Some(deny("*")), &account(ACCOUNT), false, "bucket policy, statement 1 (No)");
    check(None, &account("000000000000"), false, "no statement allows it");
    check(None, &Principal::Anonymous, false, "no statement allows it");
}

#[test]
fn o_005_a_distribution_reads_because_the_policy_says_so() {
    let policy = json!({"Statement": {
        "Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::bucket/*",
        "Condition": {"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/EA"}},
    }});
    let distribution = |id| Principal::CloudFrontService {
        source_arn: format!("arn:aws:cloudfront::{ACCOUNT}:distribution/{id}"),
    };
    check(Some(policy.clone()), &distribution("EA"), true, "bucket policy, statement 1");
    check(Some(policy), &distribution("EB"), false, "no statement allows it");
    check(None, &distribution("EA"), false, "no statement allows it");
}

#[test]
fn a_role_may_by_its_own_policy_or_the_bucket_s_but_a_deny_of_either_wins() {
    let role = |effect: &str| {
        let policy = Policy::parse_identity(
            &json!({"Statement": {"Sid": "Own", "Effect": effect, "Action": "s3:*", "Resource": "*"}}),
        );
        Principal::Role {
            account: ACCOUNT.to_owned(),
            arn: format!("arn:aws:iam::{ACCOUNT}:role/site"),
            policies: Arc::new([policy.unwrap()]),
        }
    };
    check(None, &role("Allow"), true, "role's policy, statement 1 (Own)");
    check(Some(allow(&json!("*"))), &role("Deny"), false, "role's policy, statement 1 (Own)");
    check(Some(deny("*")), &role("Allow"), false, "bucket policy, statement 1 (No)");
    let allowed = allow(&json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:role/site")}));
    check(Some(allowed), &role("Allow"), true, "bucket policy, statement 1 (Yes)");
}

#[test]
fn block_public_access_takes_back_what_everybody_was_given() {
    let decide = |block| {
        let bucket = bucket(Some(allow(&json!("*"))), PublicAccessBlock::all(block));
        ask(&bucket.1, &Principal::Anonymous)
    };
    assert!(decide(false).allowed);
    let blocked = decide(true);
    assert!(!blocked.allowed && blocked.why.starts_with("Block Public Access"), "{blocked:?}");
}

#[test]
fn a_narrow_policy_is_not_public() {
    let statement = json!({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*",
        "Condition": {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}}});
    let (_folder, bucket) = bucket(Some(statement), PublicAccessBlock::all(true));
    let caller = Caller::new(Principal::Anonymous, Timestamp::default()).with("aws:SourceIp", "127.0.0.1");
    assert!(caller.may(&bucket, QUESTION).allowed);
    let caller = Caller::new(Principal::Anonymous, Timestamp::default()).with("aws:SourceIp", "10.0.0.1");
    assert!(!caller.may(&bucket, QUESTION).allowed);
}

#[track_caller]
fn check(policy: Option<Value>, principal: &Principal, allowed: bool, why: &str) {
    let (_folder, bucket) = bucket(policy, PublicAccessBlock::all(false));
    let expected = Verdict { allowed, why: why.to_owned() };
    assert_eq!(ask(&bucket, principal), expected, "{}", principal.name());
}

fn ask(bucket: &Bucket, principal: &Principal) -> Verdict {
    Caller::new(principal.clone(), Timestamp::default()).may(bucket, QUESTION)
}

fn bucket(policy: Option<Value>, public_access: PublicAccessBlock) -> (tempfile::TempDir, Bucket) {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        created: 0,
        owner: Owner { account: ACCOUNT.to_owned(), canonical_user: "c".to_owned() },
        policy: policy.map(|policy| serde_json::value::to_raw_value(&policy).unwrap()),
        public_access,
        ownership: None,
        public: false,
        documents: std::collections::BTreeMap::new(),
    };
    let bucket = Bucket::open(folder.path(), "bucket", "Bucket", 1, || settings).unwrap();
    (folder, bucket)
}

fn account(account: &str) -> Principal {
    Principal::Account {
        account: account.to_owned(),
        arn: format!("arn:aws:iam::{account}:root"),
        canonical_user: format!("canonical-{account}"),
    }
}

fn allow(principal: &Value) -> Value {
    json!({"Statement": {"Sid": "Yes", "Effect": "Allow", "Principal": principal, "Action": "s3:*", "Resource": "*"}})
}

fn deny(principal: &str) -> Value {
    json!({"Statement": {"Sid": "No", "Effect": "Deny", "Principal": principal, "Action": "s3:*", "Resource": "*"}})
}

const QUESTION: Question<'static> =
    Question { action: "s3:GetObject", key: Some("k"), conditions: &[], acl: Acl::Silent };
