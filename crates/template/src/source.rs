//! A template's text with its places: byte ranges into lines and columns.

use std::path::{Path, PathBuf};

use crate::model::Position;

/// A file as it was read.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    line_starts: Vec<usize>,
}

/// A range of bytes in the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Source {
    pub(crate) fn new(path: &Path, text: String) -> Source {
        let breaks = text.match_indices('\n').map(|(index, _)| index + 1);
        let line_starts = std::iter::once(0).chain(breaks).collect();
        Source { path: path.to_owned(), line_starts, text }
    }

    pub(crate) fn position(&self, offset: usize) -> Position {
        let offset = self.boundary(offset);
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self.line_starts[line - 1];
        Position { line, column: self.text[start..offset].chars().count() + 1 }
    }

    /// The byte at a position.
    pub(crate) fn offset(&self, position: Position) -> usize {
        let line = position.line.clamp(1, self.line_starts.len());
        let start = self.line_starts[line - 1];
        let column = self.text[start..].char_indices().nth(position.column.saturating_sub(1));
        column.map_or(self.text.len(), |(offset, _)| start + offset)
    }

    pub(crate) fn slice(&self, span: Span) -> &str {
        let start = self.boundary(span.start);
        &self.text[start..self.boundary(span.end).max(start)]
    }

    /// The range that an underline can take: within the text, on character boundaries, not empty
    /// where the text has something to show, and without the line breaks at its end.
    pub(crate) fn visible(&self, span: Span) -> Span {
        let start = self.boundary(span.start);
        let text = self.slice(span).trim_end();
        if !text.is_empty() {
            return Span { start, end: start + text.len() };
        }
        let next = self.text[start..].chars().next().filter(|next| *next != '\n');
        Span { start, end: start + next.map_or(0, char::len_utf8) }
    }

    /// The place of `needle` within `span`, else the whole of it.
    pub(crate) fn find(&self, span: Span, needle: &str) -> Span {
        let start = self.boundary(span.start);
        match self.slice(span).find(needle) {
            Some(index) => Span { start: start + index, end: start + index + needle.len() },
            None => span,
        }
    }

    fn boundary(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}
