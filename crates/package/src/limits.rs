//! What Lambda takes. Source: Lambda developer guide, quotas.

/// A function with all its layers, unpacked.
pub const UNPACKED_MAXIMUM: u64 = 262_144_000;

/// A zip that is handed over in a request; a larger one goes by S3.
pub const DIRECT_MAXIMUM: u64 = 50 * 1024 * 1024;

/// Sizes for a person: `1.5 MB`.
pub fn size(bytes: u64) -> String {
    let tenths = |unit: u64| (bytes * 10 + unit / 2) / unit;
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} kB", tenths(1_000) / 10, tenths(1_000) % 10),
        _ => format!("{}.{} MB", tenths(1_000_000) / 10, tenths(1_000_000) % 10),
    }
}
