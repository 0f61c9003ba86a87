//! A key pair, and the token of a temporary one.

use std::fmt;

/// What a client signs with.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// `AKIA…` or `ASIA…`, 20 characters; public.
    pub access_key: String,
    /// 40 characters; never printed.
    pub secret_key: String,
    /// Sent along with temporary keys, and must be the one that came with them.
    pub session_token: Option<String>,
}

/// Whether keys are a person's to keep or a running function's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// `AKIA…`, without a session token.
    Lasting,
    /// `ASIA…`, with one.
    Session,
}

impl Credentials {
    /// New keys out of `random`, which gives 64 random bits a call.
    pub fn issue(lifetime: Lifetime, mut random: impl FnMut() -> u64) -> Self {
        let mut text = |letters: &[u8], count: usize| -> String {
            // Every alphabet here has a power of two of letters, so a random byte is not skewed.
            (0..count)
                .map(|_| letters[usize::from(random().to_le_bytes()[0]) % letters.len()])
                .map(char::from)
                .collect()
        };
        let prefix = match lifetime {
            Lifetime::Lasting => "AKIA",
            Lifetime::Session => "ASIA",
        };
        Self {
            access_key: format!("{prefix}{}", text(BASE32, 16)),
            secret_key: text(BASE64, 40),
            session_token: (lifetime == Lifetime::Session).then(|| text(BASE64, 128)),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Credentials").field("access_key", &self.access_key).finish_non_exhaustive()
    }
}

const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
