use super::*;

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

const ANY: Encodings = Encodings { gzip: true, brotli: true };
const LEGACY: Encodings = Encodings { gzip: true, brotli: false };

#[track_caller]
fn check(allowed: Encodings, accepts: &str, answer: &[(&str, &str)], expected: Option<Coding>) {
    let viewer = headers(&[("accept-encoding", accepts)]);
    let asked = Asked { compress: true, allowed, viewer: &viewer, version: Version::HTTP_11 };
    assert_eq!(wanted(&asked, StatusCode::OK, &headers(answer)), expected, "{accepts} {answer:?}");
}

const CSS: &[(&str, &str)] = &[("content-type", "text/css; charset=utf-8"), ("content-length", "1000")];

#[test]
fn e120_of_both_encodings_brotli_is_taken() {
    check(ANY, "gzip, deflate, br", CSS, Some(Coding::Brotli));
    check(ANY, "gzip", CSS, Some(Coding::Gzip));
    check(ANY, "br;q=0, gzip", CSS, Some(Coding::Gzip));
    check(ANY, "deflate", CSS, None);
}

#[test]
fn e121_e122_the_behavior_says_which_encodings_there_are() {
    check(LEGACY, "gzip, br", CSS, Some(Coding::Gzip));
    check(Encodings::default(), "gzip, br", CSS, None);
}

#[test]
fn e123_size_type_status_and_version_decide() {
    let sized = |length: &str, expected| {
        check(ANY, "gzip", &[("content-type", "text/css"), ("content-length", length)], expected);
    };
    sized("999", None);
    sized("10000000", Some(Coding::Gzip));
    sized("10000001", None);
    check(ANY, "gzip", &[("content-type", "text/css")], None);
    check(ANY, "gzip", &[("content-type", "image/png"), ("content-length", "5000")], None);
    check(ANY, "gzip", &[("content-type", "TEXT/HTML"), ("content-length", "5000")], Some(Coding::Gzip));
    let encoded = [("content-type", "text/css"), ("content-length", "5000"), ("content-encoding", "br")];
    check(ANY, "gzip", &encoded, None);
    let viewer = headers(&[("accept-encoding", "gzip")]);
    let asked = |compress, version| Asked { compress, allowed: ANY, viewer: &viewer, version };
    assert_eq!(wanted(&asked(false, Version::HTTP_11), StatusCode::OK, &headers(CSS)), None);
    assert_eq!(wanted(&asked(true, Version::HTTP_10), StatusCode::OK, &headers(CSS)), None);
    assert_eq!(wanted(&asked(true, Version::HTTP_11), StatusCode::CREATED, &headers(CSS)), None);
    assert!(wanted(&asked(true, Version::HTTP_11), StatusCode::NOT_FOUND, &headers(CSS)).is_some());
}

#[test]
fn e125_tags_become_weak() {
    let check = |tag: &str, expected: Option<&str>| {
        let mut head = headers(&[("etag", tag), ("content-length", "5000"), ("vary", "Origin")]);
        change_head(Coding::Gzip, &mut head);
        assert_eq!(head.get("etag").map(|tag| tag.to_str().unwrap()), expected, "{tag}");
        assert!(!head.contains_key("content-length"));
        assert_eq!(head["content-encoding"], "gzip");
        assert!(head.get_all("vary").iter().any(|line| line == "Accept-Encoding"));
    };
    check("\"a\"", Some("W/\"a\""));
    check("W/\"a\"", Some("W/\"a\""));
    check("a", None);
}

#[test]
fn e126_there_are_46_types() {
    let mut types = TYPES.to_vec();
    types.sort_unstable();
    types.dedup();
    assert_eq!(types.len(), 46);
}
