//! The names that a front end gives a request.

use trace::Entropy;

/// 16 characters that end in `=`: eleven random bytes, as API Gateway writes them.
pub(crate) fn extended(entropy: &dyn Entropy) -> String {
    let (one, other) = (entropy.next_u64().to_be_bytes(), entropy.next_u64().to_be_bytes());
    let mut number = [0_u8; 16];
    number[..8].copy_from_slice(&one);
    number[8..].copy_from_slice(&other);
    let bits = u128::from_be_bytes(number);
    // Fifteen letters of six bits; the last carries four of them and two zeros (RFC 4648, 5).
    let mut text: String = (0..14).map(|at| letter(bits >> (122 - 6 * at))).collect();
    text.push(letter((bits >> 38) & 0b11_1100));
    text.push('=');
    text
}

/// A version 4 UUID.
pub(crate) fn uuid(entropy: &dyn Entropy) -> String {
    let high = entropy.next_u64() & !0xf000 | 0x4000;
    let low = entropy.next_u64() & (u64::MAX >> 2) | (1 << 63);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

/// Six lower-case letters and digits that stay the same for the same `text`, as REST names its
/// resources and deployments.
pub(crate) fn stable(text: &str) -> String {
    // FNV-1a, 64 bits.
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (0..6)
        .filter_map(|at| char::from_digit(u32::try_from(hash >> (10 * at) & 0x3ff).ok()? % 36, 36))
        .collect()
}

fn letter(bits: u128) -> char {
    let at = usize::try_from(bits & 0b11_1111).unwrap_or_default();
    char::from(LETTERS[at])
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

#[cfg(test)]
mod tests {
    use super::*;

    struct All(u64);

    impl Entropy for All {
        fn next_u64(&self) -> u64 {
            self.0
        }
    }

    #[test]
    fn shapes() {
        assert_eq!(extended(&All(0)), "AAAAAAAAAAAAAAA=");
        assert_eq!(extended(&All(u64::MAX)), "______________8=");
        assert_eq!(uuid(&All(0)), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid(&All(u64::MAX)), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!((stable("/{proxy+}"), stable("/")), (stable("/{proxy+}"), stable("/")));
        assert_ne!(stable("/{proxy+}"), stable("/"));
        assert_eq!(stable("").len(), 6);
    }
}
