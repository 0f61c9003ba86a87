use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

struct Counting(AtomicU64);

impl Entropy for Counting {
    fn next_u64(&self) -> u64 {
        self.0.fetch_add(0x0101_0101_0101_0101, Ordering::Relaxed)
    }
}

#[test]
fn a_new_trace_id_begins_with_its_time() {
    let entropy = Counting(AtomicU64::new(0x0102_0304_0506_0708));
    let id = TraceId::new(Timestamp::from_millis(0x5759_e988 * 1_000), &entropy);
    assert_eq!(id.to_string(), "1-5759e988-010203040506070802030405");
    assert_eq!(id.hexadecimal(), "5759e988010203040506070802030405");
}

#[test]
fn ids_read_what_they_write() {
    let trace = "1-5759e988-bd862e3fe1be46a994272793";
    assert_eq!(trace.parse::<TraceId>().unwrap().to_string(), trace);
    assert_eq!(TraceId::from_hexadecimal("5759e988bd862e3fe1be46a994272793").unwrap().to_string(), trace);
    let segment = "00995c3f42cd8ad8";
    assert_eq!(segment.parse::<SegmentId>().unwrap().to_string(), segment);
}

#[test]
fn what_is_no_id_is_refused() {
    for text in
        ["", "1-", "1-5759e988-", "1-+759e988-bd862e3fe1be46a994272793", "1-5759e988-bd862e3fe1be46a99427279"]
    {
        assert_eq!(text.parse::<TraceId>(), Err(MalformedId), "{text}");
    }
    for text in ["", "53995c3f42cd8ad", "+3995c3f42cd8ad8", "53995c3f42cd8ad81"] {
        assert_eq!(text.parse::<SegmentId>(), Err(MalformedId), "{text}");
    }
    assert_eq!(TraceId::from_hexadecimal("é759e988bd862e3fe1be46a99427279"), Err(MalformedId));
}
