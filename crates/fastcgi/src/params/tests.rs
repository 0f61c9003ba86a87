use proptest::prelude::*;

use super::*;

#[test]
fn short_and_long_lengths() {
    check(b"A", b"", b"\x01\x00A");
    check(b"NAME", &[b'v'; 127], &[b"\x04\x7fNAME", [b'v'; 127].as_slice()].concat());
    check(b"NAME", &[b'v'; 128], &[b"\x04\x80\x00\x00\x80NAME", [b'v'; 128].as_slice()].concat());
}

#[track_caller]
fn check(name: &[u8], value: &[u8], expected: &[u8]) {
    let mut out = Vec::new();
    write_param(&mut out, name, value);
    assert_eq!(out, expected);
}

proptest! {
    #[test]
    fn pairs_survive(data in prop::collection::vec(any::<u8>(), 0..2_000)) {
        fuzz_params(&data);
    }
}
