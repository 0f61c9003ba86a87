use super::*;

#[track_caller]
fn check_union(key: &Selection, request: &Selection, taken: &[&str], left: &[&str]) {
    let union = united(key, request);
    let forwards = |name: &str| query::selected(&union, Some(name)).is_some();
    assert!(taken.iter().all(|name| forwards(name)), "{union:?}");
    assert!(!left.iter().any(|name| forwards(name)), "{union:?}");
}

fn list(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[test]
fn e091_allow_lists_unite_and_the_keys_beats_a_block_list() {
    use Selection::{All, AllExcept, None, Whitelist};
    check_union(&None, &None, &[], &["a"]);
    check_union(&None, &All, &["a"], &[]);
    check_union(&Whitelist(list(&["a"])), &Whitelist(list(&["b"])), &["a", "b"], &["c"]);
    check_union(&Whitelist(list(&["a"])), &AllExcept(list(&["a", "b"])), &["a", "c"], &["b"]);
    check_union(&AllExcept(list(&["a"])), &AllExcept(list(&["b"])), &["c"], &["a", "b"]);
}

#[test]
fn e127_the_encodings_are_normalised() {
    let check = |gzip, brotli, accepts: &str, expected: Option<&str>| {
        let mut viewer = HeaderMap::new();
        viewer.insert(ACCEPT_ENCODING, accepts.parse().unwrap());
        assert_eq!(Encodings { gzip, brotli }.accepted(&viewer), expected, "{accepts}");
    };
    check(true, true, "gzip, deflate, BR", Some("br,gzip"));
    check(true, true, "br", Some("br"));
    check(true, false, "br, gzip;q=0.1", Some("gzip"));
    check(true, true, "gzip;q=0.000, br; q=0", None);
    check(false, false, "gzip", None);
    check(true, true, "x-gzip, *", None);
}

#[test]
fn e102_only_an_ampersand_separates_parameters() {
    let selected = |query| query::selected(&Selection::Whitelist(list(&["a"])), Some(query));
    assert_eq!(selected("b=1&a=2;c=3&a").as_deref(), Some("a=2;c=3&a"));
    assert_eq!(selected("A=1&b"), None);
}
