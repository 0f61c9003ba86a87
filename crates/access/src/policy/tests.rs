//! Policies against requests, one line a case.

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;

const ACCOUNT: &str = "123456789012";

#[test]
fn p_001_one_statement_or_a_list_with_or_without_a_version() {
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"});
    for document in
        [json!({"Statement": statement}), json!({"Version": "2012-10-17", "Statement": [statement]})]
    {
        check(
            &document,
            &Principal::Anonymous,
            "s3:GetObject",
            "arn:aws:s3:::b/k",
            &Conditions::new(),
            "allowed",
        );
    }
}

#[test]
fn p_002_an_explicit_deny_comes_first_wherever_it_stands() {
    let document = json!({"Statement": [
        {"Sid": "All", "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"},
        {"Sid": "Secret", "Effect": "Deny", "Principal": "*", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/secret/*"},
    ]});
    let who = Principal::Anonymous;
    check(
        &document,
        &who,
        "s3:GetObject",
        "arn:aws:s3:::b/open",
        &Conditions::new(),
        "allowed by statement 1 (All)",
    );
    check(
        &document,
        &who,
        "s3:GetObject",
        "arn:aws:s3:::b/secret/x",
        &Conditions::new(),
        "denied by statement 2 (Secret)",
    );
}

#[test]
fn p_003_actions_ignore_case_and_a_bucket_is_not_its_objects() {
    let document = json!({"Statement":
        {"Effect": "Allow", "Principal": "*", "Action": "S3:getobject", "Resource": "arn:aws:s3:::b/*"}});
    let who = Principal::Anonymous;
    check(&document, &who, "s3:GetObject", "arn:aws:s3:::b/k", &Conditions::new(), "allowed");
    check(&document, &who, "s3:GetObject", "arn:aws:s3:::b", &Conditions::new(), "not decided");
    check(&document, &who, "s3:GetObjectTagging", "arn:aws:s3:::b/k", &Conditions::new(), "not decided");
}

#[test]
fn p_003_principals_in_all_their_forms() {
    let account = account();
    let role = Principal::Role {
        account: ACCOUNT.to_owned(),
        arn: format!("arn:aws:iam::{ACCOUNT}:role/site"),
        policies: Arc::new([]),
    };
    let named = |principal: Value, who: &Principal, expected: &str| {
        let document = json!({"Statement":
            {"Effect": "Allow", "Principal": principal, "Action": "s3:*", "Resource": "*"}});
        check(&document, who, "s3:GetObject", "arn:aws:s3:::b/k", &Conditions::new(), expected);
    };
    named(json!({"AWS": ACCOUNT}), &account, "allowed");
    named(json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}), &role, "allowed");
    named(json!({"AWS": [format!("arn:aws:iam::{ACCOUNT}:role/site")]}), &role, "allowed");
    named(json!({"AWS": [format!("arn:aws:iam::{ACCOUNT}:role/other")]}), &role, "not decided");
    named(json!({"AWS": "*"}), &Principal::Anonymous, "allowed");
    named(json!({"CanonicalUser": "79a5"}), &account, "allowed");
    named(json!({"CanonicalUser": "79a5"}), &Principal::Anonymous, "not decided");
    named(json!({"Service": "lambda.amazonaws.com"}), &distribution("EDFDVBD6EXAMPLE"), "not decided");
}

#[test]
fn p_003_not_principal_is_everybody_else() {
    let document = json!({"Statement":
        {"Effect": "Deny", "NotPrincipal": {"AWS": ACCOUNT}, "Action": "s3:*", "Resource": "*"}});
    check(&document, &account(), "s3:GetObject", "arn:aws:s3:::b/k", &Conditions::new(), "not decided");
    check(&document, &Principal::Anonymous, "s3:GetObject", "arn:aws:s3:::b/k", &Conditions::new(), "denied");
}

#[test]
fn o_002_an_origin_access_identity_has_three_names() {
    let identity = Principal::Identity { id: "E1ABC".to_owned(), canonical_user: "c0ffee".to_owned() };
    for principal in [
        json!({"CanonicalUser": "c0ffee"}),
        json!({"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1ABC"}),
        json!({"AWS": "arn:aws:iam::cloudfront:user/CloudFront_Origin_Access_Identity_E1ABC"}),
    ] {
        let document = json!({"Statement":
            {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}});
        check(&document, &identity, "s3:GetObject", "arn:aws:s3:::b/k", &Conditions::new(), "allowed");
        check(
            &document,
            &Principal::Anonymous,
            "s3:GetObject",
            "arn:aws:s3:::b/k",
            &Conditions::new(),
            "not decided",
        );
    }
}

#[test]
fn o_003_origin_access_control_is_one_distribution_of_the_service() {
    for operator in ["StringEquals", "StringLike", "ArnLike"] {
        let document = json!({"Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::b/*",
            "Condition": {operator: {"AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/EA"}},
        }});
        for (id, expected) in [("EA", "allowed"), ("EB", "not decided")] {
            let arn = format!("arn:aws:cloudfront::{ACCOUNT}:distribution/{id}");
            let conditions = Conditions::new().with("aws:SourceArn", arn);
            check(&document, &distribution(id), "s3:GetObject", "arn:aws:s3:::b/k", &conditions, expected);
        }
    }
}

#[test]
fn p_004_every_operator() {
    let holds = |operator: &str, key: &str, expected: Value, actual: &str| {
        condition(operator, key, &expected, &Conditions::new().with(key, actual))
    };
    assert!(holds("StringEquals", "s3:prefix", json!("a"), "a"));
    assert!(!holds("StringEquals", "s3:prefix", json!("a*"), "ab"));
    assert!(holds("StringNotEquals", "s3:prefix", json!(["a", "b"]), "c"));
    assert!(!holds("StringNotEquals", "s3:prefix", json!(["a", "b"]), "b"));
    assert!(holds("StringEqualsIgnoreCase", "s3:prefix", json!("AbC"), "aBc"));
    assert!(holds("StringLike", "s3:prefix", json!("public/*"), "public/x/y"));
    assert!(holds("StringNotLike", "s3:prefix", json!("public/*"), "private"));
    assert!(holds("ArnLike", "aws:SourceArn", json!("arn:aws:sns:*:1:*"), "arn:aws:sns:eu-west-1:1:t"));
    assert!(!holds("ArnLike", "aws:SourceArn", json!("arn:aws:sns:*"), "arn:aws:sns:eu-west-1:1:t"));
    assert!(holds("IpAddress", "aws:SourceIp", json!("10.0.0.0/8"), "10.2.3.4"));
    assert!(holds("IpAddress", "aws:SourceIp", json!("10.0.0.0/8"), "::ffff:10.2.3.4"));
    assert!(!holds("IpAddress", "aws:SourceIp", json!("10.0.0.0/8"), "11.2.3.4"));
    assert!(holds("IpAddress", "aws:SourceIp", json!("2001:db8::/32"), "2001:db8::7"));
    assert!(holds("NotIpAddress", "aws:SourceIp", json!(["10.0.0.0/8", "127.0.0.1"]), "127.0.0.2"));
    assert!(holds("Bool", "aws:SecureTransport", json!(false), "false"));
    assert!(holds("NumericLessThanEquals", "s3:max-keys", json!(10), "10"));
    assert!(!holds("NumericGreaterThan", "s3:max-keys", json!("10"), "10"));
    assert!(holds("NumericNotEquals", "s3:max-keys", json!(10), "11"));
    assert!(holds("DateLessThan", "aws:CurrentTime", json!("2030-01-01T00:00:00Z"), "2026-01-01T00:00:00Z"));
    assert!(holds("DateGreaterThan", "aws:EpochTime", json!("1000"), "1001"));
}

#[test]
fn p_004_absent_keys() {
    let absent =
        |operator: &str, value: Value| condition(operator, "aws:Referer", &value, &Conditions::new());
    assert!(!absent("StringEquals", json!("x")));
    assert!(absent("StringEqualsIfExists", json!("x")));
    assert!(absent("StringNotEquals", json!("x")));
    assert!(absent("Null", json!(true)));
    assert!(!absent("Null", json!("false")));
    assert!(absent("ForAllValues:StringEquals", json!("x")));
    assert!(!absent("ForAnyValue:StringEquals", json!("x")));
}

#[test]
fn p_004_what_no_request_of_this_machine_has_is_absent() {
    assert!(condition("StringNotEquals", "aws:SourceVpce", &json!("vpce-1"), &Conditions::new()));
    assert!(!condition("StringEquals", "aws:PrincipalOrgID", &json!("o-1"), &Conditions::new()));
}

#[test]
fn p_004_sets_of_values() {
    let tags = |first: &str, second: &str| {
        Conditions::new().with("s3:RequestObjectTagKeys", first).with("s3:RequestObjectTagKeys", second)
    };
    let key = "s3:RequestObjectTagKeys";
    assert!(condition("ForAllValues:StringEquals", key, &json!(["a", "b"]), &tags("a", "b")));
    assert!(!condition("ForAllValues:StringEquals", key, &json!(["a", "b"]), &tags("a", "c")));
    assert!(condition("ForAnyValue:StringEquals", key, &json!(["a", "b"]), &tags("a", "c")));
    assert!(!condition("ForAnyValue:StringEquals", key, &json!(["a", "b"]), &tags("c", "d")));
}

#[test]
fn p_004_keys_ignore_case_and_tags_name_their_own() {
    let conditions = Conditions::new().with("s3:ExistingObjectTag/security", "public");
    assert!(condition("StringEquals", "S3:existingobjecttag/Security", &json!("public"), &conditions));
}

#[test]
fn what_is_not_understood_is_refused_by_name() {
    let refused = |field: &str, value: Value, named: &str| {
        let mut statement = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"});
        statement[field] = value;
        let problem = Policy::parse(&json!({"Statement": [statement]})).unwrap_err().to_string();
        assert!(problem.contains(named), "{problem}");
    };
    refused("Condition", json!({"StringResembles": {"s3:prefix": "a"}}), "StringResembles");
    refused("Condition", json!({"StringEquals": {"aws:MultiFactorAuthAge": "a"}}), "aws:MultiFactorAuthAge");
    refused("Condition", json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/33"}}), "10.0.0.0/33");
    refused("Condition", json!({"Bool": {"aws:SecureTransport": "yes"}}), "yes");
    refused("Resource", json!("arn:aws:s3:::b/${aws:username}/*"), "${aws:username}");
    refused("Principal", json!({"AWS": "arn:aws:iam::*:role/x"}), "arn:aws:iam::*:role/x");
    refused("Principal", json!({"AWS": "arn:aws:iam::s3tenant1:root"}), "s3tenant1");
    refused("Principal", json!({"Federated": "accounts.google.com"}), "Federated");
    refused("Effect", json!("allow"), "Effect");
    refused("Principle", json!("*"), "Principle");
    refused("Action", json!([]), "Action");
}

#[test]
fn a_role_s_own_policy_names_no_principal() {
    let statement = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"});
    assert!(Policy::parse(&json!({"Statement": statement})).is_err());
    let policy = Policy::parse_identity(&json!({"Statement": statement})).unwrap();
    let request = Request {
        principal: &account(),
        action: "s3:GetObject",
        resource: "arn:aws:s3:::b/k",
        conditions: &Conditions::new(),
    };
    assert!(matches!(policy.evaluate(&request), Decision::Allowed(_)));
}

#[test]
fn public_means_anybody_without_a_condition_that_fixes_the_caller() {
    let public = |principal: Value, condition: Value| {
        let document = json!({"Statement":
            {"Effect": "Allow", "Principal": principal, "Action": "s3:*", "Resource": "*", "Condition": condition}});
        Policy::parse(&document).unwrap().is_public()
    };
    assert!(public(json!("*"), json!({})));
    assert!(public(json!("*"), json!({"StringLike": {"aws:Referer": "http://x/*"}})));
    assert!(!public(json!({"AWS": ACCOUNT}), json!({})));
    assert!(!public(json!("*"), json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})));
    assert!(public(json!("*"), json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})));
    assert!(!public(json!("*"), json!({"StringEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:1:t"}})));
}

#[track_caller]
fn check(
    document: &Value,
    who: &Principal,
    action: &str,
    resource: &str,
    conditions: &Conditions,
    expected: &str,
) {
    let policy = Policy::parse(document).unwrap();
    let request = Request { principal: who, action, resource, conditions };
    let actual = match policy.evaluate(&request) {
        Decision::Allowed(by) => format!("allowed by {by}"),
        Decision::Denied(by) => format!("denied by {by}"),
        Decision::NotDecided => "not decided".to_owned(),
    };
    assert!(actual.starts_with(expected), "expected {expected}, found {actual}");
}

#[track_caller]
fn condition(operator: &str, key: &str, values: &Value, conditions: &Conditions) -> bool {
    let document = json!({"Statement": {
        "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {operator: {key: values}},
    }});
    let policy = Policy::parse(&document).unwrap();
    let request =
        Request { principal: &Principal::Anonymous, action: "s3:GetObject", resource: "r", conditions };
    policy.evaluate(&request) != Decision::NotDecided
}

fn account() -> Principal {
    Principal::Account {
        account: ACCOUNT.to_owned(),
        arn: format!("arn:aws:iam::{ACCOUNT}:root"),
        canonical_user: "79a5".to_owned(),
    }
}

fn distribution(id: &str) -> Principal {
    Principal::CloudFrontService { source_arn: format!("arn:aws:cloudfront::{ACCOUNT}:distribution/{id}") }
}
