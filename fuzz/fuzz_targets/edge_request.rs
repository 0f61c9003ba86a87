//! A viewer's path and headers on their way to a behavior, a key and an answer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    edge::fuzz_request(data);
    edge::fuzz_cache_control(data);
});
