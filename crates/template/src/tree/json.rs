//! JSON text into the tree, with places. YAML's parser would take most of it, but neither tabs
//! nor escaped surrogate pairs.

use super::{DEPTH_MAXIMUM, Entry, Kind, Node, Scalar, note_duplicates};
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};

/// `None` if the text is not JSON: it may be YAML's flow style yet.
pub(super) fn read(source: &Source, problems: &mut Vec<Diagnostic>) -> Option<Node> {
    let mut noted = Vec::new();
    let mut reader = Reader { text: &source.text, at: 0, problems: &mut noted };
    let root = reader.value(0)?;
    reader.space();
    if reader.at != source.text.len() {
        return None;
    }
    problems.append(&mut noted);
    Some(root)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    problems: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Option<Node> {
        if depth > DEPTH_MAXIMUM {
            return None;
        }
        self.space();
        let start = self.at;
        let kind = match self.peek()? {
            b'{' => return self.object(depth),
            b'[' => self.array(depth)?,
            b'"' => Kind::Scalar(Scalar { text: self.string()?, quoted: true }),
            _ => self.word()?,
        };
        Some(Node { kind, span: Span { start, end: self.at } })
    }

    fn object(&mut self, depth: usize) -> Option<Node> {
        let start = self.at;
        self.at += 1;
        let mut entries = Vec::new();
        self.space();
        while self.peek()? != b'}' {
            if !entries.is_empty() {
                self.expect(b',')?;
                self.space();
            }
            let name_start = self.at;
            let name = self.string()?;
            let name_span = Span { start: name_start, end: self.at };
            self.space();
            self.expect(b':')?;
            entries.push(Entry { name, name_span, value: self.value(depth + 1)? });
            self.space();
        }
        self.at += 1;
        note_duplicates(&entries, depth == 0, self.problems);
        Some(Node::mapping(entries, Span { start, end: self.at }))
    }

    fn array(&mut self, depth: usize) -> Option<Kind> {
        self.at += 1;
        let mut nodes = Vec::new();
        self.space();
        while self.peek()? != b']' {
            if !nodes.is_empty() {
                self.expect(b',')?;
            }
            nodes.push(self.value(depth + 1)?);
            self.space();
        }
        self.at += 1;
        Some(Kind::Sequence(nodes))
    }

    /// The escapes are `serde_json`'s affair; only the end of the string is looked for here.
    fn string(&mut self) -> Option<String> {
        let start = self.at;
        self.expect(b'"')?;
        loop {
            match self.peek()? {
                b'\\' => self.at += 2,
                b'"' => break,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        serde_json::from_str(self.text.get(start..self.at)?).ok()
    }

    fn word(&mut self) -> Option<Kind> {
        let rest = &self.text[self.at..];
        let length = rest.find(|next: char| !next.is_ascii_alphanumeric() && !"+-.".contains(next));
        let word = &rest[..length.unwrap_or(rest.len())];
        serde_json::from_str::<serde::de::IgnoredAny>(word).ok()?;
        self.at += word.len();
        let text = if word == "null" { String::new() } else { word.to_owned() };
        Some(Kind::Scalar(Scalar { text, quoted: false }))
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }
}
