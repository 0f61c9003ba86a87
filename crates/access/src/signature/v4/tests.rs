//! The examples of S3's own documentation, then what a forger would try.

use sha2::{Digest, Sha256};

use super::*;
use crate::signature::Refusal;
use crate::{Credentials, calendar};

/// S3 API reference, "Examples: Signature Calculations": GET object with a range.
#[test]
fn the_documented_header_example_verifies() {
    let headers = documented_headers();
    let request = documented_request(&headers);
    let claim = Claim::read(&request).unwrap().unwrap();
    assert_eq!(claim.access_key, "AKIAIOSFODNN7EXAMPLE");
    claim.verify(&request, Some(&example()), "us-east-1", at("20130524T000500Z")).unwrap();
}

/// S3 API reference, "Authenticating requests: using query parameters".
#[test]
fn the_documented_query_example_is_made_and_verifies() {
    let headers: [(&str, &[u8]); 1] = [("host", b"examplebucket.s3.amazonaws.com")];
    let plain = SignedRequest { method: "GET", path: "/test.txt", query: "", headers: &headers };
    let time = at("20130524T000000Z");
    let query = presigned(&plain, &example(), "us-east-1", "s3", time, 86_400);
    assert!(query.ends_with(DOCUMENTED_QUERY_SIGNATURE), "{query}");
    let signed = SignedRequest { query: &query, ..plain };
    let claim = Claim::read(&signed).unwrap().unwrap();
    let verify = |now| claim.verify(&signed, Some(&example()), "us-east-1", now).map(|_| ());
    assert_eq!(verify(time + 86_400), Ok(()));
    assert_eq!(verify(time + 86_401), Err(Refusal::Expired { at: time + 86_400 }));
    assert_eq!(verify(time - 3_600), Err(Refusal::Skewed { request: time, now: time - 3_600 }));
}

/// S3 API reference, "Signature calculations: transferring payload in multiple chunks".
#[test]
fn the_documented_chunks_verify_in_their_order() {
    let headers: Vec<(&str, &[u8])> = vec![
        ("Host", b"s3.amazonaws.com"),
        ("x-amz-date", b"20130524T000000Z"),
        ("x-amz-storage-class", b"REDUCED_REDUNDANCY"),
        ("Authorization", DOCUMENTED_CHUNKED.as_bytes()),
        ("x-amz-content-sha256", b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        ("Content-Encoding", b"aws-chunked"),
        ("x-amz-decoded-content-length", b"66560"),
        ("Content-Length", b"66824"),
    ];
    let request =
        SignedRequest { method: "PUT", path: "/examplebucket/chunkObject.txt", query: "", headers: &headers };
    let claim = Claim::read(&request).unwrap().unwrap();
    let mut chunks = claim.verify(&request, Some(&example()), "us-east-1", at("20130524T000000Z")).unwrap();
    let last = Sha256::digest(b"");
    assert!(!chunks.clone().verify_chunk(&last, CHUNK_SIGNATURES[2]), "out of its order");
    assert!(chunks.verify_chunk(&Sha256::digest(vec![b'a'; 65_536]), CHUNK_SIGNATURES[0]));
    assert!(chunks.verify_chunk(&Sha256::digest([b'a'; 1_024]), CHUNK_SIGNATURES[1]));
    assert!(chunks.verify_chunk(&last, CHUNK_SIGNATURES[2]));
}

/// IAM user guide, "Create a signed request": a service that wants no header with the body's hash.
#[test]
fn the_documented_example_of_another_service_verifies() {
    let authorization = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
        SignedHeaders=content-type;host;x-amz-date, \
        Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
    let headers: [(&str, &[u8]); 4] = [
        ("host", b"iam.amazonaws.com"),
        ("content-type", b"application/x-www-form-urlencoded; charset=utf-8"),
        ("x-amz-date", b"20150830T123600Z"),
        ("authorization", authorization.as_bytes()),
    ];
    let query = "Action=ListUsers&Version=2010-05-08";
    let request = SignedRequest { method: "GET", path: "/", query, headers: &headers };
    assert!(Claim::read(&request).is_err(), "S3 wants the hash in a header");
    let claim = Claim::read_with_body(&request, b"").unwrap().unwrap();
    let credentials = Credentials {
        access_key: "AKIDEXAMPLE".to_owned(),
        secret_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
        session_token: None,
    };
    let now = at("20150830T123600Z");
    claim.verify_for("iam", &request, Some(&credentials), "us-east-1", now).unwrap();
    let wrong = claim.verify_for("lambda", &request, Some(&credentials), "us-east-1", now);
    assert!(matches!(wrong, Err(Refusal::WrongScope { .. })));
    let changed = Claim::read_with_body(&request, b"another body").unwrap().unwrap();
    let changed = changed.verify_for("iam", &request, Some(&credentials), "us-east-1", now);
    assert!(matches!(changed, Err(Refusal::Mismatch { .. })));
}

/// Every service but S3 signs the path as it is on the wire, encoded once more.
#[test]
fn a_path_is_encoded_twice_for_other_services() {
    let headers: [(&str, &[u8]); 1] = [("host", b"x.lambda-url.us-east-1.on.aws")];
    let plain = SignedRequest { method: "GET", path: "/a%20b/%E2%82%AC", query: "", headers: &headers };
    let text = |service: &str| {
        let scope = Scope { date: "20150830".into(), region: "us-east-1".into(), service: service.into() };
        string_to_sign(&plain, Form::Header, &["host".to_owned()], "", "20150830T123600Z", &scope)
    };
    let once = SignedRequest { path: "/a%2520b/%25E2%2582%25AC", ..plain };
    let scope = Scope { date: "20150830".into(), region: "us-east-1".into(), service: "s3".into() };
    let as_s3 = string_to_sign(&once, Form::Header, &["host".to_owned()], "", "20150830T123600Z", &scope);
    let hash = |text: &str| text.lines().last().unwrap().to_owned();
    assert_eq!(hash(&text("lambda")), hash(&as_s3));
    assert_ne!(hash(&text("s3")), hash(&as_s3));
}

#[test]
fn what_is_signed_here_verifies_here_with_odd_names_too() {
    let headers: [(&str, &[u8]); 3] =
        [("host", b"localhost:9000"), ("x-amz-meta-note", b"  two   spaces "), ("x-amz-meta-note", b"again")];
    for (path, query) in [
        ("/b/a%20b//../%E2%82%AC+~", "list-type=2&prefix=a%2Fb&delimiter"),
        ("/", "acl&versionId=null&a=b&a=a"),
    ] {
        let plain = SignedRequest { method: "PUT", path, query, headers: &headers };
        let mut credentials = example();
        credentials.session_token = Some("tok/en=".to_owned());
        let added = sign(&plain, "UNSIGNED-PAYLOAD", &credentials, "eu-west-1", "s3", 1_369_353_600);
        let mut all = headers.to_vec();
        all.extend(added.iter().map(|(name, value)| (name.as_str(), value.as_bytes())));
        let signed = SignedRequest { headers: &all, ..plain };
        let claim = Claim::read(&signed).unwrap().unwrap();
        claim.verify(&signed, Some(&credentials), "eu-west-1", 1_369_353_600).unwrap();
        let without_token = claim.verify(&signed, Some(&example()), "eu-west-1", 1_369_353_600);
        assert_eq!(without_token.map(|_| ()), Err(Refusal::WrongToken));
    }
}

#[test]
fn each_forgery_has_its_name() {
    let headers = documented_headers();
    let verify = |request: &SignedRequest<'_>, credentials: Option<&Credentials>, region: &str, now: &str| {
        let claim = Claim::read(request).unwrap().unwrap();
        claim.verify(request, credentials, region, at(now)).map(|_| ()).unwrap_err()
    };
    let request = documented_request(&headers);
    let (now, known) = ("20130524T000000Z", example());
    assert_eq!(verify(&request, None, "us-east-1", now), Refusal::UnknownKey);
    assert!(matches!(verify(&request, Some(&known), "eu-west-1", now), Refusal::WrongScope { .. }));
    assert!(matches!(
        verify(&request, Some(&known), "us-east-1", "20130524T001501Z"),
        Refusal::Skewed { .. }
    ));
    let other = SignedRequest { path: "/other.txt", ..request };
    assert!(matches!(verify(&other, Some(&known), "us-east-1", now), Refusal::Mismatch { .. }));
    let mut more = headers.clone();
    more.push(("X-Amz-Acl", b"public-read"));
    let more = SignedRequest { headers: &more, ..request };
    assert_eq!(
        verify(&more, Some(&known), "us-east-1", now),
        Refusal::UnsignedHeader("x-amz-acl".to_owned())
    );
}

