//! What a function returns, to every front end.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| events::front_end::fuzz_answer(data));
