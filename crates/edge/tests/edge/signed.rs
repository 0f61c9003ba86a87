//! Stories of signed URLs and cookies (E-160), signed once with `openssl dgst -sha1 -sign`.

use edge::{CacheBehavior, ForwardedValues, PublicKey};

use crate::story::{Stage, legacy, peer, request};

/// For `http://www.example.org/private/a.txt?size=1` until 1800000100.
const CANNED: &str = "KHnzRMjqWLsP786aoFHxobmA8FAUyIi705A~u7lSeLGOxWc31ABBc4ZwYH~9J~-oMtPXJC8RzFL3WDM1hn~Yl5~je508WQu2aUlpcxdGFrs94kj2aBgaC7Fqts7lgOBYNamqSs-KybTH6bYtBF7k9bvaQxHsZN3mRDHJRAKxfiWhM~aqbxcTI3Wy7sfTNLHztH5isVscgLd-hQHZi4qN2oXVd9RhyIsNfvXUzix0rE7p2kBYwq9t3yb7OD6AoJyUgvwcaibn4KcIqahIDWjrwN-7CgyHiodoixx3fnOHhXhvDM7bWqdNf4QHYOwZNQwXlNNaX2k5Kj5hQkLdiLHVNg__";
/// For `http*://www.example.org/private/*` from 192.0.2.0/24, from 1799999000 until 1800000100.
const POLICY: &str = "eyJTdGF0ZW1lbnQiOlt7IlJlc291cmNlIjoiaHR0cCo6Ly93d3cuZXhhbXBsZS5vcmcvcHJpdmF0ZS8qIiwiQ29uZGl0aW9uIjp7IklwQWRkcmVzcyI6eyJBV1M6U291cmNlSXAiOiIxOTIuMC4yLjAvMjQifSwiRGF0ZUxlc3NUaGFuIjp7IkFXUzpFcG9jaFRpbWUiOjE4MDAwMDAxMDB9LCJEYXRlR3JlYXRlclRoYW4iOnsiQVdTOkVwb2NoVGltZSI6MTc5OTk5OTAwMH19fV19";
const POLICY_SIGNATURE: &str = "EVr8EeqMTRqgRhqzeM9R7jbRVN5xxlABo8mDTXWwA86GhtcdoVp1gJUEqEOv0tD7JhIsMQ63bOo5HirkR~mShbxH43EX8E~82bJp3vcwedAum7ZcbFJwyqpSxklgnV5dFJqLvkw3V19f2Ewr4iAGZ5v3cV4RbqukXWatibPt0-z5AcT36~1ZzgSOhcrCfPVP~lXnT6TH2zlPi6~C8DExtfqIqtYnS~T~~Mzrou8piUMUTMv57JcBSei6FUV7-DUUBVk7hCpM6RRc21qN3e6Nn4VYkE-PulKfztRQQboSWW8Ycw3RVRq4eEylZFmIV-hywULkN-ufcp-U41HkYJiZCw__";
const KEY: &str = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvfvntph0HWnNJtUU5/SX\nhPlMz8smizDht5i06qzXUl2miet1jZDRSq6USzNpW9oQfWGKtRBYBqt/GOrk8GpW\nbE3zf1y7v+Gh6idAUp1e5ZyyxyXBaoCNsjQqbI0Ot3CCuPcqcg3btnVjAJUf9atY\nJQDpgurvsDIzUCbaU90wOtlUi5gk4slqSmi32r6PjpVNdxeJraxfk3I7kXb7lSkO\nRebw7l0v30Tn5Sj1idoG90LjhdqtQlNfMwuo+iCsUhe6+V0xX9D57i0GZDeu8E7h\n4RMNr83ryu1G1PVGYswxJQknLWLNXjE6rrKa9FCEcvtTNK4JmLuRmFY37128m55C\nwwIDAQAB\n-----END PUBLIC KEY-----\n";

fn behavior() -> CacheBehavior {
    CacheBehavior {
        trusted_keys: vec![PublicKey { id: "K1".to_owned(), encoded_key: KEY.to_owned() }],
        ..legacy(ForwardedValues { query_string: true, ..<_>::default() }, 0, 60, 60)
    }
}

fn canned() -> String {
    format!("Expires=1800000100&Signature={CANNED}&Key-Pair-Id=K1")
}

#[tokio::test]
async fn e160_a_signed_url_opens_what_it_names_until_it_expires() {
    let stage = Stage::new(vec![behavior()]);
    stage.get("/private/a.txt?size=1").await.expect(403, "Error");
    let signed = format!("/private/a.txt?size=1&{}", canned());
    stage.get(&signed).await.expect(200, "Miss");
    assert_eq!(stage.last_asked().target, "/private/a.txt?size=1", "the origin never sees the signature");
    stage.get(&signed).await.expect(200, "Hit");
    stage.get(&format!("/private/b.txt?size=1&{}", canned())).await.expect(403, "Error");
    stage.get(&signed.replace("1800000100", "1800000200")).await.expect(403, "Error");
    stage.get(&signed.replace("K1", "K2")).await.expect(403, "Error");
    stage.pass(100);
    stage.get(&signed).await.expect(403, "Error");
}

#[tokio::test]
async fn e160_a_custom_policy_comes_in_the_url_or_in_cookies() {
    let stage = Stage::new(vec![behavior()]);
    let url = format!("/private/b?Policy={POLICY}&Signature={POLICY_SIGNATURE}&Key-Pair-Id=K1");
    stage.get(&url).await.expect(200, "Miss");
    let cookies = format!(
        "CloudFront-Policy={POLICY}; CloudFront-Signature={POLICY_SIGNATURE}; CloudFront-Key-Pair-Id=K1"
    );
    stage.send(request("GET", "/private/b").header("cookie", &cookies)).await.expect(200, "Hit");
    stage.send(request("GET", "/public").header("cookie", &cookies)).await.expect(403, "Error");
    let elsewhere = access::Peer { address: ([198, 51, 100, 1], 1).into(), ..peer() };
    stage
        .send(request("GET", "/private/b").header("cookie", &cookies).extension(elsewhere))
        .await
        .expect(403, "Error");
}
