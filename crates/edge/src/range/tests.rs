use super::*;

#[track_caller]
fn check(header: &str, total: u64, expected: &[(u64, u64)]) {
    let chunks = expected.iter().map(|&(start, length)| Chunk { start, length }).collect();
    assert_eq!(wanted(header.as_bytes(), total), Wanted::Chunks(chunks), "{header}");
}

#[track_caller]
fn check_not(header: &str, total: u64, expected: &Wanted) {
    assert_eq!(wanted(header.as_bytes(), total), *expected, "{header}");
}

#[test]
fn e140_one_range_in_its_three_forms() {
    check("bytes=0-0", 10, &[(0, 1)]);
    check("bytes=2-4", 10, &[(2, 3)]);
    check("bytes=2-", 10, &[(2, 8)]);
    check("bytes=-3", 10, &[(7, 3)]);
    check("bytes=-30", 10, &[(0, 10)]);
    check("bytes=5-99999999999999999999", 10, &[(5, 5)]);
}

#[test]
fn e142_several_have_to_ascend_and_be_apart() {
    check("bytes=0-1, 4-5,-1", 10, &[(0, 2), (4, 2), (9, 1)]);
    check("bytes=0-1,20-30", 10, &[(0, 2)]);
    for all in [
        "bytes=4-5,0-1",
        "bytes=0-4,4-5",
        "bytes=0-1,",
        "bytes=",
        "bytes=a-b",
        "bytes=3-2",
        "lines=0-1",
        "bytes=--1",
    ] {
        check_not(all, 10, &Wanted::All);
    }
    let many: Vec<String> = (0..40).map(|number| format!("{}-{}", number * 2, number * 2)).collect();
    check_not(&format!("bytes={}", many.join(",")), 1_000, &Wanted::All);
}

#[test]
fn e142_what_lies_outside_cannot_be_satisfied() {
    for nothing in ["bytes=10-", "bytes=10-20", "bytes=-0"] {
        check_not(nothing, 10, &Wanted::Nothing);
    }
    check_not("bytes=0-", 0, &Wanted::Nothing);
}
