//! YAML events into the tree. The parser is young, so it is known in this file alone.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

use super::{DEPTH_MAXIMUM, Entry, Kind, NODES_MAXIMUM, Node, Scalar, note_duplicates};
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};

pub(super) fn read(source: &Source, problems: &mut Vec<Diagnostic>) -> Option<Node> {
    let mut builder = Builder {
        source,
        offsets: character_offsets(&source.text),
        open: Vec::new(),
        root: None,
        anchors: HashMap::new(),
        nodes: 0,
        problems,
    };
    let finished = builder.run();
    let root = builder.root.take();
    match finished {
        Ok(()) if root.is_none() => {
            problems.push(
                Diagnostic::error("empty-template", "the template is empty")
                    .help("`davy init` writes one to start from"),
            );
            None
        }
        Ok(()) => root,
        Err(problem) => {
            problems.push(*problem);
            None
        }
    }
}

/// Collections that are open, innermost last.
///
/// ```text
/// MappingStart ─► Open::Mapping { name: None }
///   Scalar     ─► Open::Mapping { name: Some }     a name waits for its value
///   any value  ─► an entry, and name: None
/// MappingEnd   ─► a node, given to the one around it
/// ```
struct Builder<'a> {
    source: &'a Source,
    /// Byte offsets of characters; empty for ASCII, where they are the same.
    offsets: Vec<usize>,
    open: Vec<Open>,
    root: Option<Node>,
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    problems: &'a mut Vec<Diagnostic>,
}

struct Open {
    collection: Collection,
    tag: Option<String>,
    anchor: usize,
    start: usize,
    nodes_before: usize,
}

enum Collection {
    Sequence(Vec<Node>),
    Mapping { entries: Vec<Entry>, name: Option<(String, Span)> },
}

type Finished = Result<(), Box<Diagnostic>>;

