//! A template's problems: all of them, each with its place, its resource and its mend.

mod render;

use std::sync::Arc;

use serde_json::{Value, json};

pub use self::render::Appearance;
use crate::model::Position;
use crate::source::{Source, Span};

/// Every problem of one template, in the order of the text.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    source: Arc<Source>,
    problems: Vec<Diagnostic>,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    severity: Severity,
    code: &'static str,
    message: String,
    place: Option<Span>,
    position: Option<Position>,
    label: String,
    related: Vec<Related>,
    resource: Option<String>,
    help: Vec<String>,
}

/// A second place that a problem has to do with.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Related {
    place: Span,
    label: String,
}

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The template can be neither run nor deployed as it stands.
    Error,
    /// It runs, but probably not as meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl Diagnostics {
    pub(crate) fn new(source: Arc<Source>, mut problems: Vec<Diagnostic>) -> Diagnostics {
        for problem in &mut problems {
            problem.position = problem.place.map(|place| source.position(place.start));
        }
        problems.sort_by_key(|problem| (problem.place, problem.severity));
        problems.dedup();
        Diagnostics { source, problems }
    }

    /// The problems, in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.problems.iter()
    }

    /// How many there are of one severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.problems.iter().filter(|problem| problem.severity == severity).count()
    }

    /// Whether the template can be neither run nor deployed as it stands.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// The text for a person: each problem with its lines, underlined.
    pub fn render(&self, appearance: Appearance) -> String {
        let rendered = self.problems.iter().map(|problem| render::render(&self.source, problem, appearance));
        rendered.collect::<Vec<_>>().join("\n\n")
    }

    /// One object for each problem, for programs.
    pub fn to_json(&self) -> Value {
        self.problems.iter().map(|problem| problem.to_json(&self.source)).collect()
    }
}

impl Diagnostic {
    pub(crate) fn error(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, code, message.into())
    }

    pub(crate) fn warning(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Warning, code, message.into())
    }

    pub(crate) fn note(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Note, code, message.into())
    }

    fn new(severity: Severity, code: &'static str, message: String) -> Diagnostic {
        Diagnostic {
            severity,
            code,
            message,
            place: None,
            position: None,
            label: String::new(),
            related: Vec::new(),
            resource: None,
            help: Vec::new(),
        }
    }

    pub(crate) fn at(mut self, place: Span) -> Diagnostic {
        self.place = Some(place);
        self
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = label.into();
        self
    }

    pub(crate) fn related(mut self, place: Span, label: impl Into<String>) -> Diagnostic {
        self.related.push(Related { place, label: label.into() });
        self
    }

    pub(crate) fn of_resource(mut self, logical_id: &str) -> Diagnostic {
        self.resource.get_or_insert_with(|| logical_id.to_owned());
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help.push(help.into());
        self
    }

    pub(crate) fn is_error_within(&self, span: Span) -> bool {
        let inside = |place: Span| span.start <= place.start && place.end <= span.end;
        self.severity == Severity::Error && self.place.is_some_and(inside)
    }

    /// How much it matters.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// A short stable name of the kind of problem: `unknown-property`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where; nothing for what is not in the text, as a parameter given on the command line.
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// The logical id of the resource it is in.
    pub fn resource(&self) -> Option<&str> {
        self.resource.as_deref()
    }

    /// What to do about it.
    pub fn mend(&self) -> &[String] {
        &self.help
    }

    fn to_json(&self, source: &Source) -> Value {
        let end = self.place.map(|place| source.position(source.visible(place).end));
        json!({
            "severity": self.severity.name(),
            "code": self.code,
            "message": self.message,
            "file": source.path.display().to_string(),
            "line": self.position.map(|position| position.line),
            "column": self.position.map(|position| position.column),
            "endLine": end.map(|end| end.line),
            "endColumn": end.map(|end| end.column),
            "label": self.label,
            "resource": self.resource,
            "help": self.help,
        })
    }
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}
