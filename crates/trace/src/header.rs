//! The `X-Amzn-Trace-Id` header: how a trace's identity travels from hop to hop.

use std::fmt;

use crate::{SegmentId, TraceId};

/// A parsed trace header; every part may be missing on the way in.
///
/// `Root=1-<8 hex>-<24 hex>;Parent=<16 hex>;Sampled=0|1;Lineage=<n>:<8 hex>:<n>`
///
/// Source: AWS X-Ray developer guide, "Tracing header"; Lineage as recorded from Lambda.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TraceHeader {
    /// The trace.
    pub root: Option<TraceId>,
    /// The segment that the next hop's segment belongs under.
    pub parent: Option<SegmentId>,
    /// Whether somebody upstream decided to keep the trace.
    pub sampled: Sampled,
    /// Lambda's loop detection, passed on untouched.
    pub lineage: Option<String>,
}

/// The sampling decision as the header carries it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sampled {
    /// `Sampled=1`
    Yes,
    /// `Sampled=0`
    No,
    /// Not decided: the part is absent, or `?`.
    #[default]
    Undecided,
}

impl TraceHeader {
    /// Reads what can be read; parts that are malformed or unknown count as absent, because a
    /// viewer's odd header must not cost him his answer.
    pub fn parse(text: &str) -> Self {
        let mut header = Self::default();
        for part in text.split(';') {
            let Some((name, value)) = part.trim().split_once('=') else { continue };
            match name {
                "Root" => header.root = value.parse().ok(),
                "Parent" => header.parent = value.parse().ok(),
                "Sampled" => header.sampled = Sampled::parse(value),
                "Lineage" => header.lineage = Some(value.to_owned()),
                _ => {}
            }
        }
        header
    }
}

impl fmt::Display for TraceHeader {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        let mut part = |out: &mut fmt::Formatter<'_>, name: &str, value: &dyn fmt::Display| {
            let result = write!(out, "{separator}{name}={value}");
            separator = ";";
            result
        };
        if let Some(root) = &self.root {
            part(out, "Root", root)?;
        }
        if let Some(parent) = &self.parent {
            part(out, "Parent", parent)?;
        }
        match self.sampled {
            Sampled::Yes => part(out, "Sampled", &"1")?,
            Sampled::No => part(out, "Sampled", &"0")?,
            Sampled::Undecided => {}
        }
        if let Some(lineage) = &self.lineage {
            part(out, "Lineage", lineage)?;
        }
        Ok(())
    }
}

impl Sampled {
    fn parse(text: &str) -> Self {
        match text {
            "1" => Self::Yes,
            "0" => Self::No,
            _ => Self::Undecided,
        }
    }
}

/// The fuzz target's body: whatever a viewer sends is read without a panic, and what was understood
/// of it is written so that it is understood again.
///
/// # Panics
/// If that is not so.
pub fn fuzz_header(data: &[u8]) {
    let header = TraceHeader::parse(&String::from_utf8_lossy(data));
    assert_eq!(TraceHeader::parse(&header.to_string()), header);
}

#[cfg(test)]
mod tests;
