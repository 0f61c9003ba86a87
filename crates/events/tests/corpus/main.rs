//! The recorded corpus against the front ends: every case that has a client's half is played, and
//! what comes out must be what was recorded, apart from the differences that stand in a table.

#![expect(clippy::unwrap_used, reason = "a test stops where the corpus is not as its index says")]

mod compare;
mod requests;
mod responses;

use std::path::{Path, PathBuf};

use serde_json::Value;

/// One case of `INDEX.json`.
struct Case {
    id: String,
    trust: String,
    entry: Value,
}

impl Case {
    /// All of them.
    fn all() -> Vec<Self> {
        let index: Value = serde_json::from_slice(&read("INDEX.json")).unwrap();
        let cases = index["cases"].as_array().unwrap();
        let text = |entry: &Value, name: &str| entry[name].as_str().unwrap().to_owned();
        cases
            .iter()
            .map(|entry| Self { id: text(entry, "id"), trust: text(entry, "trust"), entry: entry.clone() })
            .collect()
    }

    /// The bytes of one of its files, if it has it.
    fn file(&self, kind: &str) -> Option<Vec<u8>> {
        self.entry["files"][kind].as_str().map(read)
    }

    fn json(&self, kind: &str) -> Option<Value> {
        self.file(kind).map(|bytes| serde_json::from_slice(&bytes).unwrap())
    }

    /// `http-api-v2`, `rest`, …
    fn kind(&self) -> &str {
        self.id.split('/').next().unwrap()
    }

    fn is(&self, direction: &str) -> bool {
        self.id.split('/').nth(1) == Some(direction)
    }

    /// A list of strings under `compare`.
    fn compare(&self, name: &str) -> Vec<&str> {
        let list = self.entry["compare"][name].as_array();
        list.into_iter().flatten().map(|item| item.as_str().unwrap()).collect()
    }
}

/// 89 cases are played here. The rest have an event and no client, or a return value and no answer:
/// samples, a console's test button and a health check, which the function's side reads.
#[test]
fn every_case_is_accounted_for() {
    let cases = Case::all();
    let played = |case: &&Case| {
        let halves = ["request.json", "response.json", "cases.json", "stream.json"];
        let whole = halves.iter().any(|half| case.entry["files"].get(half).is_some());
        whole || (case.is("request") && requests::is_raw_capture(case))
    };
    assert_eq!((cases.iter().filter(played).count(), cases.len()), (89, 115));
}

fn read(name: &str) -> Vec<u8> {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/http-events").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