impl Builder<'_> {
    fn run(&mut self) -> Finished {
        let text = self.source.text.clone();
        let mut parser = Parser::new_from_str(&text);
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| self.malformed(error.info(), *error.marker()))?;
            let place = Span { start: self.offset(span.start), end: self.offset(span.end) };
            if matches!(event, Event::DocumentStart(_)) && self.root.is_some() {
                self.problems.push(
                    Diagnostic::warning("second-document", "the file holds a second document")
                        .at(place)
                        .label("it and all after it is ignored")
                        .help("a template is one document: remove the `---`"),
                );
                return Ok(());
            }
            self.take(event, place)?;
        }
        Ok(())
    }

    fn take(&mut self, event: Event<'_>, place: Span) -> Finished {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.count(1, place)?;
                let quoted = style != ScalarStyle::Plain;
                // An empty value has no place of its own in the text.
                let kind = Kind::Scalar(Scalar { text: plain(&text, quoted), quoted });
                let node = tagged(tag.as_deref(), Node { kind, span: place });
                self.finish(node, anchor, 1, tag.is_some())
            }
            Event::SequenceStart(anchor, tag) => {
                self.enter(Collection::Sequence(Vec::new()), anchor, tag.as_deref(), place)
            }
            Event::MappingStart(anchor, tag) => {
                let collection = Collection::Mapping { entries: Vec::new(), name: None };
                self.enter(collection, anchor, tag.as_deref(), place)
            }
            Event::SequenceEnd | Event::MappingEnd => self.leave(place),
            Event::Alias(anchor) => self.alias(anchor, place),
            _ => Ok(()),
        }
    }

    fn enter(&mut self, collection: Collection, anchor: usize, tag: Option<&Tag>, place: Span) -> Finished {
        if self.open.len() >= DEPTH_MAXIMUM {
            let message = format!("the template is nested more than {DEPTH_MAXIMUM} deep");
            return Err(Box::new(Diagnostic::error("too-deep", message).at(place)));
        }
        self.count(1, place)?;
        let tag = tag.and_then(function_name);
        let nodes_before = self.nodes;
        self.open.push(Open { collection, tag, anchor, start: place.start, nodes_before });
        Ok(())
    }

    fn leave(&mut self, place: Span) -> Finished {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let span = Span { start: open.start, end: place.end };
        let node = match open.collection {
            Collection::Sequence(nodes) => Node { kind: Kind::Sequence(nodes), span },
            Collection::Mapping { entries, .. } => {
                note_duplicates(&entries, self.open.is_empty(), self.problems);
                self.note_merge_keys(&entries);
                Node::mapping(entries, span)
            }
        };
        let size = self.nodes - open.nodes_before + 1;
        let node = match open.tag {
            Some(name) => call(name, node),
            None => node,
        };
        self.finish(node, open.anchor, size, false)
    }

    /// Gives a whole value to the collection around it.
    fn finish(&mut self, node: Node, anchor: usize, size: usize, tagged: bool) -> Finished {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            self.root.get_or_insert(node);
            return Ok(());
        };
        match &mut open.collection {
            Collection::Sequence(nodes) => nodes.push(node),
            Collection::Mapping { entries, name } => match name.take() {
                Some((name, name_span)) => entries.push(Entry { name, name_span, value: node }),
                None => match node.kind {
                    Kind::Scalar(scalar) if !tagged => *name = Some((scalar.text, node.span)),
                    _ => {
                        let message = "a map's name must be a plain text";
                        return Err(Box::new(Diagnostic::error("bad-key", message).at(node.span)));
                    }
                },
            },
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, place: Span) -> Finished {
        let Some((mut node, size)) = self.anchors.get(&anchor).cloned() else {
            let message = "this alias names a value that is not finished before it";
            return Err(Box::new(Diagnostic::error("bad-alias", message).at(place)));
        };
        self.count(size, place)?;
        if depth(&node) + self.open.len() > DEPTH_MAXIMUM {
            let message = format!("with its aliases the template is nested more than {DEPTH_MAXIMUM} deep");
            return Err(Box::new(Diagnostic::error("too-deep", message).at(place)));
        }
        self.problems.push(
            Diagnostic::warning("alias", "CloudFormation reads no YAML aliases")
                .at(place)
                .help("`davy build`, `sam` and `aws cloudformation package` write the value out; pasting this file into the AWS console fails"),
        );
        node.span = place;
        self.finish(node, 0, size, false)
    }

    fn count(&mut self, more: usize, place: Span) -> Finished {
        self.nodes += more;
        if self.nodes > NODES_MAXIMUM {
            let message =
                format!("the template has more than {NODES_MAXIMUM} values, its aliases written out");
            return Err(Box::new(Diagnostic::error("too-large", message).at(place)));
        }
        Ok(())
    }

    fn note_merge_keys(&mut self, entries: &[Entry]) {
        if let Some(merge) = entries.iter().find(|entry| entry.name == "<<") {
            self.problems.push(
                Diagnostic::error("merge-key", "CloudFormation does not expand YAML merge keys")
                    .at(merge.name_span)
                    .help("write the merged entries out, or put what functions share into Globals"),
            );
        }
    }

    fn malformed(&self, info: &str, marker: Marker) -> Box<Diagnostic> {
        let start = self.offset(marker);
        let problem = Diagnostic::error("malformed-yaml", format!("the text is not YAML: {info}"))
            .at(Span { start, end: start + 1 });
        let line = self.source.position(start).line;
        let tab = self
            .source
            .text
            .lines()
            .nth(line - 1)
            .is_some_and(|line| line.trim_start_matches(' ').starts_with('\t'));
        Box::new(if tab { problem.help("YAML indents by spaces; this line has a tab") } else { problem })
    }

    fn offset(&self, marker: Marker) -> usize {
        if self.offsets.is_empty() {
            return marker.index().min(self.source.text.len());
        }
        self.offsets.get(marker.index()).copied().unwrap_or(self.source.text.len())
    }
}

/// `!GetAtt` is `Fn::GetAtt`; YAML's own tags (`!!str`) and `!` alone say nothing.
fn function_name(tag: &Tag) -> Option<String> {
    match (tag.handle.as_str(), tag.suffix.as_str()) {
        ("!", "") => None,
        ("!", "Ref") => Some("Ref".to_owned()),
        ("!", "Condition") => Some("Condition".to_owned()),
        ("!", suffix) => Some(format!("Fn::{suffix}")),
        _ => None,
    }
}

fn tagged(tag: Option<&Tag>, node: Node) -> Node {
    match tag.and_then(function_name) {
        Some(name) => call(name, node),
        None => node,
    }
}

fn call(name: String, argument: Node) -> Node {
    let span = argument.span;
    Node { kind: Kind::Call { name, argument: Box::new(argument) }, span }
}

/// `~` and `null` are nothing.
fn plain(text: &str, quoted: bool) -> String {
    match text {
        "~" | "null" | "Null" | "NULL" if !quoted => String::new(),
        text => text.to_owned(),
    }
}

fn depth(node: &Node) -> usize {
    match &node.kind {
        Kind::Scalar(_) => 1,
        Kind::Sequence(nodes) => 1 + nodes.iter().map(depth).max().unwrap_or(0),
        Kind::Mapping(entries) => 1 + entries.iter().map(|entry| depth(&entry.value)).max().unwrap_or(0),
        Kind::Call { argument, .. } => 1 + depth(argument),
    }
}

fn character_offsets(text: &str) -> Vec<usize> {
    if text.is_ascii() {
        return Vec::new();
    }
    text.char_indices().map(|(offset, _)| offset).collect()
}
