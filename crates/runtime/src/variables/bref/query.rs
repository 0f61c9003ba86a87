//! A query string the way Bref makes it: read as PHP reads one, and written anew.

use std::collections::HashMap;
use std::fmt::Write as _;

/// Reads a query and writes it again, per RFC 3986, brackets encoded and indices explicit.
pub(super) fn normalized(query: &str) -> String {
    let pairs: Vec<(&str, Option<&str>)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').map_or((pair, None), |(name, value)| (name, Some(value))))
        .collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for (name, value) in &pairs {
        // Compared before decoding; a name that occurs twice is a list, though PHP says otherwise.
        if value.is_some() && !["[", "%5B", "%5b"].iter().any(|bracket| name.contains(bracket)) {
            *counts.entry(name).or_default() += 1;
        }
    }
    let mut tree = Tree::default();
    for (name, value) in pairs {
        let repeated = value.is_some() && counts.get(name).is_some_and(|&count| count > 1);
        let Some(mut path) = path(name) else { continue };
        if repeated {
            path.keys.push(Key::Next);
        }
        if path.keys.len() <= NESTING_MAX {
            tree.set(path.name, &path.keys, decoded(value.unwrap_or_default()));
        }
    }
    let mut out = String::with_capacity(query.len() + 16);
    for (name, node) in &tree.members {
        node.write(&encoded(name), &mut out);
    }
    out
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
pub(super) fn encoded(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 8);
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Where a value goes: `a[b][]` is `a`, then `b`, then the next index.
struct Path {
    name: Vec<u8>,
    keys: Vec<Key>,
}

enum Key {
    Named(Vec<u8>),
    Next,
}

/// Reads a variable's name as PHP does, but that dots and spaces written as such stay in its first part;
/// `None` if nothing is left of it.
fn path(raw: &str) -> Option<Path> {
    let raw = raw.replace('+', " ");
    let (first, rest) = raw.split_at(raw.find('[').unwrap_or(raw.len()));
    // Dots and spaces that came encoded are PHP's to replace.
    let mut name: Vec<u8> = Vec::with_capacity(first.len());
    let first = if rest.is_empty() { first.trim() } else { first.trim_start() };
    for part in first.split_inclusive(['.', ' ']) {
        let (text, kept) = match part.strip_suffix(['.', ' ']) {
            Some(text) => (text, part.as_bytes().last().copied()),
            None => (part, None),
        };
        name.extend(
            decoded(text).into_iter().map(|byte| if matches!(byte, b'.' | b' ') { b'_' } else { byte }),
        );
        name.extend(kept);
    }
    let mut rest = decoded(rest);
    // Brackets may have come encoded as well.
    if let Some(start) = name.iter().position(|&byte| byte == b'[') {
        let mut tail = name.split_off(start);
        tail.append(&mut rest);
        rest = tail;
    }
    if let Some(end) = name.iter().position(|&byte| byte == 0) {
        name.truncate(end);
        rest.clear();
    }
    if name.is_empty() {
        return None;
    }
    let mut keys = Vec::new();
    let mut rest = rest.as_slice();
    while let Some(inner) = rest.strip_prefix(b"[") {
        let Some(end) = inner.iter().position(|&byte| byte == b']') else {
            if keys.is_empty() {
                // A bracket that is never closed belongs to the name, as an underscore.
                name.extend(
                    rest.iter().map(|&byte| if matches!(byte, b'[' | b'.' | b' ') { b'_' } else { byte }),
                );
            }
            break;
        };
        let key = &inner[..end];
        keys.push(if key.is_empty() { Key::Next } else { Key::Named(key.to_vec()) });
        rest = &inner[end + 1..];
    }
    Some(Path { name, keys })
}

/// `+` is a space, and an escape that is none stays.
fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let digit = |at: usize| bytes.get(at).and_then(|&byte| char::from(byte).to_digit(16));
        match (bytes[index], digit(index + 1), digit(index + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high << 4 | low).unwrap_or_default());
                index += 2;
            }
            (b'+', ..) => out.push(b' '),
            (byte, ..) => out.push(byte),
        }
        index += 1;
    }
    out
}

/// PHP's array: members in the order in which they were first set.
#[derive(Default)]
struct Tree {
    members: Vec<(Vec<u8>, Node)>,
    /// Where each name's member is, so that thousands of names stay fast.
    places: HashMap<Vec<u8>, usize>,
    next: i64,
}

enum Node {
    Value(Vec<u8>),
    Tree(Tree),
}

impl Tree {
    fn set(&mut self, name: Vec<u8>, keys: &[Key], value: Vec<u8>) {
        let place = self.places.get(&name).copied().unwrap_or_else(|| {
            if let Some(index) = integer(&name) {
                self.next = self.next.max(index.saturating_add(1));
            }
            self.places.insert(name.clone(), self.members.len());
            self.members.push((name, Node::Value(Vec::new())));
            self.members.len() - 1
        });
        let node = &mut self.members[place].1;
        let Some((key, deeper)) = keys.split_first() else {
            *node = Node::Value(value);
            return;
        };
        if !matches!(node, Node::Tree(_)) {
            *node = Node::Tree(Self::default());
        }
        if let Node::Tree(tree) = node {
            let key = match key {
                Key::Named(key) => key.clone(),
                Key::Next => tree.next.to_string().into_bytes(),
            };
            tree.set(key, deeper, value);
        }
    }
}

impl Node {
    fn write(&self, name: &str, out: &mut String) {
        match self {
            Self::Value(value) => {
                if !out.is_empty() {
                    out.push('&');
                }
                out.push_str(name);
                out.push('=');
                out.push_str(&encoded(value));
            }
            Self::Tree(tree) => {
                for (key, node) in &tree.members {
                    node.write(&format!("{name}%5B{}%5D", encoded(key)), out);
                }
            }
        }
    }
}

/// The number that PHP takes a key for.
fn integer(key: &[u8]) -> Option<i64> {
    let number: i64 = std::str::from_utf8(key).ok()?.parse().ok()?;
    (number.to_string().as_bytes() == key).then_some(number)
}

/// `max_input_nesting_level`: a name that goes deeper is left out.
const NESTING_MAX: usize = 64;
