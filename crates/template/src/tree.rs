//! The template as written: scalars stay raw text, calls of intrinsic functions are told apart,
//! and everything knows its place.

mod json;
mod yaml;

use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};

/// One value, as written.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Scalar(Scalar),
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
    /// `!Ref X` and `{Ref: X}`, `!Sub …` and `{"Fn::Sub": …}`: named by the long form.
    Call {
        name: String,
        argument: Box<Node>,
    },
}

/// A scalar's text. `012345678901`, `2010-09-09` and `yes` are kept as they are: what they mean
/// depends on the property they are for.
#[derive(Clone, Debug)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    pub(crate) quoted: bool,
}

/// One pair of a mapping.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) name_span: Span,
    pub(crate) value: Node,
}

/// Reads the text as JSON if it begins like an object and is one, else as YAML.
///
/// `None` if there is no document to speak of; `problems` says why.
pub(crate) fn read(source: &Source, problems: &mut Vec<Diagnostic>) -> Option<Node> {
    if source.text.len() > TEXT_MAXIMUM {
        let message = format!(
            "the template has {} bytes; CloudFormation takes {TEXT_MAXIMUM} at most",
            source.text.len()
        );
        problems.push(Diagnostic::error("too-large", message).help("split it into nested stacks"));
        return None;
    }
    if source.text.trim_start().starts_with('{')
        && let Some(root) = json::read(source, problems)
    {
        return Some(root);
    }
    yaml::read(source, problems)
}

impl Node {
    /// A mapping of one entry that is named as an intrinsic function is a call of it.
    fn mapping(entries: Vec<Entry>, span: Span) -> Node {
        let call = |entry: &Entry| entry.name == "Ref" || entry.name.starts_with("Fn::");
        let loops = |entry: &Entry| entry.name.starts_with("Fn::ForEach::");
        match <[Entry; 1]>::try_from(entries) {
            Ok([entry]) if call(&entry) && !loops(&entry) => {
                let argument = Box::new(entry.value);
                Node { kind: Kind::Call { name: entry.name, argument }, span }
            }
            Ok([entry]) => Node { kind: Kind::Mapping(vec![entry]), span },
            Err(entries) => Node { kind: Kind::Mapping(entries), span },
        }
    }

    pub(crate) fn scalar(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The value of that name; the last one, if it is written twice.
    pub(crate) fn member(&self, name: &str) -> Option<&Node> {
        self.entry(name).map(|entry| &entry.value)
    }

    pub(crate) fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries().iter().rev().find(|entry| entry.name == name)
    }

    /// What the value is, for a message.
    pub(crate) fn description(&self) -> String {
        match &self.kind {
            Kind::Scalar(scalar) if scalar.text.is_empty() => "nothing".to_owned(),
            Kind::Scalar(_) => "a single value".to_owned(),
            Kind::Sequence(_) => "a list".to_owned(),
            Kind::Mapping(_) => "a map".to_owned(),
            Kind::Call { name, .. } => format!("a call of {name}"),
        }
    }
}

/// Says of a name that is written twice that its last value holds.
fn note_duplicates(entries: &[Entry], top: bool, problems: &mut Vec<Diagnostic>) {
    for (index, entry) in entries.iter().enumerate() {
        let Some(earlier) = entries[..index].iter().rev().find(|other| other.name == entry.name) else {
            continue;
        };
        let place = if top { "at the top of the template" } else { "in one map" };
        problems.push(
            Diagnostic::warning("duplicate-key", format!("`{}` is written twice {place}", entry.name))
                .at(entry.name_span)
                .label("this one holds")
                .related(earlier.name_span, "this one is lost")
                .help("keep one of the two: the SAM CLI takes the last, other tools refuse the file"),
        );
    }
}

/// CloudFormation's limit for a template in S3.
const TEXT_MAXIMUM: usize = 1024 * 1024;

/// Deeper than any real template; keeps every walk over the tree within the stack.
const DEPTH_MAXIMUM: usize = 60;

/// What aliases may make of a text ("billion laughs").
const NODES_MAXIMUM: usize = 200_000;
