//! Signature Version 2 in presigned addresses alone: `aws s3 presign` still makes them for
//! us-east-1 on an endpoint of one's own (facts, "Version 2 presign").

use hmac::{Hmac, Mac};
use sha1::Sha1;

use super::{Form, Refusal, SignedRequest, canonical};
use crate::Credentials;

/// A presigned address of version 2; nothing of it is proved yet.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Whose key, it says.
    pub access_key: String,
    expires: String,
    signature: String,
    token: Option<String>,
}

impl Claim {
    /// Finds the signature in `request`'s query: `None` if it has none of this version.
    pub fn read(request: &SignedRequest<'_>) -> Option<Self> {
        Some(Self {
            access_key: request.parameter("AWSAccessKeyId")?,
            expires: request.parameter("Expires")?,
            signature: request.parameter("Signature")?,
            token: request.parameter("x-amz-security-token"),
        })
    }

    /// Proves the claim, at `now` in seconds. `bucket` is named when the address is of virtual-host
    /// style, where the path leaves it out.
    pub fn verify(
        &self,
        request: &SignedRequest<'_>,
        bucket: Option<&str>,
        credentials: Option<&Credentials>,
        now: u64,
    ) -> Result<(), Refusal> {
        let secret = credentials.map_or("no secret of anybody's", |known| known.secret_key.as_str());
        let text = self.string_to_sign(request, bucket);
        let signature = base64_simd::STANDARD.decode_to_vec(self.signature.as_bytes()).unwrap_or_default();
        let matches = Hmac::<Sha1>::new_from_slice(secret.as_bytes())
            .is_ok_and(|mac| mac.chain_update(text.as_bytes()).verify_slice(&signature).is_ok());

        let Some(credentials) = credentials else { return Err(Refusal::UnknownKey) };
        let expires: u64 = self.expires.parse().map_err(|_| Refusal::Malformed {
            form: Form::Query,
            problem: format!("Expires must be seconds since 1970; found `{}`.", self.expires),
        })?;
        if now > expires {
            return Err(Refusal::Expired { at: expires });
        }
        if self.token != credentials.session_token {
            return Err(Refusal::WrongToken);
        }
        if matches { Ok(()) } else { Err(Refusal::Mismatch { string_to_sign: text }) }
    }

    fn string_to_sign(&self, request: &SignedRequest<'_>, bucket: Option<&str>) -> String {
        let header = |name: &str| request.header(name).unwrap_or_default();
        let mut amazon: Vec<(String, String)> = request
            .headers
            .iter()
            .filter_map(|(name, value)| {
                let name = name.to_ascii_lowercase();
                let value = String::from_utf8_lossy(&canonical::header_value(value)).into_owned();
                name.starts_with("x-amz-").then_some((name, value))
            })
            .collect();
        amazon.sort();
        let amazon =
            amazon.iter().fold(String::new(), |lines, (name, value)| lines + name + ":" + value + "\n");
        let bucket = bucket.map(|name| format!("/{name}")).unwrap_or_default();
        let mut parameters: Vec<String> = canonical::parameters(request.query)
            .filter(|(name, _)| SUB_RESOURCES.contains(&name.as_str()) || name.starts_with("response-"))
            .map(|(name, value)| if value.is_empty() { name } else { format!("{name}={value}") })
            .collect();
        parameters.sort();
        let separator = if parameters.is_empty() { "" } else { "?" };
        format!(
            "{}\n{}\n{}\n{}\n{amazon}{bucket}{}{separator}{}",
            request.method,
            header("content-md5"),
            header("content-type"),
            self.expires,
            request.path,
            parameters.join("&")
        )
    }
}

/// The parameters that name a part of the resource, and so are signed.
const SUB_RESOURCES: [&str; 15] = [
    "acl",
    "delete",
    "lifecycle",
    "location",
    "logging",
    "notification",
    "partNumber",
    "policy",
    "requestPayment",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// S3's former "Signing and authenticating REST requests" guide, query string example.
    #[test]
    fn the_documented_example_verifies_until_it_expires() {
        let headers: [(&str, &[u8]); 1] = [("host", b"awsexamplebucket1.us-west-1.s3.amazonaws.com")];
        let request = SignedRequest {
            method: "GET",
            path: "/photos/puppy.jpg",
            query: "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620",
            headers: &headers,
        };
        let credentials = Credentials {
            access_key: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
            session_token: None,
        };
        let claim = Claim::read(&request).unwrap();
        let verify = |bucket, known, now| claim.verify(&request, Some(bucket), known, now);
        assert_eq!(verify("johnsmith", Some(&credentials), 1_175_139_620), Ok(()));
        assert!(matches!(verify("other", Some(&credentials), 0), Err(Refusal::Mismatch { .. })));
        assert_eq!(
            verify("johnsmith", Some(&credentials), 1_175_139_621),
            Err(Refusal::Expired { at: 1_175_139_620 })
        );
        assert_eq!(verify("johnsmith", None, 0), Err(Refusal::UnknownKey));
    }
}
