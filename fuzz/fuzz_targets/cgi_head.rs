//! The head of a script's response.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fastcgi::fuzz_head(data));
