//! A template with other paths: what a build made stands where its sources were named.
//!
//! Only the values change; comments, order and style of the text stay.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use crate::load::Template;
use crate::source::{Source, Span};
use crate::tree::{self, Node};

impl Template {
    /// Sets properties of resources: `("Website", "CodeUri")` to a text. A property that the resource
    /// has from `Globals` alone is written into it.
    ///
    /// `None` if the text is no template, or has no such resource with properties.
    pub fn with_paths(text: &str, paths: &BTreeMap<(String, String), String>) -> Option<String> {
        let source = Source::new(Path::new("template.yaml"), text.to_owned());
        let root = tree::read(&source, &mut Vec::new())?;
        let mut edits: Vec<(Span, String)> = Vec::new();
        for ((logical_id, property), value) in paths {
            let properties = root.member("Resources")?.member(logical_id)?.member("Properties")?;
            edits.push(edit(&source, properties, property, value)?);
        }
        edits.sort();
        let mut rewritten = text.to_owned();
        for (span, replacement) in edits.into_iter().rev() {
            rewritten.replace_range(span.start..span.end, &replacement);
        }
        Some(rewritten)
    }
}

fn edit(source: &Source, properties: &Node, property: &str, value: &str) -> Option<(Span, String)> {
    // A JSON text is a YAML text too.
    let quoted = serde_json::Value::from(value).to_string();
    if let Some(written) = properties.member(property) {
        let span = source.visible(written.span);
        // `CodeUri: {Bucket: …}` in block style ends with its line break, which has to stay.
        return Some((span, quoted));
    }
    let first = properties.entries().first()?.name_span;
    let before = source.text.get(..first.start)?;
    let line = &before[before.rfind('\n').map_or(0, |index| index + 1)..];
    let json = source.text.get(first.start..)?.starts_with('"');
    let name = if json { serde_json::Value::from(property).to_string() } else { property.to_owned() };
    let place = Span { start: first.start, end: first.start };
    // In block style nothing but blanks is before a name.
    let after = if line.trim().is_empty() && !json { format!("\n{line}") } else { ", ".to_owned() };
    Some((place, format!("{name}: {quoted}{after}")))
}
