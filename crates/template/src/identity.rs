//! Identifiers of AWS's shapes that stay the same from run to run: made from the stack's and the
//! resource's names.

use sha2::{Digest, Sha256};

/// What one resource's identifiers are made from.
pub(crate) struct Identity<'a> {
    pub(crate) stack: &'a str,
    pub(crate) logical_id: &'a str,
}

impl Identity<'_> {
    /// `bnc2a5mf3q`: an API's id.
    pub(crate) fn api_id(&self) -> String {
        let letter = self.letters("api-letter", b"abcdefghijklmnopqrstuvwxyz", 1);
        letter + &self.letters("api", LOWER, 9)
    }

    /// `E2QWRUHAPOMQZL`: a distribution's, an identity's or an access control's id.
    pub(crate) fn cloudfront_id(&self) -> String {
        format!("E{}", self.letters("cloudfront", UPPER, 13))
    }

    /// `d111111abcdef8.cloudfront.net`, without the domain.
    pub(crate) fn cloudfront_host(&self) -> String {
        format!("d{}", self.letters("host", LOWER, 13))
    }

    /// 96 hexadecimal digits.
    pub(crate) fn canonical_user(&self) -> String {
        self.letters("canonical", HEXADECIMAL, 96)
    }

    /// `4135ea2d-6df8-44a3-9df3-4b5a84be39ad`.
    pub(crate) fn uuid(&self) -> String {
        let mut uuid = self.letters("uuid", HEXADECIMAL, 32);
        for hyphen in [8, 13, 18, 23] {
            uuid.insert(hyphen, '-');
        }
        uuid
    }

    /// The host of a function's URL: 32 lower-case letters and digits.
    pub(crate) fn function_url_host(&self) -> String {
        self.letters("function-url", LOWER, 32)
    }

    /// `shop-Worker-BNC2A5MF3Q1X`, as CloudFormation makes names up.
    pub(crate) fn name(&self) -> String {
        format!("{}-{}-{}", self.stack, self.logical_id, self.letters("name", UPPER, 12))
    }

    /// The same for types whose names have no capitals: `shop-assets-bnc2a5mf3q1x`.
    pub(crate) fn lower_name(&self) -> String {
        self.name().to_ascii_lowercase()
    }

    /// `count` hexadecimal digits, as in `vpc-0a1b2c3d4e5f60718`.
    pub(crate) fn hexadecimal(&self, count: usize) -> String {
        self.letters("hexadecimal", HEXADECIMAL, count)
    }

    /// `count` capitals and digits, as in a secret's ARN.
    pub(crate) fn suffix(&self, count: usize) -> String {
        self.letters("suffix", UPPER, count)
    }

    /// Letters out of `alphabet`, from as many hashes as it takes.
    fn letters(&self, purpose: &str, alphabet: &[u8], count: usize) -> String {
        let mut letters = String::with_capacity(count);
        let mut round = 0_u32;
        while letters.len() < count {
            let mut hash = Sha256::new();
            for part in [self.stack, self.logical_id, purpose] {
                hash.update(part.as_bytes());
                hash.update([0]);
            }
            hash.update(round.to_be_bytes());
            let digest = hash.finalize();
            let taken = digest.iter().take(count - letters.len());
            letters.extend(taken.map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()])));
            round += 1;
        }
        letters
    }
}

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const HEXADECIMAL: &[u8] = b"0123456789abcdef";