#[test]
fn a_presigned_address_lives_seven_days_at_most() {
    let headers: [(&str, &[u8]); 1] = [("host", b"examplebucket.s3.amazonaws.com")];
    let plain = SignedRequest { method: "GET", path: "/test.txt", query: "", headers: &headers };
    let time = at("20130524T000000Z");
    for (lifetime, allowed) in [(0, false), (1, true), (604_800, true), (604_801, false)] {
        let query = presigned(&plain, &example(), "us-east-1", "s3", time, lifetime);
        let signed = SignedRequest { query: &query, ..plain };
        let claim = Claim::read(&signed).unwrap().unwrap();
        assert_eq!(claim.verify(&signed, Some(&example()), "us-east-1", time).is_ok(), allowed, "{lifetime}");
    }
}

#[test]
fn what_is_no_signature_of_this_version_is_none() {
    let read = |headers: &[(&str, &[u8])], query: &str| {
        Claim::read(&SignedRequest { method: "GET", path: "/", query, headers }).map(|claim| claim.is_some())
    };
    assert_eq!(read(&[], ""), Ok(false));
    assert_eq!(read(&[("authorization", b"Basic dTpw")], ""), Ok(false));
    assert!(read(&[("authorization", b"AWS4-HMAC-SHA256 nonsense")], "").is_err());
    assert!(read(&[("authorization", b"AWS4-ECDSA-P256-SHA256 Credential=a")], "").is_err());
    assert!(read(&[], "X-Amz-Signature=00").is_err());
}

fn documented_headers() -> Vec<(&'static str, &'static [u8])> {
    vec![
        ("Host", b"examplebucket.s3.amazonaws.com"),
        ("Range", b"bytes=0-9"),
        ("x-amz-content-sha256", b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("x-amz-date", b"20130524T000000Z"),
        ("Authorization", DOCUMENTED_HEADER.as_bytes()),
    ]
}

fn documented_request<'a>(headers: &'a [(&'a str, &'a [u8])]) -> SignedRequest<'a> {
    SignedRequest { method: "GET", path: "/test.txt", query: "", headers }
}

fn example() -> Credentials {
    Credentials {
        access_key: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
        session_token: None,
    }
}

fn at(time: &str) -> u64 {
    calendar::parse_basic(time).unwrap()
}

const DOCUMENTED_HEADER: &str = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
     SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,\
     Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
const DOCUMENTED_QUERY_SIGNATURE: &str = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
const DOCUMENTED_CHUNKED: &str = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
     SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,\
     Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
const CHUNK_SIGNATURES: [&str; 3] = [
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
];
