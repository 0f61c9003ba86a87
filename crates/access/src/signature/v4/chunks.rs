//! The signatures inside a body of signed chunks: each covers its chunk and the signature before it.

use std::fmt;

use sha2::{Digest, Sha256};

use super::{hex, hmac_is, unhex};

/// Verifies one chunk after the other.
///
/// Source: S3 API reference, "Signature calculations: transferring payload in multiple chunks".
#[derive(Clone)]
pub struct ChunkSignatures {
    key: [u8; 32],
    time: String,
    scope: String,
    previous: String,
}

impl ChunkSignatures {
    pub(super) fn new(key: [u8; 32], time: String, scope: String, seed: String) -> Self {
        Self { key, time, scope, previous: seed }
    }

    /// Whether `signature` is that of the next chunk, whose data has this SHA-256.
    pub fn verify_chunk(&mut self, data_hash: &[u8], signature: &str) -> bool {
        let (nothing, data_hash) = (hex(&Sha256::digest(b"")), hex(data_hash));
        self.verify("AWS4-HMAC-SHA256-PAYLOAD", &format!("{nothing}\n{data_hash}"), signature)
    }

    /// Whether `signature` is that of the trailers after the last chunk. `canonical` holds them as
    /// `name:value\n`, in their order.
    pub fn verify_trailers(&mut self, canonical: &str, signature: &str) -> bool {
        self.verify("AWS4-HMAC-SHA256-TRAILER", &hex(&Sha256::digest(canonical.as_bytes())), signature)
    }

    fn verify(&mut self, tag: &str, hashes: &str, signature: &str) -> bool {
        let text = format!("{tag}\n{}\n{}\n{}\n{hashes}", self.time, self.scope, self.previous);
        let genuine = unhex(signature).is_some_and(|bytes| hmac_is(&self.key, text.as_bytes(), &bytes));
        if genuine {
            signature.clone_into(&mut self.previous);
        }
        genuine
    }
}

impl fmt::Debug for ChunkSignatures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ChunkSignatures").field("scope", &self.scope).finish_non_exhaustive()
    }
}
