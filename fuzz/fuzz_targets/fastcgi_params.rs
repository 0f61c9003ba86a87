//! Parameters of any names and values.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fastcgi::fuzz_params(data));
