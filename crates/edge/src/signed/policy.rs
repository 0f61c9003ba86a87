//! A signed policy: which URLs, until and from when, and for whom.

use std::net::IpAddr;

use serde_json::Value;
use trace::Timestamp;

use crate::matching::wildcard;

/// One statement; a policy of `CloudFront`'s has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    resource: Option<String>,
    before: u64,
    after: Option<u64>,
    source: Option<(IpAddr, u8)>,
}

impl Policy {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let document: Value = serde_json::from_str(text).ok()?;
        let statement = document.get("Statement")?.get(0)?;
        let condition = statement.get("Condition")?;
        let seconds = |name: &str| condition.get(name)?.get("AWS:EpochTime")?.as_u64();
        let source = match condition.get("IpAddress") {
            Some(address) => Some(network(address.get("AWS:SourceIp")?.as_str()?)?),
            None => None,
        };
        Some(Self {
            resource: statement.get("Resource").and_then(Value::as_str).map(str::to_owned),
            before: seconds("DateLessThan")?,
            after: seconds("DateGreaterThan"),
            source,
        })
    }

    pub(super) fn allows(&self, url: &str, viewer: IpAddr, now: Timestamp) -> bool {
        let names_it =
            self.resource.as_ref().is_none_or(|resource| wildcard(resource.as_bytes(), url.as_bytes()));
        let in_time = now.seconds() < self.before && self.after.is_none_or(|after| now.seconds() > after);
        let is_for = self.source.is_none_or(|(network, bits)| within(viewer.to_canonical(), network, bits));
        names_it && in_time && is_for
    }
}

/// `192.0.2.0/24`, or one address.
fn network(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse().ok()?)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    Some((address, bits.unwrap_or(most).min(most)))
}

fn within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            let shift = 32 - u32::from(bits);
            u64::from(address.to_bits()) >> shift == u64::from(network.to_bits()) >> shift
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        _ => false,
    }
}
