use super::*;

#[test]
fn rates_have_the_unit_that_reads_best() {
    assert_eq!(rate(75_000, 60), "20.8/s");
    assert_eq!(rate(300, 60), "5/min");
    assert_eq!(rate(3, 60), "3 in all");
}

#[test]
fn long_names_are_cut() {
    assert_eq!(cut("Website"), "Website");
    assert_eq!(cut("AnApplicationWithAVeryLongName"), "AnApplicationWithAVer…");
}
