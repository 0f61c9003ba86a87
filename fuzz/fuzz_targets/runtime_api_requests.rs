//! What a function's processes send to their Runtime API.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lambda::fuzz_wire(data));
