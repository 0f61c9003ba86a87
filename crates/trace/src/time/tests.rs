use super::*;

#[test]
fn time_between_never_goes_backwards() {
    let (early, late) = (Timestamp::from_millis(1), Timestamp::from_millis(3));
    assert_eq!(late.since(early), Duration::from_millis(2));
    assert_eq!(early.since(late), Duration::ZERO);
}

#[test]
fn adding_stops_at_the_end_of_time() {
    assert_eq!(Timestamp::from_micros(u64::MAX).plus(Duration::MAX).micros(), u64::MAX);
    assert_eq!(Timestamp::from_millis(1).plus(Duration::from_micros(5)).micros(), 1_005);
}

#[test]
fn a_time_is_written_as_rfc_3339() {
    #[track_caller]
    fn check(millis: u64, expected: &str) {
        assert_eq!(Timestamp::from_millis(millis).to_string(), expected);
    }
    check(0, "1970-01-01T00:00:00.000Z");
    check(951_782_400_000, "2000-02-29T00:00:00.000Z");
    check(1_709_251_199_999, "2024-02-29T23:59:59.999Z");
    check(4_102_444_800_000, "2100-01-01T00:00:00.000Z");
}
