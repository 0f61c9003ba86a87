//! `Fn::Cidr`: a block of addresses into smaller ones.

use std::net::Ipv4Addr;

/// The first `count` blocks of `bits` host bits within `block`. IPv4 alone.
pub(super) fn subnets(block: &str, count: i64, bits: i64) -> Option<Vec<String>> {
    let (address, prefix) = block.split_once('/')?;
    let address = u32::from(address.parse::<Ipv4Addr>().ok()?);
    let prefix: u32 = prefix.parse().ok().filter(|prefix| *prefix <= 32)?;
    let bits = u32::try_from(bits).ok().filter(|bits| (1..=32 - prefix).contains(bits))?;
    // 256: CloudFormation's limit for one call.
    let count = u64::try_from(count).ok().filter(|count| (1..=256).contains(count))?;
    let size = 1_u64 << bits;
    if count * size > 1_u64 << (32 - prefix) {
        return None;
    }
    let first = u64::from(address) >> (32 - prefix).min(63) << (32 - prefix);
    (0..count)
        .map(|index| {
            let start = u32::try_from(first + index * size).ok()?;
            Some(format!("{}/{}", Ipv4Addr::from(start), 32 - bits))
        })
        .collect()
}
