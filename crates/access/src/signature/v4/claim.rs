//! What a request says about its signature, and whether that is true.

use sha2::{Digest, Sha256};

use super::{ALGORITHM, ChunkSignatures, Scope, UNSIGNED_PAYLOAD, hex, hmac_is, string_to_sign, unhex};
use crate::signature::{Form, Refusal, SignedRequest};
use crate::{Credentials, calendar};

/// A signature as the request presents it; nothing of it is proved yet.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Whose key, it says.
    pub access_key: String,
    /// Where the signature stands.
    pub form: Form,
    /// `x-amz-content-sha256`: the payload's hash in hex, or one of the words that stand for it.
    pub payload: String,
    scope: Scope,
    signed_headers: Vec<String>,
    signature: [u8; 32],
    signature_text: String,
    time: u64,
    lifetime: Option<String>,
    token: Option<String>,
}

impl Claim {
    /// Finds the signature in `request`: `None` if it has none of this version.
    pub fn read(request: &SignedRequest<'_>) -> Result<Option<Self>, Refusal> {
        Self::find(request, None)
    }

    /// The same for a service other than S3: the signature covers the hash of `body`, whether or not
    /// a header repeats it.
    pub fn read_with_body(request: &SignedRequest<'_>, body: &[u8]) -> Result<Option<Self>, Refusal> {
        let hash = hex(&Sha256::digest(body));
        let claim = Self::find(request, Some(&hash))?;
        match claim {
            Some(claim) if claim.payload != hash && claim.payload != UNSIGNED_PAYLOAD => {
                Err(Refusal::Malformed {
                    form: claim.form,
                    problem: format!(
                        "expected x-amz-content-sha256 to be the body's, {hash}; found {}",
                        claim.payload
                    ),
                })
            }
            claim => Ok(claim),
        }
    }

    fn find(request: &SignedRequest<'_>, body_hash: Option<&str>) -> Result<Option<Self>, Refusal> {
        if let Some(authorization) = request.header("authorization") {
            if !authorization.starts_with("AWS4-") {
                return Ok(None);
            }
            return Self::from_header(request, authorization, body_hash).map(Some);
        }
        if request.parameter("X-Amz-Algorithm").is_some() || request.parameter("X-Amz-Signature").is_some() {
            return Self::from_query(request, body_hash).map(Some);
        }
        Ok(None)
    }

    /// Proves the claim with the `credentials` of the key's owner (`None` for a key that nobody
    /// has), for S3 in `region`, at `now`, in seconds. The answer verifies the body's chunks, if
    /// those are signed.
    pub fn verify(
        &self,
        request: &SignedRequest<'_>,
        credentials: Option<&Credentials>,
        region: &str,
        now: u64,
    ) -> Result<ChunkSignatures, Refusal> {
        self.verify_for("s3", request, credentials, region, now)
    }

    /// The same for any `service`: `lambda`, `execute-api`.
    pub fn verify_for(
        &self,
        service: &str,
        request: &SignedRequest<'_>,
        credentials: Option<&Credentials>,
        region: &str,
        now: u64,
    ) -> Result<ChunkSignatures, Refusal> {
        // An unknown key costs as much work as a known one, so that time does not tell which exist.
        let secret = credentials.map_or("no secret of anybody's", |known| known.secret_key.as_str());
        let time = calendar::basic(self.time);
        let text =
            string_to_sign(request, self.form, &self.signed_headers, &self.payload, &time, &self.scope);
        let key = self.scope.signing_key(secret);
        let matches = hmac_is(&key, text.as_bytes(), &self.signature);

        let Some(credentials) = credentials else { return Err(Refusal::UnknownKey) };
        let expected =
            Scope { date: time[..8].to_owned(), region: region.to_owned(), service: service.to_owned() };
        if self.scope != expected {
            return Err(Refusal::WrongScope {
                expected: expected.to_string(),
                found: self.scope.to_string(),
            });
        }
        self.check_time(now)?;
        if self.token != credentials.session_token {
            return Err(Refusal::WrongToken);
        }
        self.check_signed_headers(request)?;
        if !matches {
            return Err(Refusal::Mismatch { string_to_sign: text });
        }
        Ok(ChunkSignatures::new(key, time, self.scope.to_string(), self.signature_text.clone()))
    }

