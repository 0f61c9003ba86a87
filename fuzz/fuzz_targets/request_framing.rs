//! A connection's bytes, watched for smuggled requests.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| edge::framing::fuzz_framing(data));
