use super::*;

#[test]
fn durations_have_the_unit_that_fits() {
    #[track_caller]
    fn check(micros: u64, expected: &str) {
        assert_eq!(duration(Duration::from_micros(micros)), expected);
    }
    check(0, "0 µs");
    check(999, "999 µs");
    check(9_139, "9.13 ms");
    check(14_290, "14.2 ms");
    check(142_900, "142 ms");
    check(999_999, "999 ms");
    check(1_420_000, "1.42 s");
    check(59_999_999, "59.9 s");
    check(125_000_000, "2 min 5 s");
}

#[test]
fn sizes_have_the_unit_that_fits() {
    assert_eq!(bytes(999), "999 B");
    assert_eq!(bytes(9_130), "9.13 KB");
    assert_eq!(bytes(6_291_556), "6.29 MB");
    assert_eq!(bytes(12_000_000_000), "12.0 GB");
}
