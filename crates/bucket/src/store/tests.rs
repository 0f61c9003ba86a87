//! Objects on disk: side by side, replaced, removed, edited by hand, and after a crash.

use std::convert::Infallible;
use std::io::{Seek, Write};
use std::sync::atomic::AtomicBool;

use super::*;
use crate::record::HeaderText;

#[test]
fn an_object_is_a_plain_file_at_its_key_with_its_record_beside() {
    let bucket = Bucket::new();
    bucket.put("assets/style.css", "body{}");
    let root = bucket.folder.path();
    assert_eq!(fs::read_to_string(root.join("objects/assets/style.css")).unwrap(), "body{}");
    assert!(root.join("metadata/assets/style.css%.json").is_file());
    assert_eq!(bucket.get("assets/style.css").as_deref(), Some("body{}"));
    assert_eq!(bucket.get("assets"), None);
    assert_eq!(bucket.get("assets/style.css/x"), None);
}

#[test]
fn a_key_and_keys_below_it_live_side_by_side_in_either_order() {
    let bucket = Bucket::new();
    bucket.put("a", "1");
    bucket.put("a/b/c", "2");
    bucket.put("a/b", "3");
    bucket.put("a/", "4");
    bucket.put("a", "5");
    for (key, expected) in [("a", "5"), ("a/b/c", "2"), ("a/b", "3"), ("a/", "4")] {
        assert_eq!(bucket.get(key).as_deref(), Some(expected), "{key}");
    }
    assert_eq!(bucket.store.keys("").unwrap(), ["a", "a/", "a/b", "a/b/c"]);
    for key in ["a/b/c", "a/", "a/b"] {
        bucket.delete(key);
    }
    bucket.put("a", "6");
    assert_eq!(bucket.get("a").as_deref(), Some("6"));
    bucket.delete("a");
    assert_eq!(bucket.store.keys("").unwrap(), [""; 0]);
}

