//! AWS Signature Version 4, header and query form: reading, verifying and making.
//!
//! Source: facts, "Signature checklist"; S3 API reference, "Authenticating requests".

mod chunks;
mod claim;
mod making;
#[cfg(test)]
mod tests;

use std::fmt::{self, Write as _};

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use super::{Form, SignedRequest, canonical};

pub use chunks::ChunkSignatures;
pub use claim::Claim;
pub use making::{presigned, sign};

/// What a signing key is for: `20130524/us-east-1/s3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Eight digits.
    pub date: String,
    /// The region, `us-east-1`.
    pub region: String,
    /// The service, `s3`.
    pub service: String,
}

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}/{}/aws4_request", self.date, self.region, self.service)
    }
}

impl Scope {
    fn signing_key(&self, secret: &str) -> [u8; 32] {
        let day = hmac(format!("AWS4{secret}").as_bytes(), self.date.as_bytes());
        let region = hmac(&day, self.region.as_bytes());
        let service = hmac(&region, self.service.as_bytes());
        hmac(&service, b"aws4_request")
    }
}

/// The text whose signature is the request's.
fn string_to_sign(
    request: &SignedRequest<'_>,
    form: Form,
    signed_headers: &[String],
    payload: &str,
    time: &str,
    scope: &Scope,
) -> String {
    let mut text = Vec::new();
    let query = match form {
        Form::Header => canonical::query(request.query, ""),
        Form::Query => canonical::query(request.query, "X-Amz-Signature"),
    };
    let path = match scope.service.as_str() {
        "s3" => canonical::path(request.path),
        _ => canonical::path_on_the_wire(request.path),
    };
    for line in [request.method, &path, &query] {
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
    }
    for name in signed_headers {
        let values: Vec<Vec<u8>> = request
            .headers
            .iter()
            .filter(|(candidate, _)| candidate.eq_ignore_ascii_case(name))
            .map(|(_, value)| canonical::header_value(value))
            .collect();
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        text.extend_from_slice(&values.join(&b','));
        text.push(b'\n');
    }
    text.push(b'\n');
    text.extend_from_slice(signed_headers.join(";").as_bytes());
    text.push(b'\n');
    text.extend_from_slice(payload.as_bytes());
    format!("{ALGORITHM}\n{time}\n{scope}\n{}", hex(&Sha256::digest(&text)))
}

fn hmac(key: &[u8], data: &[u8]) -> [u8; 32] {
    mac(key, data).finalize().into_bytes().into()
}

/// Compares in constant time: how far two signatures agree must not show in how long it takes.
fn hmac_is(key: &[u8], data: &[u8], signature: &[u8]) -> bool {
    mac(key, data).verify_slice(signature).is_ok()
}

fn mac(key: &[u8], data: &[u8]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("a key of any length");
    mac.update(data);
    mac
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[index * 2..index * 2 + 2], 16).ok()?;
    }
    Some(bytes)
}

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// What stands for the payload's hash where the payload is not signed.
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";
