//! Signed URLs and cookies: whether somebody who holds a trusted key lets this viewer have this object
//! now (E-160).
//!
//! Source: CloudFront developer guide, "Use signed URLs" and "Use signed cookies".

mod policy;

use http::header::COOKIE;
use ring::signature::{RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};

use self::policy::Policy;
use crate::admission::Refusal;
use crate::config::PublicKey;
use crate::request::ViewerRequest;

/// The parameters, in the query or, with `CloudFront-` before them, as cookies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Ticket {
    expires: Option<String>,
    policy: Option<String>,
    signature: Option<String>,
    key_pair_id: Option<String>,
}

/// Checks a request against a behavior's trusted keys, and takes the parameters out of its query, so
/// that neither key nor origin sees them.
pub(crate) fn check(
    trusted: &[PublicKey],
    domain_name: &str,
    viewer: &mut ViewerRequest,
) -> Result<(), Refusal> {
    if trusted.is_empty() {
        return Ok(());
    }
    let scheme = if viewer.peer.secure { "https" } else { "http" };
    let (ticket, rest) = Ticket::of_query(viewer.query.as_deref());
    viewer.query = rest;
    let ticket = if ticket.signature.is_some() { ticket } else { Ticket::of_cookies(viewer) };
    let host = if viewer.host().is_empty() { domain_name } else { viewer.host() };
    let query = viewer.query.as_deref().map(|query| format!("?{query}")).unwrap_or_default();
    let url = format!("{scheme}://{host}{}{query}", viewer.path);
    let refused = |why| Err(Refusal::NotSigned(why));
    let Some(signature) = &ticket.signature else { return refused("the request has no Signature") };
    let Some(key) = trusted.iter().find(|key| Some(&key.id) == ticket.key_pair_id.as_ref()) else {
        return refused("its Key-Pair-Id is none of the trusted key groups'");
    };
    let Some((text, policy)) = ticket.policy_for(&url) else {
        return refused("it has neither Expires nor a Policy that can be read");
    };
    if !verifies(key, text.as_bytes(), signature) {
        return refused("its Signature is not the policy's");
    }
    if !policy.allows(&url, viewer.peer.address.ip(), viewer.arrived) {
        return refused("its policy does not allow this viewer this URL now");
    }
    Ok(())
}

impl Ticket {
    /// The parameters of a query, and the query without them.
    fn of_query(query: Option<&str>) -> (Self, Option<String>) {
        let mut ticket = Self::default();
        let rest: Vec<&str> = query
            .unwrap_or_default()
            .split('&')
            .filter(|parameter| !parameter.is_empty())
            .filter(|parameter| {
                let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
                !ticket.take(name, value)
            })
            .collect();
        let rest = (!rest.is_empty()).then(|| rest.join("&"));
        (ticket, rest)
    }

    fn of_cookies(viewer: &ViewerRequest) -> Self {
        let mut ticket = Self::default();
        for line in viewer.headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok()) {
            for (name, value) in line.split(';').filter_map(|cookie| cookie.trim().split_once('=')) {
                if let Some(name) = name.strip_prefix("CloudFront-") {
                    ticket.take(name, value);
                }
            }
        }
        ticket
    }

    fn take(&mut self, name: &str, value: &str) -> bool {
        let place = match name {
            "Expires" => &mut self.expires,
            "Policy" => &mut self.policy,
            "Signature" => &mut self.signature,
            "Key-Pair-Id" => &mut self.key_pair_id,
            _ => return false,
        };
        *place = Some(value.to_owned());
        true
    }

    /// The text that was signed, and what it says: a custom policy as it came, or the canned one for
    /// this very URL.
    fn policy_for(&self, url: &str) -> Option<(String, Policy)> {
        let text = match (&self.policy, &self.expires) {
            (Some(policy), _) => String::from_utf8(decoded(policy)?).ok()?,
            (None, Some(expires)) => {
                let expires: u64 = expires.parse().ok()?;
                format!(
                    "{{\"Statement\":[{{\"Resource\":\"{url}\",\"Condition\":{{\"DateLessThan\":\
                     {{\"AWS:EpochTime\":{expires}}}}}}}]}}"
                )
            }
            (None, None) => return None,
        };
        let policy = Policy::parse(&text)?;
        Some((text, policy))
    }
}

/// RSA with SHA-1, as CloudFront has it.
fn verifies(key: &PublicKey, text: &[u8], signature: &str) -> bool {
    let (Some(key), Some(signature)) = (rsa_public_key(&key.encoded_key), decoded(signature)) else {
        return false;
    };
    UnparsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, key)
        .verify(text, &signature)
        .is_ok()
}

/// The PKCS#1 key inside a PEM `PUBLIC KEY` (RFC 5280, `SubjectPublicKeyInfo`): the bit string at its
/// end.
fn rsa_public_key(pem: &str) -> Option<Vec<u8>> {
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
    let der = base64_simd::STANDARD.decode_to_vec(base64).ok()?;
    let info = contents(&der, SEQUENCE)?.0;
    let (_, after_algorithm) = contents(info, SEQUENCE)?;
    let (bits, _) = contents(after_algorithm, BIT_STRING)?;
    // The first byte counts unused bits: none.
    bits.strip_prefix(&[0]).map(<[u8]>::to_vec)
}

/// A DER value of that tag at the front of `der`: its contents, and what follows it.
fn contents(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = der.split_first()?;
    let (&length, rest) = rest.split_first()?;
    let (length, rest) = if length < 0x80 {
        (usize::from(length), rest)
    } else {
        let count = usize::from(length & 0x7f);
        let bytes = rest.get(..count).filter(|_| (1..=4).contains(&count))?;
        let length = bytes.iter().fold(0_usize, |length, &byte| length << 8 | usize::from(byte));
        (length, &rest[count..])
    };
    (first == tag).then_some(())?;
    Some((rest.get(..length)?, rest.get(length..)?))
}

/// Base64 with `-`, `_` and `~` where a URL can't have `+`, `=` and `/`.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let standard: String = text
        .chars()
        .map(|character| match character {
            '-' => '+',
            '_' => '=',
            '~' => '/',
            other => other,
        })
        .collect();
    base64_simd::STANDARD.decode_to_vec(standard).ok()
}

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;

#[cfg(test)]
mod tests;
