//! Two JSON values, and where they differ.

use serde_json::Value;

/// JSON pointers of everything that differs, with both sides.
pub(crate) fn differences(expected: &Value, found: &Value) -> Vec<(String, String)> {
    let mut list = Vec::new();
    collect("", Some(expected), Some(found), &mut list);
    list
}

fn collect(pointer: &str, expected: Option<&Value>, found: Option<&Value>, list: &mut Vec<(String, String)>) {
    if let (Some(Value::Object(expected)), Some(Value::Object(found))) = (expected, found) {
        let mut names: Vec<&String> = expected.keys().chain(found.keys()).collect();
        names.sort();
        names.dedup();
        for name in names {
            let escaped = name.replace('~', "~0").replace('/', "~1");
            collect(&format!("{pointer}/{escaped}"), expected.get(name), found.get(name), list);
        }
    } else if expected != found {
        let shown = |value: Option<&Value>| value.map_or("nothing".to_owned(), ToString::to_string);
        list.push((pointer.to_owned(), format!("recorded {}, made {}", shown(expected), shown(found))));
    }
}

/// Whether the difference is only between null, an empty value and a missing key.
pub(crate) fn only_absent(expected: &Value, found: &Value, pointer: &str) -> bool {
    let nothing = |value: Option<&Value>| match value {
        None | Some(Value::Null) => true,
        Some(Value::Object(map)) => map.is_empty(),
        _ => false,
    };
    nothing(expected.pointer(pointer)) && nothing(found.pointer(pointer))
}
