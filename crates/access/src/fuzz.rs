//! What the fuzz targets run, and ordinary tests too.

use serde_json::Value;

use crate::signature::{SignedRequest, v2, v4};
use crate::{Conditions, Policy, Principal, Request, RolePolicies};

/// Any document is a policy that answers, or is refused; none ends the process.
pub fn fuzz_policy(data: &[u8]) {
    let Ok(document) = serde_json::from_slice::<Value>(data) else { return };
    let conditions = Conditions::new().with("aws:SourceIp", "127.0.0.1").with("s3:prefix", "a/b");
    let request = Request {
        principal: &Principal::Anonymous,
        action: "s3:GetObject",
        resource: "arn:aws:s3:::b/a/b",
        conditions: &conditions,
    };
    let own = RolePolicies::read(&document).policies;
    for policy in Policy::parse(&document).into_iter().chain(own) {
        policy.evaluate(&request);
        policy.is_public();
    }
}

/// Any headers and any query are a claim that is refused, or none.
///
/// # Panics
/// If one is proved without the secret.
pub fn fuzz_signature(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let mut text = || std::str::from_utf8(lines.next().unwrap_or_default()).unwrap_or_default();
    let (path, query) = (text(), text());
    let headers: Vec<(&str, &[u8])> = lines
        .filter_map(|line| line.split_at_checked(line.iter().position(|byte| *byte == b':')?))
        .map(|(name, value)| (std::str::from_utf8(name).unwrap_or_default(), &value[1..]))
        .collect();
    let request = SignedRequest { method: "GET", path, query, headers: &headers };
    if let Ok(Some(claim)) = v4::Claim::read(&request) {
        assert!(claim.verify(&request, None, "us-east-1", 0).is_err(), "nobody's key signed {request:?}");
    }
    if let Some(claim) = v2::Claim::read(&request) {
        assert!(claim.verify(&request, None, None, 0).is_err(), "nobody's key signed {request:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds() {
        for data in [
            &br#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}"#[..],
            br#"[{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"::/0"}}}]}]"#,
            br#"{"Statement":[[]]}"#,
            b"7",
            b"\xff",
        ] {
            fuzz_policy(data);
        }
        let credential = "AK/20130524/us-east-1/s3/aws4_request";
        for text in [
            format!(
                "/k\n\nhost:h\nx-amz-date:20130524T000000Z\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nauthorization:AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature={}",
                "0".repeat(64)
            ),
            format!(
                "/k\nX-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}&X-Amz-Date=20130524T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature={}\nhost:h",
                "é".repeat(32)
            ),
            "/k\nAWSAccessKeyId=a&Expires=99999999999999999999&Signature=%%%".to_owned(),
            "\n&&==\n:".to_owned(),
            String::new(),
        ] {
            fuzz_signature(text.as_bytes());
        }
    }
}
