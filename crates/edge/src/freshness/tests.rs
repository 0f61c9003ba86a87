use super::*;

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
    }
    headers
}

fn rules(minimum: u64, default: u64, maximum: u64) -> Rules {
    Rules { time_to_live: TimeToLive::seconds(minimum, default, maximum), profile: Profile::CloudFront }
}

fn answered(status: u16, headers: &HeaderMap) -> Answered<'_> {
    Answered {
        status: StatusCode::from_u16(status).unwrap(),
        headers,
        received: Timestamp::from_millis(1_000_000_000),
        authorized: false,
        error_minimum: None,
    }
}

/// The lifetime in seconds, `None` for what is not kept.
fn lifetime(rules: Rules, status: u16, pairs: &[(&str, &str)]) -> Option<u64> {
    rules
        .terms(&answered(status, &headers(pairs)))
        .map(|terms| terms.lifetime.saturating_sub(terms.age).as_secs())
}

/// Between no minimum and 100 s, and between 10 and 100 s; the default is 50 s.
#[track_caller]
fn check(pairs: &[(&str, &str)], without_minimum: Option<u64>, with_minimum: Option<u64>) {
    assert_eq!(lifetime(rules(0, 50, 100), 200, pairs), without_minimum, "{pairs:?}");
    assert_eq!(lifetime(rules(10, 50, 100), 200, pairs), with_minimum, "{pairs:?}, MinTTL 10");
}

const CC: &str = "cache-control";

#[test]
fn the_table_of_lifetimes() {
    check(&[], Some(50), Some(50));
    check(&[(CC, "max-age=70")], Some(70), Some(70));
    check(&[(CC, "max-age=5")], Some(5), Some(10));
    check(&[(CC, "max-age=500")], Some(100), Some(100));
    check(&[(CC, "max-age=70, s-maxage=20")], Some(20), Some(20));
    check(&[(CC, "max-age=0")], Some(0), Some(10));
    // 1,000,000 s after the epoch, plus 30.
    check(&[("expires", "Mon, 12 Jan 1970 13:47:10 GMT")], Some(30), Some(30));
    check(&[("expires", "0")], Some(0), Some(10));
    check(&[(CC, "max-age=70"), ("expires", "0")], Some(70), Some(70));
    for refusing in ["no-store", "no-cache", "private", "no-store, max-age=70"] {
        check(&[(CC, refusing)], None, Some(10));
    }
}

#[test]
fn e114_the_origins_age_is_subtracted() {
    assert_eq!(lifetime(rules(0, 50, 100), 200, &[(CC, "max-age=70"), ("age", "30")]), Some(40));
    assert_eq!(lifetime(rules(10, 50, 100), 200, &[(CC, "max-age=20"), ("age", "30")]), Some(10));
    assert_eq!(lifetime(rules(0, 50, 100), 200, &[(CC, "max-age=70"), ("age", "30, 60")]), Some(40));
    assert_eq!(lifetime(rules(0, 50, 100), 200, &[(CC, "max-age=70"), ("age", "-5")]), Some(70));
}

#[test]
fn e105_vary_on_everything_is_not_kept_without_a_minimum() {
    check(&[("vary", "a, *")], None, Some(50));
}

#[test]
fn e113_nothing_is_guessed() {
    let dated =
        [("last-modified", "Thu, 01 Jan 1970 00:00:00 GMT"), ("date", "Mon, 12 Jan 1970 13:46:40 GMT")];
    assert_eq!(lifetime(rules(0, 0, 31_536_000), 200, &dated), Some(0));
    let profile = Rules { profile: Profile::Rfc9111, ..rules(0, 0, 31_536_000) };
    assert_eq!(lifetime(profile, 200, &dated), Some(100_000));
}

#[test]
fn e115_no_default_and_no_maximum_end_caching() {
    assert_eq!(lifetime(rules(0, 0, 0), 200, &[(CC, "max-age=70")]), None);
}

#[track_caller]
fn check_error(status: u16, pairs: &[(&str, &str)], expected: Option<u64>) {
    assert_eq!(lifetime(rules(0, 50, 100), status, pairs), expected, "{status} {pairs:?}");
}

#[test]
fn e150_these_errors_are_always_kept() {
    for status in [404, 414, 500, 501, 502, 503, 504] {
        check_error(status, &[], Some(10));
        check_error(status, &[(CC, "max-age=60")], Some(60));
        check_error(status, &[(CC, "max-age=600")], Some(100));
        check_error(status, &[(CC, "no-store")], Some(10));
    }
}

#[test]
fn e151_e152_and_these_only_if_the_origin_says_so() {
    for status in [400, 403, 405, 412, 415] {
        check_error(status, &[], None);
        check_error(status, &[(CC, "max-age=60")], Some(60));
    }
    check_error(416, &[(CC, "max-age=60")], None);
    check_error(410, &[(CC, "max-age=60")], None);
    let own = headers(&[]);
    let listed = Answered { error_minimum: Some(Duration::from_secs(3)), ..answered(403, &own) };
    assert_eq!(rules(0, 50, 100).terms(&listed).unwrap().lifetime, Duration::from_secs(3));
}

#[test]
fn what_credentials_opened_is_shared_only_if_the_origin_says_so() {
    let shared = |value: &str| {
        let own = headers(&[(CC, value)]);
        rules(0, 50, 100).terms(&Answered { authorized: true, ..answered(200, &own) }).is_some()
    };
    assert!(!shared("max-age=60"));
    assert!(shared("max-age=60, public") && shared("s-maxage=60") && shared("max-age=60, must-revalidate"));
}

/// What is left of an answer some seconds after it came in.
fn after(seconds: u64, cache_control: &str, maximum: u64) -> Freshness {
    let own = headers(&[(CC, cache_control)]);
    let terms = rules(0, 0, maximum).terms(&answered(200, &own)).unwrap();
    terms.at(Timestamp::from_millis(1_000_000_000 + seconds * 1_000))
}

#[test]
fn e153_e154_how_stale_an_answer_may_be() {
    let plain = "max-age=10";
    assert_eq!(after(9, plain, 1_000), Freshness::Fresh { remaining: Duration::from_secs(1) });
    assert_eq!(after(10, plain, 1_000), Freshness::Stale);
    assert_eq!(after(10, "max-age=10, stale-while-revalidate=5", 1_000), Freshness::Revalidating);
    assert_eq!(after(15, "max-age=10, stale-while-revalidate=5", 1_000), Freshness::Stale);
    assert_eq!(after(14, "max-age=10, stale-if-error=5", 1_000), Freshness::Stale);
    assert_eq!(after(15, "max-age=10, stale-if-error=5", 1_000), Freshness::Dead);
    assert_eq!(after(10, "max-age=10, stale-if-error=0", 1_000), Freshness::Dead);
    for forbidding in ["must-revalidate", "proxy-revalidate"] {
        let line = format!("max-age=10, stale-while-revalidate=5, {forbidding}");
        assert_eq!(after(10, &line, 1_000), Freshness::Dead, "{forbidding}");
    }
    // Never past MaxTTL.
    assert_eq!(after(12, "max-age=10, stale-while-revalidate=50, stale-if-error=50", 12), Freshness::Dead);
}
