//! The two identifiers of a trace: its own, and that of each segment in it.

use std::fmt;
use std::str::FromStr;

use crate::{Entropy, Timestamp};

/// A trace's identifier: `1-`, 8 hex digits of epoch seconds, `-`, 24 random hex digits.
///
/// Source: AWS X-Ray developer guide, "Trace IDs".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId {
    epoch_seconds: u32,
    unique: [u8; 12],
}

impl TraceId {
    /// A new identifier for a trace that begins `now`.
    pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
        let mut unique = [0; 12];
        unique[..8].copy_from_slice(&entropy.next_u64().to_be_bytes());
        unique[8..].copy_from_slice(&entropy.next_u64().to_be_bytes()[..4]);
        // The format holds 32 bits of seconds, enough until 2106.
        let epoch_seconds = u32::try_from(now.seconds()).unwrap_or(u32::MAX);
        Self { epoch_seconds, unique }
    }

    /// The 32 hex digits without separators, as W3C Trace Context and OTLP write a trace's id.
    pub fn hexadecimal(&self) -> String {
        self.to_string()[2..].replace('-', "")
    }

    /// Reads the 32 hex digits back.
    pub fn from_hexadecimal(text: &str) -> Result<Self, MalformedId> {
        let (seconds, unique) = text.split_at_checked(8).ok_or(MalformedId)?;
        format!("1-{seconds}-{unique}").parse()
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "1-{:08x}-", self.epoch_seconds)?;
        self.unique.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl FromStr for TraceId {
    type Err = MalformedId;

    fn from_str(text: &str) -> Result<Self, MalformedId> {
        let (seconds, unique) =
            text.strip_prefix("1-").and_then(|rest| rest.split_once('-')).ok_or(MalformedId)?;
        if seconds.len() != 8 || unique.len() != 24 || !hexadecimal(seconds) || !hexadecimal(unique) {
            return Err(MalformedId);
        }
        let epoch_seconds = u32::from_str_radix(seconds, 16).map_err(|_| MalformedId)?;
        let number = u128::from_str_radix(unique, 16).map_err(|_| MalformedId)?;
        let mut bytes = [0; 12];
        bytes.copy_from_slice(&number.to_be_bytes()[4..]);
        Ok(Self { epoch_seconds, unique: bytes })
    }
}

/// A segment's identifier: 16 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentId(u64);

impl SegmentId {
    /// A new random identifier.
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self(entropy.next_u64())
    }
}

impl fmt::Display for SegmentId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:016x}", self.0)
    }
}

impl FromStr for SegmentId {
    type Err = MalformedId;

    fn from_str(text: &str) -> Result<Self, MalformedId> {
        if text.len() != 16 || !hexadecimal(text) {
            return Err(MalformedId);
        }
        u64::from_str_radix(text, 16).map(Self).map_err(|_| MalformedId)
    }
}

/// Text that is no trace or segment identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedId;

impl fmt::Display for MalformedId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(
            "expected a trace id like 1-5759e988-bd862e3fe1be46a994272793 or a segment id of 16 hex digits",
        )
    }
}

impl std::error::Error for MalformedId {}

fn hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests;
