//! Identifiers for every request, unique and cheap: a counter, mixed with what the kernel gave once.

use std::sync::atomic::{AtomicU64, Ordering};

use http::HeaderValue;
use trace::Entropy;

/// Gives numbers that never repeat and look random. They name requests; they keep no secret, so one
/// system call at the start is enough, not ten a request.
#[derive(Debug)]
pub(crate) struct Identifiers {
    seed: u64,
    counter: AtomicU64,
    via: [u8; 32],
}

impl Identifiers {
    pub(crate) fn new(entropy: &dyn Entropy) -> Self {
        let mut via = [0; 32];
        let numbers = [entropy.next_u64(), entropy.next_u64()];
        for (at, digit) in via.iter_mut().enumerate() {
            *digit = HEX[usize::try_from(numbers[at / 16] >> (at % 16 * 4) & 15).unwrap_or(0)];
        }
        Self { seed: entropy.next_u64(), counter: AtomicU64::new(entropy.next_u64()), via }
    }

    /// An `X-Amz-Cf-Id`: 54 characters fit for a URL, and `==` (E-131).
    pub(crate) fn request(&self) -> HeaderValue {
        let mut text = [b'='; 56];
        let mut bits = 0;
        for (at, character) in text[..54].iter_mut().enumerate() {
            // Ten characters of six bits from each number.
            if at % 10 == 0 {
                bits = self.next_u64();
            }
            *character = URL_SAFE[usize::try_from(bits & 63).unwrap_or(0)];
            bits >>= 6;
        }
        HeaderValue::from_bytes(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
    }

    /// The 32 hex digits that stand for this edge in `Via`.
    pub(crate) fn via(&self) -> &str {
        std::str::from_utf8(&self.via).unwrap_or_default()
    }
}

impl Entropy for Identifiers {
    /// `SplitMix64` (Steele, Lea and Flood 2014): a bijection, so that no two are alike.
    fn next_u64(&self) -> u64 {
        let step = self.counter.fetch_add(1, Ordering::Relaxed);
        let mut mixed = self.seed.wrapping_add(step.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
