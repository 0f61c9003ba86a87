//! Which script a request runs.

use crate::settings::Settings;

/// The script that answers a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Script {
    /// Its name below the document root, with a leading slash.
    pub(crate) name: String,
    /// What follows the script in the path; empty means there is none.
    pub(crate) path_info: String,
}

/// The front controller, with what follows its name if the path names it.
///
/// `path` is decoded.
pub(crate) fn front_controller(settings: &Settings, path: &str) -> Script {
    let name = settings.front_controller.clone();
    let path_info = match path.strip_prefix(name.as_str()) {
        Some(rest) if rest.starts_with('/') => rest.to_owned(),
        _ => String::new(),
    };
    Script { name, path_info }
}

/// A path with its escapes undone; an escape that is none stays.
pub(crate) fn decode(path: &str) -> String {
    if !path.contains('%') {
        return path.to_owned();
    }
    let bytes = path.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let escaped = (bytes[index] == b'%')
            .then(|| bytes.get(index + 1..index + 3))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(escaped.unwrap_or(bytes[index]));
        index += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}
