//! S3's documents: writing them, and reading what clients send into a plain tree.

use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::{BytesRef, Event};

/// A document under construction.
#[derive(Debug)]
pub(crate) struct Document {
    text: String,
}

impl Document {
    /// A document of S3's namespace.
    pub(crate) fn of(root: &str, fill: impl FnOnce(&mut Self)) -> String {
        Self::rooted(root, &format!(" xmlns=\"{NAMESPACE}\""), fill)
    }

    /// A document of S3's namespace with nothing but text.
    pub(crate) fn with_text(root: &str, text: &str) -> String {
        Self::of(root, |xml| xml.text.push_str(&escape(text)))
    }

    /// A document without one: an error.
    pub(crate) fn plain(root: &str, fill: impl FnOnce(&mut Self)) -> String {
        Self::rooted(root, "", fill)
    }

    /// An element with elements in it.
    pub(crate) fn element(&mut self, name: &str, fill: impl FnOnce(&mut Self)) {
        self.put(&["<", name, ">"]);
        fill(self);
        self.put(&["</", name, ">"]);
    }

    /// An element whose type is an attribute, as grantees have it.
    pub(crate) fn typed(&mut self, name: &str, kind: &str, fill: impl FnOnce(&mut Self)) {
        self.put(&[
            "<",
            name,
            " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"",
            kind,
            "\">",
        ]);
        fill(self);
        self.put(&["</", name, ">"]);
    }

    /// An element with text in it.
    pub(crate) fn text(&mut self, name: &str, text: impl AsRef<str>) {
        self.put(&["<", name, ">", &escape(text.as_ref()), "</", name, ">"]);
    }

    /// An element with text in it, if there is one.
    pub(crate) fn text_if(&mut self, name: &str, text: Option<impl AsRef<str>>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    fn rooted(root: &str, attributes: &str, fill: impl FnOnce(&mut Self)) -> String {
        let mut document = Self { text: DECLARATION.to_owned() };
        document.put(&["<", root, attributes, ">"]);
        fill(&mut document);
        document.put(&["</", root, ">"]);
        document.text
    }

    fn put(&mut self, parts: &[&str]) {
        for part in parts {
            self.text.push_str(part);
        }
    }
}

/// An element that was read: its name without a prefix, its text, its elements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    /// Reads a document whose root is `root`; `None` if it is malformed or another.
    pub(crate) fn read(document: &[u8], root: &str) -> Option<Self> {
        Self::parse(document).filter(|element| element.name == root)
    }

    /// The first element of that name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first element of that name.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }

    /// Every element of that name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    fn parse(document: &[u8]) -> Option<Self> {
        let mut reader = Reader::from_reader(document);
        let mut open: Vec<Self> = Vec::new();
        let mut root = None;
        loop {
            match reader.read_event().ok()? {
                Event::Start(start) if root.is_none() && open.len() < DEEPEST => {
                    open.push(Self::named(start.local_name().as_ref())?);
                }
                Event::Empty(start) if root.is_none() => {
                    let element = Self::named(start.local_name().as_ref())?;
                    match open.last_mut() {
                        Some(parent) => parent.children.push(element),
                        None => root = Some(element),
                    }
                }
                Event::End(_) => {
                    let element = open.pop()?;
                    match open.last_mut() {
                        Some(parent) => parent.children.push(element),
                        None => root = Some(element),
                    }
                }
                Event::Text(text) => {
                    let text = text.decode().ok()?;
                    match open.last_mut() {
                        Some(element) => element.text.push_str(&text),
                        None if text.trim().is_empty() => {}
                        None => return None,
                    }
                }
                Event::CData(data) => open.last_mut()?.text.push_str(&data.decode().ok()?),
                Event::GeneralRef(reference) => open.last_mut()?.text.push(resolve(&reference)?),
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
                Event::Eof if open.is_empty() => return root,
                // A DOCTYPE could define entities without end; S3 takes none either.
                Event::Eof | Event::DocType(_) | Event::Start(_) | Event::Empty(_) => return None,
            }
        }
    }

    fn named(name: &[u8]) -> Option<Self> {
        Some(Self { name: std::str::from_utf8(name).ok()?.to_owned(), ..Self::default() })
    }
}

/// The character that `&amp;`, `&#38;` and their like stand for.
fn resolve(reference: &BytesRef<'_>) -> Option<char> {
    if reference.is_char_ref() {
        return reference.resolve_char_ref().ok()?;
    }
    Some(match reference.decode().ok()?.as_ref() {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
/// No document of S3's is deeper than this.
const DEEPEST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let text = Document::of("Delete", |xml| {
            xml.element("Object", |xml| xml.text("Key", "a<&>\"' é\t"));
            xml.text("Quiet", "true");
        });
        let root = Element::read(text.as_bytes(), "Delete").unwrap();
        assert_eq!(root.child("Object").unwrap().text_of("Key"), Some("a<&>\"' é\t"));
        assert_eq!(root.text_of("Quiet"), Some("true"));
    }

    #[test]
    fn prefixes_references_and_empty_elements() {
        let text = b"<?xml version='1.0'?>\n<s3:Delete xmlns:s3='x'><Quiet/><Key>a&#x20AC;&amp;<![CDATA[<b>]]></Key></s3:Delete>\n";
        let root = Element::read(text, "Delete").unwrap();
        assert_eq!(root.text_of("Quiet"), Some(""));
        assert_eq!(root.text_of("Key"), Some("a€&<b>"));
    }

    #[test]
    fn what_is_malformed_or_another_is_none() {
        let deep = "<a>".repeat(100_000);
        for text in [
            "",
            "text",
            "<Delete>",
            "<Delete></Other>",
            "<Other/>",
            "<!DOCTYPE a><Delete/>",
            "<Delete/><Delete/>",
            &deep,
        ] {
            assert_eq!(Element::read(text.as_bytes(), "Delete"), None);
        }
    }
}
