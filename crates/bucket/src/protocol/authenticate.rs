//! A request's signature → the principal, and how its body is to be verified.

use http::request::Parts;

use access::Principal;
use access::signature::v4::{self, ChunkSignatures};
use access::signature::{Form, Refusal, SignedRequest, v2};

use super::target::Target;
use crate::buckets::Inner;
use crate::error::{self, Code, S3Error};

/// Who it is, and what the signature says of the body.
#[derive(Debug)]
pub(crate) struct Identified {
    pub(crate) principal: Principal,
    pub(crate) payload: Payload,
}

/// How a body arrives, and what vouches for it.
#[derive(Debug)]
pub(crate) enum Payload {
    /// As it is, its SHA-256 in the signature.
    Hashed(String),
    /// As it is, and nothing vouches for it.
    Unsigned,
    /// In aws-chunked pieces, with a checksum after them.
    UnsignedChunks,
    /// In aws-chunked pieces, each signed, and perhaps a signed checksum after them.
    SignedChunks(ChunkSignatures),
}

impl Inner {
    /// Tells who signed the request. Without a signature it is anonymous, which is no error: the
    /// bucket's policy decides what that may do (facts, signature checklist 10).
    pub(crate) fn authenticate(&self, head: &Parts, target: &Target) -> Result<Identified, S3Error> {
        let mut headers: Vec<(&str, &[u8])> =
            head.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        // HTTP/2 has the host in the target instead of a header.
        if let Some(authority) = head.uri.authority()
            && !head.headers.contains_key(http::header::HOST)
        {
            headers.push(("host", authority.as_str().as_bytes()));
        }
        let request = SignedRequest {
            method: head.method.as_str(),
            path: head.uri.path(),
            query: head.uri.query().unwrap_or_default(),
            headers: &headers,
        };
        let now = self.clock.now().seconds();
        if let Some(claim) = v4::Claim::read(&request).map_err(|refusal| self.refuse(&refusal))? {
            let known = self.owner_of(&claim.access_key);
            let credentials = known.as_ref().map(|(credentials, _)| credentials);
            let chunks = claim
                .verify(&request, credentials, &self.settings.region, now)
                .map_err(|refusal| self.refuse(&refusal).with("AWSAccessKeyId", &claim.access_key))?;
            let principal = known.map_or(Principal::Anonymous, |(_, principal)| principal);
            return Ok(Identified { principal, payload: Payload::read(&claim.payload, Some(chunks))? });
        }
        if let Some(claim) = v2::Claim::read(&request) {
            let known = self.owner_of(&claim.access_key);
            let credentials = known.as_ref().map(|(credentials, _)| credentials);
            let bucket = target.virtual_host.then_some(target.bucket.as_str());
            claim.verify(&request, bucket, credentials, now).map_err(|refusal| self.refuse(&refusal))?;
            let principal = known.map_or(Principal::Anonymous, |(_, principal)| principal);
            return Ok(Identified { principal, payload: Payload::Unsigned });
        }
        if request.header("authorization").is_some() {
            return Err(S3Error::because(
                error::INVALID_REQUEST,
                "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
            ));
        }
        let payload = request.header("x-amz-content-sha256").unwrap_or("UNSIGNED-PAYLOAD");
        Ok(Identified { principal: Principal::Anonymous, payload: Payload::read(payload, None)? })
    }

    fn refuse(&self, refusal: &Refusal) -> S3Error {
        let code: Code = match refusal {
            Refusal::Malformed { form: Form::Query, .. } => error::AUTHORIZATION_QUERY_PARAMETERS_ERROR,
            Refusal::Malformed { .. } | Refusal::WrongScope { .. } => error::AUTHORIZATION_HEADER_MALFORMED,
            Refusal::UnknownKey => error::INVALID_ACCESS_KEY_ID,
            Refusal::WrongToken => error::INVALID_TOKEN,
            Refusal::UnsignedHeader(_) | Refusal::Expired { .. } => error::ACCESS_DENIED,
            Refusal::Skewed { .. } => error::REQUEST_TIME_TOO_SKEWED,
            Refusal::LifetimeOutOfRange(_) => error::PRESIGNED_LIFETIME_OUT_OF_RANGE,
            Refusal::Mismatch { .. } => error::SIGNATURE_DOES_NOT_MATCH,
        };
        let refused = S3Error::because(code, refusal.to_string());
        match refusal {
            Refusal::WrongScope { .. } => refused.with("Region", self.settings.region.as_str()),
            Refusal::Mismatch { string_to_sign } => refused.with("StringToSign", string_to_sign.as_str()),
            Refusal::Expired { at } => refused.with("Expires", access::calendar::iso_millis(at * 1_000)),
            _ => refused,
        }
    }
}

impl Payload {
    /// Reads `x-amz-content-sha256`.
    fn read(text: &str, chunks: Option<ChunkSignatures>) -> Result<Self, S3Error> {
        match (text, chunks) {
            ("UNSIGNED-PAYLOAD", _) => Ok(Self::Unsigned),
            ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", _) => Ok(Self::UnsignedChunks),
            ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD" | "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", Some(chunks)) => {
                Ok(Self::SignedChunks(chunks))
            }
            (hash, _) if hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Ok(Self::Hashed(hash.to_ascii_lowercase()))
            }
            _ => Err(S3Error::because(
                error::INVALID_ARGUMENT,
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, one of the STREAMING forms that the request's \
                 signature allows, or a valid sha256 value.",
            )
            .with("ArgumentName", "x-amz-content-sha256")
            .with("ArgumentValue", text)),
        }
    }
}