#[test]
fn odd_keys_are_kept_apart_and_listed_in_byte_order() {
    let long = "long".repeat(200);
    let mut keys =
        ["..", "../x", ".", "/", "//", "a%", "a%25", "a//b", "a/../b", "a-b", "é", "\u{1}", "a.json", "a"]
            .map(str::to_owned)
            .to_vec();
    keys.push(long.clone());
    keys.push(format!("{long}/{long}", long = "l".repeat(500)));
    let bucket = Bucket::new();
    for key in &keys {
        bucket.put(key, key);
    }
    for key in &keys {
        assert_eq!(bucket.get(key).as_ref(), Some(key));
    }
    keys.sort();
    assert_eq!(bucket.store.keys("").unwrap(), keys);
    assert_eq!(bucket.store.keys("a/../").unwrap(), ["a/../b"]);
    assert_eq!(bucket.store.keys("lon").unwrap(), [long]);
    let outside: Vec<_> =
        fs::read_dir(bucket.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(outside.len(), 3, "{outside:?}");
}

#[test]
fn deleting_leaves_no_empty_folders() {
    let bucket = Bucket::new();
    bucket.put("a/b/c", "1");
    assert!(bucket.delete("a/b/c"));
    assert!(!bucket.delete("a/b/c"));
    assert_eq!(fs::read_dir(bucket.folder.path().join("objects")).unwrap().count(), 0);
    assert_eq!(fs::read_dir(bucket.folder.path().join("metadata")).unwrap().count(), 0);
}

#[test]
fn an_opened_object_stays_as_it_was() {
    let bucket = Bucket::new();
    bucket.put("k", "old");
    let mut object = bucket.store.object(&key("k")).unwrap().unwrap();
    bucket.put("k", "newer");
    let mut text = String::new();
    object.file.read_to_string(&mut text).unwrap();
    assert_eq!((text.as_str(), object.record.stamp.size), ("old", 3));
}

#[test]
fn a_file_put_or_edited_by_hand_is_an_object() {
    let bucket = Bucket::new();
    let path = bucket.folder.path().join("objects/by-hand.css");
    fs::write(&path, "one").unwrap();
    let record = bucket.store.record(&key("by-hand.css")).unwrap().unwrap();
    assert_eq!(record.headers["content-type"], "text/css");
    assert_eq!(record.etag, "f97c5d29941bfb1b2fdab0874906ab82");
    bucket
        .store
        .update(&key("by-hand.css"), |record| {
            record.metadata.insert("note".to_owned(), HeaderText::read(b"kept"));
        })
        .unwrap();
    fs::write(&path, "three").unwrap();
    let record = bucket.store.record(&key("by-hand.css")).unwrap().unwrap();
    assert_eq!(record.etag, "35d6d33467aae9a2e3dccb4b6b027878");
    assert_eq!(record.metadata["note"], HeaderText::read(b"kept"));
}

#[test]
fn between_the_two_renames_the_old_object_is_still_whole() {
    let bucket = Bucket::new();
    let old = bucket.put("k", "old");
    let new = Record { etag: "new".to_owned(), stamp: Stamp { size: 5, modified: 1 }, ..Record::default() };
    let records = Records { records: vec![new, old.clone()] };
    bucket.store.write_records(&key("k").location(), &records, Durability::Volatile).unwrap();
    assert_eq!(bucket.store.record(&key("k")).unwrap(), Some(old));
}

#[test]
fn a_refused_condition_changes_nothing() {
    let bucket = Bucket::new();
    bucket.put("k", "old");
    let (draft, mut file) = bucket.store.draft().unwrap();
    file.write_all(b"new").unwrap();
    let refused =
        bucket.store.publish(&key("k"), draft, &file, Record::default(), Durability::Volatile, |present| {
            assert_eq!(present.unwrap().stamp.size, 3);
            Err("no")
        });
    assert!(matches!(refused, Err(Refused::Condition("no"))));
    assert_eq!(bucket.get("k").as_deref(), Some("old"));
    assert_eq!(fs::read_dir(bucket.store.uploads()).unwrap().count(), 0);
}

#[test]
fn drafts_of_a_crash_are_swept_at_the_next_start() {
    let bucket = Bucket::new();
    let (draft, _file) = bucket.store.draft().unwrap();
    std::mem::forget(draft);
    Store::open(bucket.folder.path(), 1).unwrap();
    assert_eq!(
        fs::read_dir(bucket.store.uploads()).unwrap().count(),
        1,
        "of the same run, so perhaps in use"
    );
    Store::open(bucket.folder.path(), 2).unwrap();
    assert_eq!(fs::read_dir(bucket.store.uploads()).unwrap().count(), 0);
}

#[test]
fn no_time_is_given_twice() {
    let bucket = Bucket::new();
    let now = Timestamp::from_millis(5);
    let times: Vec<u64> = (0..3).map(|_| bucket.store.next_time(now)).collect();
    assert!(times.is_sorted() && times[0] != times[1] && times[1] != times[2], "{times:?}");
}

#[test]
fn readers_see_whole_objects_while_a_writer_replaces_them() {
    let bucket = Bucket::new();
    bucket.put("k", "0");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for length in 1..200 {
                bucket.put("k", &"x".repeat(length));
            }
            done.store(true, Ordering::Release);
        });
        while !done.load(Ordering::Acquire) {
            let mut object = bucket.store.object(&key("k")).unwrap().unwrap();
            object.file.rewind().unwrap();
            assert_eq!(md5_of(&mut object.file).unwrap(), object.record.etag);
        }
    });
}

#[test]
fn writers_of_keys_within_each_other_do_not_hinder_one_another() {
    let bucket = Bucket::new();
    let keys = ["a", "a/b", "a/b/c", "a/"];
    std::thread::scope(|scope| {
        for key in keys {
            let bucket = &bucket;
            scope.spawn(move || {
                for round in 0..60 {
                    let text = format!("{key} in round {round}");
                    bucket.put(key, &text);
                    assert_eq!(bucket.get(key), Some(text));
                    if round % 3 == 0 {
                        assert!(bucket.delete(key));
                        assert_eq!(bucket.get(key), None);
                    }
                }
            });
        }
    });
    assert_eq!(bucket.store.keys("").unwrap(), ["a", "a/", "a/b", "a/b/c"]);
}

struct Bucket {
    store: Store,
    folder: tempfile::TempDir,
}

impl Bucket {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { store: Store::open(folder.path(), 1).unwrap(), folder }
    }

    fn put(&self, name: &str, text: &str) -> Record {
        let (draft, mut file) = self.store.draft().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let modified = self.store.next_time(Timestamp::from_millis(1_000));
        let etag = crate::hex(&Md5::digest(text));
        let record = Record { etag, stamp: Stamp { size: 0, modified }, ..Record::default() };
        let agreed = |_: Option<&Record>| Ok::<(), Infallible>(());
        self.store.publish(&key(name), draft, &file, record, Durability::Volatile, agreed).unwrap()
    }

    fn get(&self, name: &str) -> Option<String> {
        let mut object = self.store.object(&key(name)).unwrap()?;
        let mut text = String::new();
        object.file.read_to_string(&mut text).unwrap();
        Some(text)
    }

    fn delete(&self, name: &str) -> bool {
        self.store.delete(&key(name), |_| Ok::<(), Infallible>(())).unwrap()
    }
}

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}
