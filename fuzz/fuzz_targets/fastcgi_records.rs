//! FastCGI records as a worker might send them.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fastcgi::fuzz_records(data));
