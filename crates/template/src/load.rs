//! The whole way: a file into a model, or into the reasons why not.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::build::Builder;
use crate::cycles;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::globals::Globals;
use crate::model::{Model, OutsideValue};
use crate::parameters;
use crate::resolve::Resolver;
use crate::sections::Sections;
use crate::source::{Source, Span};
use crate::tree;

/// What a template is resolved with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// Values of the template's parameters; and of what it takes from outside, by
    /// [`OutsideValue::name`].
    pub overrides: BTreeMap<String, String>,
    /// `AWS::AccountId`.
    pub account: String,
    /// `AWS::Region`.
    pub region: String,
    /// `AWS::StackName`.
    pub stack_name: String,
}

/// Reads templates.
#[derive(Debug)]
pub struct Template;

impl Parameters {
    /// The local account and region, and a stack that is named after the template's folder.
    pub fn local(template: &Path) -> Parameters {
        let folder = template.parent().filter(|parent| !parent.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize().unwrap_or_default();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Parameters {
            overrides: BTreeMap::new(),
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
            stack_name: stack_name(&name),
        }
    }
}

impl Template {
    /// Reads and resolves the file. There is a model exactly if there is no error.
    pub fn load(path: &Path, parameters: &Parameters) -> (Option<Model>, Diagnostics) {
        match fs::read(path) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Template::read(&text, path, parameters),
                Err(error) => {
                    let message = format!(
                        "the template is not UTF-8 text: byte {} is none",
                        error.utf8_error().valid_up_to()
                    );
                    refused(path, Diagnostic::error("unreadable", message))
                }
            },
            Err(error) => refused(
                path,
                Diagnostic::error("unreadable", format!("the template cannot be read: {error}")),
            ),
        }
    }

    /// Resolves a text that is, or would be, at `path`: what it names is looked for beside that.
    /// There is a model exactly if there is no error.
    pub fn read(text: &str, path: &Path, parameters: &Parameters) -> (Option<Model>, Diagnostics) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let source = Arc::new(Source::new(path, text.to_owned()));
        let mut problems = Vec::new();
        let model = resolve(&source, parameters, &mut problems);
        let diagnostics = Diagnostics::new(source, problems);
        (model.filter(|_| !diagnostics.has_errors()), diagnostics)
    }
}

/// Takes any bytes as a template: it must neither panic nor run away.
pub fn fuzz_template(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let path = Path::new("/nonexistent/template.yaml");
    let (_, diagnostics) = Template::read(&text, path, &Parameters::local(path));
    diagnostics.render(crate::diagnostic::Appearance::Plain);
    diagnostics.to_json();
}

fn resolve(source: &Source, parameters: &Parameters, problems: &mut Vec<Diagnostic>) -> Option<Model> {
    let root = tree::read(source, problems)?;
    let sections = Sections::read(&root, problems)?;
    if sections.resources.len() > RESOURCES_MAXIMUM {
        let message = format!(
            "the template has {} resources; CloudFormation takes {RESOURCES_MAXIMUM} at most",
            sections.resources.len()
        );
        problems.push(Diagnostic::error("too-large", message).help("split it into nested stacks"));
        return None;
    }
    let values = parameters::read(source, sections.section("Parameters"), &parameters.overrides, problems);
    let globals = Globals::read(&sections, problems);
    cycles::check(&sections, &globals, problems);
    let resolver = Resolver::new(source, sections, parameters, values, std::mem::take(problems));
    let folder = beside(&source.path);
    let mut model = Builder::new(&resolver, &globals, &folder).build();
    let (found, outside) = resolver.into_findings();
    problems.extend(found);
    let mut named = HashSet::new();
    let first = outside.iter().filter(|value| named.insert(subject(&value.name)));
    problems.extend(first.map(|value| note_outside(source, value)));
    model.outside = outside;
    Some(model)
}

/// What a value belongs to: all attributes of one resource are named once.
fn subject(name: &str) -> &str {
    if name.starts_with("resource:") { name.split('.').next().unwrap_or(name) } else { name }
}

fn note_outside(source: &Source, value: &OutsideValue) -> Diagnostic {
    let place = source.span_of(value.position);
    let (message, help) = match value.name.split_once(':') {
        Some(("resource", name)) => (
            format!("`{name}` is in AWS only: a made-up value stands in for it"),
            format!(
                "what uses it fails here; put a value of your own into .davy/parameters.yaml as `'{}': …`",
                value.name
            ),
        ),
        Some(("import", export)) => (
            format!("`{export}` is exported by another stack: `{}` stands in for it", value.stand_in),
            format!("put its value into .davy/parameters.yaml as `'{}': …`", value.name),
        ),
        Some(_) => (
            format!("AWS alone can resolve this: `{}` stands in for it", value.stand_in),
            format!("put its value into .davy/parameters.yaml as `'{}': …`", value.name),
        ),
        None => (
            format!("the parameter `{}` has no default: `{}` stands in for it", value.name, value.stand_in),
            format!("give it by `--parameter {}=…`, or put it into .davy/parameters.yaml", value.name),
        ),
    };
    Diagnostic::warning("outside-value", message).at(place).help(help)
}

fn refused(path: &Path, problem: Diagnostic) -> (Option<Model>, Diagnostics) {
    let source = Arc::new(Source::new(path, String::new()));
    (None, Diagnostics::new(source, vec![problem]))
}

/// The folder that relative paths start from.
fn beside(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::path::absolute(parent).unwrap_or_else(|_| parent.to_owned())
}

/// A folder's name as CloudFormation takes it for a stack: lower case, `[a-z0-9-]`, a letter first.
fn stack_name(folder: &str) -> String {
    let lower = folder.to_ascii_lowercase();
    let letters = lower.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' });
    let name: String = letters.collect();
    let name = name.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
    match name.chars().next() {
        None => "stack".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("stack-{name}"),
        Some(_) => name.chars().take(100).collect(),
    }
}

impl Source {
    /// The rest of the name that begins at a position.
    fn span_of(&self, position: crate::model::Position) -> Span {
        let start = self.offset(position);
        let end = self.text[start..].find(|next: char| next.is_whitespace() || "},'\"]:".contains(next));
        Span { start, end: end.map_or(self.text.len(), |end| start + end) }
    }
}

/// CloudFormation's limit.
const RESOURCES_MAXIMUM: usize = 500;
