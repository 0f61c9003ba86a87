use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use trace::Timestamp;

use super::*;
use crate::entry::{EntryHead, Vary};
use crate::freshness::Terms;

fn entry(body: &str, language: Option<&str>) -> Entry {
    let headers = [("content-type", "text/x"), ("x-bytes", "a")]
        .map(|(name, value)| (name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap()));
    let head = EntryHead {
        status: StatusCode::OK,
        headers: headers.into_iter().collect(),
        terms: Terms {
            lifetime: Duration::from_mins(1),
            age: Duration::from_secs(1),
            received: Timestamp::from_micros(5),
            while_revalidating: Duration::ZERO,
            if_error: Duration::from_secs(7),
        },
        varies: language
            .map(|language| Vary { name: http::header::ACCEPT_LANGUAGE, value: Some(language.into()) })
            .into_iter()
            .collect(),
        origin_tag: Some("\"1\"".parse().unwrap()),
    };
    Entry::new(head, Bytes::copy_from_slice(body.as_bytes()))
}

fn key(text: &str) -> Key {
    Key::from_parts(text.as_bytes().into(), text.len()).unwrap()
}

fn open(folder: &Path, bytes: u64) -> Disk {
    Disk::open(DiskSettings { folder: folder.to_owned(), bytes }).unwrap()
}

fn bodies(disk: &Disk, name: &str) -> Vec<Bytes> {
    disk.find(&key(name)).iter().map(|entry| entry.body.clone()).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let shelves = fs::read_dir(folder).unwrap().map(|shelf| shelf.unwrap().path());
    shelves.flat_map(|shelf| fs::read_dir(shelf).unwrap()).map(|file| file.unwrap().path()).collect()
}

#[test]
fn answers_survive_a_restart_with_all_their_facts() {
    let folder = tempfile::tempdir().unwrap();
    let disk = open(folder.path(), 1 << 20);
    disk.keep(&key("/a"), &entry("first", None)).unwrap();
    disk.keep(&key("/a"), &entry("second", None)).unwrap();
    drop(disk);
    let disk = open(folder.path(), 1 << 20);
    assert!(disk.has(&key("/a")) && !disk.has(&key("/b")));
    let found = disk.find(&key("/a"));
    let (kept, original) = (&found[0], entry("second", None));
    assert_eq!((found.len(), &kept.body), (1, &original.body));
    assert_eq!(kept.head.headers, original.head.headers);
    assert_eq!(kept.head.terms, original.head.terms);
    assert_eq!(kept.head.origin_tag, original.head.origin_tag);
}

#[test]
fn variants_are_files_of_their_own_and_purged_together() {
    let folder = tempfile::tempdir().unwrap();
    let disk = open(folder.path(), 1 << 20);
    disk.keep(&key("/a"), &entry("da", Some("da"))).unwrap();
    disk.keep(&key("/a"), &entry("en", Some("en"))).unwrap();
    disk.keep(&key("/b"), &entry("b", None)).unwrap();
    assert_eq!(bodies(&disk, "/a"), ["en", "da"]);
    assert_eq!(disk.drop_where(|key| key.url().starts_with(b"/a")), 2);
    assert_eq!(files(folder.path()).len(), 1);
}

#[test]
fn a_file_that_is_not_whole_is_never_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let disk = open(folder.path(), 1 << 20);
    disk.keep(&key("/a"), &entry("some body", None)).unwrap();
    let path = files(folder.path()).remove(0);
    let whole = fs::read(&path).unwrap();
    for length in [0, 5, 14, 20, whole.len() - 40, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        let disk = open(folder.path(), 1 << 20);
        assert!(bodies(&disk, "/a").is_empty(), "cut to {length}");
        assert!(files(folder.path()).is_empty());
    }
    let mut flipped = whole.clone();
    let body = whole.len() - 35;
    flipped[body] ^= 1;
    fs::write(&path, flipped).unwrap();
    assert!(bodies(&open(folder.path(), 1 << 20), "/a").is_empty());
}

#[test]
fn what_a_crash_left_half_written_is_swept() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("ab")).unwrap();
    fs::write(folder.path().join("ab/abcd.new"), "half").unwrap();
    open(folder.path(), 1 << 20);
    assert!(files(folder.path()).is_empty());
}

#[test]
fn the_oldest_go_when_the_budget_is_spent() {
    let folder = tempfile::tempdir().unwrap();
    let body = "x".repeat(1_000);
    let disk = open(folder.path(), 4_000);
    for name in ["/a", "/b", "/c", "/d"] {
        disk.keep(&key(name), &entry(&body, None)).unwrap();
    }
    assert!(bodies(&disk, "/a").is_empty());
    assert_eq!(bodies(&disk, "/d").len(), 1);
    assert!(disk.lock().bytes <= 4_000);
}
