use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use trace::Timestamp;

use super::*;
use crate::entry::EntryHead;
use crate::freshness::Terms;
use crate::key::Urls;

fn store(memory_bytes: u64) -> Store {
    Store::open(&CacheSettings { memory_bytes, ..CacheSettings::default() }).unwrap()
}

fn key(text: &str) -> Key {
    Key::from_parts(text.as_bytes().into(), text.len()).unwrap()
}

fn entry(bytes: usize) -> Arc<Entry> {
    let terms = Terms {
        lifetime: Duration::from_mins(1),
        age: Duration::ZERO,
        received: Timestamp::default(),
        while_revalidating: Duration::ZERO,
        if_error: Duration::ZERO,
    };
    let head = EntryHead {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        terms,
        varies: Vec::new(),
        origin_tag: None,
    };
    Arc::new(Entry::new(head, Bytes::from(vec![0; bytes])))
}

#[test]
fn the_budget_holds_whatever_comes() {
    let store = store(1 << 20);
    for number in 0..1_000 {
        store.keep(key(&format!("/{number}")), entry(10_000), &HeaderMap::new());
    }
    let (keys, bytes) = store.size();
    assert!(bytes <= 1 << 20 && keys > 50, "{keys} keys, {bytes} bytes");
}

#[test]
fn a_scan_does_not_flush_what_is_asked_for_often() {
    let store = store(4 << 20);
    let find = |name: &str| store.find(&key(name), HeaderMap::new).is_some();
    for number in 0..40 {
        store.keep(key(&format!("/hot/{number}")), entry(10_000), &HeaderMap::new());
    }
    for _ in 0..20 {
        assert!((0..40).all(|number| find(&format!("/hot/{number}"))));
    }
    for number in 0..2_000 {
        store.keep(key(&format!("/cold/{number}")), entry(10_000), &HeaderMap::new());
    }
    let still = (0..40).filter(|number| find(&format!("/hot/{number}"))).count();
    assert!(still >= 36, "{still} of 40 hot keys are left after a scan of five times the cache");
}

#[test]
fn e182_ten_thousand_keys_go_at_once() {
    let store = store(256 << 20);
    for number in 0..10_000 {
        store.keep(key(&format!("/assets/{number}")), entry(100), &HeaderMap::new());
        store.keep(key(&format!("/pages/{number}")), entry(100), &HeaderMap::new());
    }
    assert_eq!(store.drop_urls(&[Urls::of_pattern("/assets/*")]), 10_000);
    assert_eq!(store.size().0, 10_000);
}
