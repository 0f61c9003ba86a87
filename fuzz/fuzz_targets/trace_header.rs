//! The trace header that a viewer sends.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trace::fuzz_header(data));
