//! An object's key ↔ the path of its file, below a bucket's folder.
//!
//! ```text
//! assets/style.css      assets/style.css
//! a/../b//c             a/%2E%2E/b/%empty/c
//! folder/               folder/%empty
//! 50%                   50%25
//! x{300}                x{200}%+/x{100}       a name has 255 bytes at most
//! a, beside a/b         a%                    a file and a folder cannot share a name
//! ```
//!
//! Every file name stands for one piece of a key and is read back to it exactly, so no two keys
//! share a file, and no piece is `.`, `..` or holds a slash, so no key leaves the folder. Escapes of
//! a byte have two hex digits after `%`; the other marks have something else there.

use std::fmt::Write as _;
use std::path::PathBuf;

/// A key that S3 takes: 1 to 1,024 bytes of UTF-8.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(String);

/// Where a key's file is, relative to the bucket's folder of objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    /// The folders on the way.
    pub(crate) folder: PathBuf,
    /// The file's name.
    pub(crate) name: String,
}

impl Key {
    /// `None` if it is empty or too long.
    pub(crate) fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        (1..=LONGEST_KEY).contains(&text.len()).then_some(Self(text))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn location(&self) -> Location {
        let mut names = Vec::new();
        for segment in self.0.split('/') {
            encode(segment, &mut names);
        }
        let name = names.pop().unwrap_or_default();
        Location { folder: names.iter().collect(), name }
    }
}

impl Location {
    /// Its name when a folder has the plain one.
    pub(crate) fn displaced_name(&self) -> String {
        displaced(&self.name)
    }

    /// The name of the file with what is known about the object.
    pub(crate) fn record_name(&self) -> String {
        format!("{}{RECORD}", self.name)
    }
}

/// The name of a file whose plain name a folder has.
pub(crate) fn displaced(name: &str) -> String {
    format!("{name}{DISPLACED}")
}

/// The folders that hold every key beginning with `prefix`: those of its whole segments.
pub(crate) fn folder_of(prefix: &str) -> PathBuf {
    let Some((whole, _)) = prefix.rsplit_once('/') else { return PathBuf::new() };
    let mut names = Vec::new();
    for segment in whole.split('/') {
        encode(segment, &mut names);
    }
    names.iter().collect()
}

/// What a folder of that name adds to the keys of its objects; `None` if it is none of ours.
pub(crate) fn read_folder(name: &str) -> Option<String> {
    match name.strip_suffix(CONTINUED) {
        Some(piece) => decode(piece),
        None => decode(name).map(|segment| segment + "/"),
    }
}

/// What a file of that name adds to its folder's part of the key; `None` if it is none of ours.
pub(crate) fn read_file(name: &str) -> Option<String> {
    decode(name.strip_suffix(DISPLACED).unwrap_or(name))
}

/// A segment's file names: one, or several where it is too long for one.
fn encode(segment: &str, names: &mut Vec<String>) {
    if segment.is_empty() {
        names.push(EMPTY.to_owned());
        return;
    }
    let mut piece = String::new();
    for character in segment.chars() {
        let mut bytes = [0; 4];
        let bytes = character.encode_utf8(&mut bytes).as_bytes();
        let escaped = character.is_ascii_control() || character == '%';
        let length = if escaped { bytes.len() * 3 } else { bytes.len() };
        if piece.len() + length > LONGEST_PIECE {
            names.push(without_dots(std::mem::take(&mut piece)) + CONTINUED);
        }
        if escaped {
            for byte in bytes {
                let _ = write!(piece, "%{byte:02X}");
            }
        } else {
            piece.push(character);
        }
    }
    names.push(without_dots(piece));
}

fn without_dots(piece: String) -> String {
    if piece == "." || piece == ".." { piece.replace('.', "%2E") } else { piece }
}

/// Reads one file name back; only what [`encode`] writes is accepted.
fn decode(name: &str) -> Option<String> {
    if name == EMPTY {
        return Some(String::new());
    }
    let bytes: Vec<u8> = percent_encoding::percent_decode_str(name).collect();
    let segment =
        String::from_utf8(bytes).ok().filter(|segment| !segment.is_empty() && !segment.contains('/'))?;
    let mut names = Vec::new();
    encode(&segment, &mut names);
    (names == [name]).then_some(segment)
}

/// Source: S3 user guide, "Object key naming guidelines".
const LONGEST_KEY: usize = 1_024;
/// Bytes of a piece's name: 255, less room for the longest mark.
const LONGEST_PIECE: usize = 200;
const EMPTY: &str = "%empty";
const CONTINUED: &str = "%+";
const DISPLACED: &str = "%";
const RECORD: &str = "%.json";

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[track_caller]
    fn check(key: &str, expected: &str) {
        let location = Key::new(key).unwrap().location();
        assert_eq!(location.folder.join(&location.name), Path::new(expected), "{key}");
        assert_eq!(read_back(&location), key);
    }

    #[test]
    fn ordinary_keys_are_their_own_paths() {
        check("index.html", "index.html");
        check("assets/css/style.css", "assets/css/style.css");
        check("été/日本 x+y&z.txt", "été/日本 x+y&z.txt");
        check(".well-known/a", ".well-known/a");
    }

    #[test]
    fn odd_keys_stay_inside_and_apart() {
        check("..", "%2E%2E");
        check("a/../../etc/passwd", "a/%2E%2E/%2E%2E/etc/passwd");
        check("./a", "%2E/a");
        check("/a", "%empty/a");
        check("a//b", "a/%empty/b");
        check("folder/", "folder/%empty");
        check("%empty", "%25empty");
        check("50%", "50%25");
        check("%2E%2E", "%252E%252E");
        check("a\n\0b", "a%0A%00b");
        check("...", "...");
    }

    #[test]
    fn a_long_name_is_split_where_a_character_ends() {
        let key = "é".repeat(300);
        check(&key, &format!("{0}%+/{0}%+/{0}", "é".repeat(100)));
        let dots = format!("{}..", "x".repeat(200));
        check(&dots, &format!("{}%+/%2E%2E", "x".repeat(200)));
    }

    #[test]
    fn lengths_that_s3_refuses() {
        assert_eq!(Key::new(""), None);
        assert_eq!(Key::new("k".repeat(1_025)), None);
        assert!(Key::new("k".repeat(1_024)).is_some());
    }

    #[test]
    fn names_that_no_key_has_are_left_alone() {
        for name in ["50%.txt", "%2e", "%61", "a%2Fb", "%"] {
            assert_eq!(read_file(name), None, "{name}");
        }
    }

    #[test]
    fn a_prefix_leads_to_the_folder_of_its_whole_segments() {
        assert_eq!(folder_of("assets/cs"), Path::new("assets"));
        assert_eq!(folder_of("assets/../"), Path::new("assets/%2E%2E"));
        assert_eq!(folder_of("ass"), Path::new(""));
    }

    fn read_back(location: &Location) -> String {
        let folders = location.folder.iter().map(|name| read_folder(name.to_str().unwrap()).unwrap());
        folders.collect::<String>() + &read_file(&location.name).unwrap()
    }
}
