//! Events of any source, read and answered.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| events::function::fuzz_event(data));
