use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(masked(text), expected);
}

#[test]
fn numbers_and_identifiers_are_masked() {
    check("GET /a 200 12.5 ms", "GET /a N N.N ms");
    check("http://localhost:41873/", "http://localhost:N/");
    check("Root=1-67891233-abcdef012345678912345678", "Root=N-ID-ID");
    check("a feedbacked face", "a feedbacked face");
    check("php8", "phpN");
}
