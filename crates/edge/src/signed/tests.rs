use std::net::IpAddr;

use trace::Timestamp;

use super::*;

#[test]
fn e160_the_urls_alphabet_is_undone() {
    assert_eq!(decoded("-~8_").as_deref(), Some(&[0xfb, 0xff][..]));
    assert_eq!(decoded("!"), None);
}

#[test]
fn e160_the_parameters_leave_the_query() {
    let (ticket, rest) = Ticket::of_query(Some("a=1&Expires=5&b&Signature=x&Key-Pair-Id=K"));
    assert_eq!(rest.as_deref(), Some("a=1&b"));
    assert_eq!((ticket.expires.as_deref(), ticket.key_pair_id.as_deref()), (Some("5"), Some("K")));
    assert_eq!(Ticket::of_query(Some("Expires=5")).1, None);
}

#[test]
fn e160_policies_bound_time_and_place() {
    let text = |condition: &str| {
        format!("{{\"Statement\":[{{\"Resource\":\"http://a/*\",\"Condition\":{{{condition}}}}}]}}")
    };
    let allows = |condition: &str, url: &str, viewer: &str, now: u64| {
        let policy = Policy::parse(&text(condition)).unwrap();
        policy.allows(url, viewer.parse::<IpAddr>().unwrap(), Timestamp::from_millis(now * 1_000))
    };
    let until = "\"DateLessThan\":{\"AWS:EpochTime\":10}";
    assert!(allows(until, "http://a/b", "::1", 9));
    assert!(!allows(until, "http://a/b", "::1", 10));
    assert!(!allows(until, "http://b/b", "::1", 9));
    let from = format!("{until},\"IpAddress\":{{\"AWS:SourceIp\":\"2001:db8::/32\"}}");
    assert!(allows(&from, "http://a/b", "2001:db8::7", 9));
    assert!(!allows(&from, "http://a/b", "2001:db9::7", 9));
    assert!(!allows(&from, "http://a/b", "192.0.2.1", 9));
    let anybody = format!("{until},\"IpAddress\":{{\"AWS:SourceIp\":\"0.0.0.0/0\"}}");
    assert!(allows(&anybody, "http://a/b", "192.0.2.1", 9));
    assert_eq!(Policy::parse("{\"Statement\":[{\"Resource\":\"*\"}]}"), None, "it has to end some time");
}

#[test]
fn der_that_is_cut_short_is_no_key() {
    for der in
        [&[][..], &[0x30], &[0x30, 0x82, 0x01], &[0x30, 0x05, 0x00], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]]
    {
        assert_eq!(contents(der, SEQUENCE), None);
    }
}
