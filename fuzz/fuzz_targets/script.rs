//! Paths that choose a script.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| runtime::fuzz_script(data));
