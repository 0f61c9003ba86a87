//! Nodes into values: every intrinsic function is carried out, every reference followed.

mod conditions;
mod functions;
mod network;
mod references;
mod substitution;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::load::Parameters;
use crate::model::OutsideValue;
use crate::parameters::ParameterValues;
use crate::sections::Sections;
use crate::source::{Source, Span};
use crate::tree::{Entry, Kind, Node};
use crate::value::{Data, Member, Value};

/// What a walk over the template shares: the sections, what is known, what was found.
///
/// Its inner cells hold results only; nothing of it is seen outside this crate.
pub(crate) struct Resolver<'t> {
    pub(crate) source: &'t Source,
    pub(crate) sections: Sections<'t>,
    pub(crate) settings: &'t Parameters,
    parameters: BTreeMap<String, Value>,
    problems: RefCell<Vec<Diagnostic>>,
    outside: RefCell<Vec<OutsideValue>>,
    /// Physical names; `None` while one is being worked out.
    names: RefCell<BTreeMap<String, Option<String>>>,
    conditions: RefCell<BTreeMap<String, Progress>>,
    /// The resource that problems are put down to.
    resource: RefCell<Option<String>>,
    /// How much text may be made yet.
    budget: Cell<usize>,
    budget_noted: Cell<bool>,
    /// How deep the walk is: names and conditions lead from one resource to the next.
    depth: Cell<usize>,
}

/// How far a condition is worked out.
#[derive(Clone, Copy)]
enum Progress {
    Begun,
    /// `None`: it cannot be said, and why has been said.
    Done(Option<bool>),
}

impl<'t> Resolver<'t> {
    pub(crate) fn new(
        source: &'t Source,
        sections: Sections<'t>,
        settings: &'t Parameters,
        parameters: ParameterValues,
        problems: Vec<Diagnostic>,
    ) -> Resolver<'t> {
        Resolver {
            source,
            sections,
            settings,
            parameters: parameters.values,
            problems: RefCell::new(problems),
            outside: RefCell::new(parameters.outside),
            names: RefCell::default(),
            conditions: RefCell::default(),
            resource: RefCell::default(),
            budget: Cell::new(TEXT_BUDGET),
            budget_noted: Cell::new(false),
            depth: Cell::new(0),
        }
    }

    pub(crate) fn into_findings(self) -> (Vec<Diagnostic>, Vec<OutsideValue>) {
        (self.problems.into_inner(), self.outside.into_inner())
    }

    /// Runs `work` with its problems put down to one resource.
    pub(crate) fn within<T>(&self, logical_id: &str, work: impl FnOnce() -> T) -> T {
        let before = self.resource.replace(Some(logical_id.to_owned()));
        let result = work();
        self.resource.replace(before);
        result
    }

    pub(crate) fn report(&self, problem: Diagnostic) {
        let problem = match self.resource.borrow().as_deref() {
            Some(resource) => problem.of_resource(resource),
            None => problem,
        };
        self.problems.borrow_mut().push(problem);
    }

    /// Whether what is written there is known to be wrong: then its consequences need no words.
    pub(crate) fn has_error_within(&self, span: Span) -> bool {
        self.problems.borrow().iter().any(|problem| problem.is_error_within(span))
    }

    /// A value that only AWS or the user can give: what the user gave for it, or else `stand_in`.
    pub(crate) fn take_from_outside(&self, name: &str, stand_in: String, span: Span) -> String {
        if let Some(given) = self.settings.overrides.get(name) {
            return given.clone();
        }
        let position = self.source.position(span.start);
        let mut outside = self.outside.borrow_mut();
        if !outside.iter().any(|value| value.name == name) {
            outside.push(OutsideValue { name: name.to_owned(), stand_in: stand_in.clone(), position });
        }
        stand_in
    }

    /// The value of a node.
    pub(crate) fn resolve(&self, node: &Node) -> Value {
        self.deeper(node.span, || self.resolve_here(node)).unwrap_or_else(|| Value::unknown(node.span))
    }

    /// Runs `work` one level deeper, unless that is too deep.
    fn deeper<T>(&self, span: Span, work: impl FnOnce() -> T) -> Option<T> {
        let depth = self.depth.get();
        if depth > DEPTH_MAXIMUM {
            if !self.budget_noted.replace(true) {
                let message = "the references of this template lead on and on";
                self.report(Diagnostic::error("too-deep", message).at(span));
            }
            return None;
        }
        self.depth.set(depth + 1);
        let result = work();
        self.depth.set(depth);
        Some(result)
    }

    fn resolve_here(&self, node: &Node) -> Value {
        let span = node.span;
        match &node.kind {
            Kind::Scalar(scalar) if scalar.text.is_empty() && !scalar.quoted => Value::absent(span),
            Kind::Scalar(scalar) => {
                let text = self.dynamic(&scalar.text, span);
                Value { data: Data::Text { text, quoted: scalar.quoted }, span }
            }
            Kind::Sequence(nodes) => {
                let items = nodes.iter().map(|node| self.resolve(node));
                let items = items.filter(|item| !matches!(item.data, Data::Absent));
                Value { data: Data::List(items.collect()), span }
            }
            Kind::Mapping(entries) => self.resolve_entries(entries, span),
            Kind::Call { name, argument } => self.call(name, argument, span),
        }
    }

    fn resolve_entries(&self, entries: &[Entry], span: Span) -> Value {
        let mut members = Vec::new();
        for entry in entries {
            if entry.name.starts_with("Fn::") || entry.name == "Ref" {
                self.report(misplaced_function(entry));
                continue;
            }
            let value = self.resolve(&entry.value);
            if !matches!(value.data, Data::Absent) {
                members.push(Member { name: entry.name.clone(), name_span: entry.name_span, value });
            }
        }
        Value { data: Data::Map(members), span }
    }

    /// Counts text that was made; beyond the limit nothing more is.
    fn spend(&self, text: String, span: Span) -> Value {
        let left = self.budget.get();
        if text.len() > TEXT_MAXIMUM || text.len() > left {
            if !self.budget_noted.replace(true) {
                let message = "the functions of this template make more text than any template may have";
                self.report(Diagnostic::error("too-large", message).at(span));
            }
            return Value::unknown(span);
        }
        self.budget.set(left - text.len());
        Value::text_of(text, span)
    }
}

fn misplaced_function(entry: &Entry) -> Diagnostic {
    let name = &entry.name;
    let problem = match name.strip_prefix("Fn::ForEach::") {
        Some(_) => Diagnostic::error("unsupported-function", "Davy does not run Fn::ForEach")
            .help("write out what the loop makes"),
        None => Diagnostic::error("misplaced-function", format!("{name} stands beside other entries"))
            .help("a function call is a map of its own, with one entry"),
    };
    problem.at(entry.name_span)
}

/// Keeps the walk within the stack of any thread.
const DEPTH_MAXIMUM: usize = 200;

/// One text that functions make.
const TEXT_MAXIMUM: usize = 256 * 1024;

/// All texts that functions make.
const TEXT_BUDGET: usize = 16 * 1024 * 1024;
