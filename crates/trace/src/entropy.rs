//! Where random identifiers come from.

/// Gives random bits. The binaries ask the kernel; tests count.
pub trait Entropy: Send + Sync {
    /// 64 random bits.
    fn next_u64(&self) -> u64;
}
