//! Replies of the Runtime API.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| runtime::fuzz_runtime_api(data));