    fn from_header(
        request: &SignedRequest<'_>,
        authorization: &str,
        body_hash: Option<&str>,
    ) -> Result<Self, Refusal> {
        let malformed = |problem: String| Refusal::Malformed { form: Form::Header, problem };
        let rest = authorization
            .strip_prefix(ALGORITHM)
            .ok_or_else(|| malformed(format!("The authorization header must begin with {ALGORITHM}.")))?;
        let part = |name: &str| {
            rest.split(',')
                .find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
                .ok_or_else(|| malformed(format!("The authorization header is malformed: it has no {name}.")))
        };
        let time = match request.header("x-amz-date") {
            Some(text) => calendar::parse_basic(text),
            None => request.header("date").and_then(calendar::parse_basic),
        };
        let time = time.ok_or_else(|| {
            malformed("AWS authentication requires a valid Date or x-amz-date header".to_owned())
        })?;
        let payload = request.header("x-amz-content-sha256").or(body_hash).ok_or_else(|| {
            malformed("Missing required header for this request: x-amz-content-sha256".to_owned())
        })?;
        let (access_key, scope) = credential(part("Credential")?).map_err(malformed)?;
        Ok(Self {
            access_key,
            form: Form::Header,
            payload: payload.to_owned(),
            scope,
            signed_headers: signed_headers(part("SignedHeaders")?),
            signature: signature(part("Signature")?).map_err(malformed)?,
            signature_text: part("Signature")?.to_owned(),
            time,
            lifetime: None,
            token: request.header("x-amz-security-token").map(str::to_owned),
        })
    }

    fn from_query(request: &SignedRequest<'_>, body_hash: Option<&str>) -> Result<Self, Refusal> {
        let malformed = |problem: String| Refusal::Malformed { form: Form::Query, problem };
        let part = |name: &str| {
            request
                .parameter(name)
                .ok_or_else(|| malformed(format!("The query has no {name}, which a signed one needs.")))
        };
        if part("X-Amz-Algorithm")? != ALGORITHM {
            return Err(malformed(format!("X-Amz-Algorithm only supports \"{ALGORITHM}\"")));
        }
        let date = part("X-Amz-Date")?;
        let (access_key, scope) = credential(&part("X-Amz-Credential")?).map_err(malformed)?;
        let signature_text = part("X-Amz-Signature")?;
        Ok(Self {
            access_key,
            form: Form::Query,
            payload: request
                .header("x-amz-content-sha256")
                .or(body_hash)
                .unwrap_or(UNSIGNED_PAYLOAD)
                .to_owned(),
            scope,
            signed_headers: signed_headers(&part("X-Amz-SignedHeaders")?),
            signature: signature(&signature_text).map_err(malformed)?,
            signature_text,
            time: calendar::parse_basic(&date).ok_or_else(|| {
                malformed(format!("X-Amz-Date must be like 20130524T000000Z; found `{date}`."))
            })?,
            lifetime: Some(part("X-Amz-Expires")?),
            token: request.parameter("X-Amz-Security-Token"),
        })
    }

    fn check_time(&self, now: u64) -> Result<(), Refusal> {
        let Some(lifetime) = &self.lifetime else {
            if self.time.abs_diff(now) > SKEW {
                return Err(Refusal::Skewed { request: self.time, now });
            }
            return Ok(());
        };
        let seconds = lifetime.parse().ok().filter(|seconds| (1..=LONGEST).contains(seconds));
        let seconds: u64 = seconds.ok_or_else(|| Refusal::LifetimeOutOfRange(lifetime.clone()))?;
        if now.saturating_add(SKEW) < self.time {
            return Err(Refusal::Skewed { request: self.time, now });
        }
        let end = self.time + seconds;
        if now > end { Err(Refusal::Expired { at: end }) } else { Ok(()) }
    }

    /// `host` and every `x-amz-*` header must be signed: else whoever holds a presigned address
    /// could add an ACL or a copy's source to it.
    fn check_signed_headers(&self, request: &SignedRequest<'_>) -> Result<(), Refusal> {
        let signed =
            |name: &str| self.signed_headers.iter().any(|candidate| candidate.eq_ignore_ascii_case(name));
        if !signed("host") {
            return Err(Refusal::UnsignedHeader("host".to_owned()));
        }
        let unsigned = request.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).find(|name| {
            // The payload's hash is in the text to sign by itself.
            name.starts_with("x-amz-") && name != "x-amz-content-sha256" && !signed(name)
        });
        match unsigned {
            Some(name) => Err(Refusal::UnsignedHeader(name)),
            None => Ok(()),
        }
    }
}

/// `KEY/20130524/us-east-1/s3/aws4_request`; a key may hold slashes itself.
fn credential(text: &str) -> Result<(String, Scope), String> {
    let mut parts = text.rsplitn(5, '/').map(str::to_owned);
    if let (Some(terminator), Some(service), Some(region), Some(date), Some(key)) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        && terminator == "aws4_request"
        && !key.is_empty()
    {
        return Ok((key, Scope { date, region, service }));
    }
    Err(format!(
        "The Credential is malformed; expected \"KEY/YYYYMMDD/REGION/SERVICE/aws4_request\", found \"{text}\"."
    ))
}

fn signed_headers(text: &str) -> Vec<String> {
    text.split(';').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn signature(text: &str) -> Result<[u8; 32], String> {
    unhex(text).ok_or_else(|| "The Signature is malformed: expected 64 hexadecimal digits.".to_owned())
}

/// Seconds that two clocks may differ by.
const SKEW: u64 = 15 * 60;
/// Seconds that a presigned address may live: seven days.
const LONGEST: u64 = 604_800;
