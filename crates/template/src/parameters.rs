//! `Parameters`: declarations and what is given for them, into values.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::model::{OutsideValue, Position};
use crate::nearest::nearest;
use crate::source::Source;
use crate::tree::{Entry, Kind, Node};
use crate::value::{Data, Value};

/// What each parameter is, and those that nobody has given.
pub(crate) struct ParameterValues {
    pub(crate) values: BTreeMap<String, Value>,
    pub(crate) outside: Vec<OutsideValue>,
}

/// Takes the value given, else the default, else a stand-in.
pub(crate) fn read(
    source: &Source,
    declared: &[Entry],
    given: &BTreeMap<String, String>,
    problems: &mut Vec<Diagnostic>,
) -> ParameterValues {
    let mut read = ParameterValues { values: BTreeMap::new(), outside: Vec::new() };
    for entry in declared {
        let parameter = Parameter::of(entry, problems);
        let given_text = given.get(&entry.name).map(String::as_str);
        let text = given_text.or(parameter.default).map_or_else(
            || parameter.ask(source.position(entry.name_span.start), &mut read.outside),
            str::to_owned,
        );
        parameter.check(&text, given_text.is_some(), problems);
        let value = parameter.value(&text);
        read.values.insert(entry.name.clone(), value);
    }
    for name in given.keys().filter(|name| !is_reference(name)) {
        if !read.values.contains_key(name) {
            problems.push(unknown(name, declared));
        }
    }
    read
}

/// Whether an override stands for an import or a dynamic reference, not for a parameter.
fn is_reference(name: &str) -> bool {
    name.contains(':')
}

fn unknown(name: &str, declared: &[Entry]) -> Diagnostic {
    let message = format!("the template has no parameter `{name}`, but a value is given for it");
    let problem = Diagnostic::error("unknown-parameter", message);
    let names = || declared.iter().map(|entry| entry.name.as_str());
    match nearest(name, names()) {
        Some(name) => problem.help(format!("did you mean `{name}`?")),
        None if declared.is_empty() => problem.help("it has no `Parameters` at all"),
        None => problem.help(format!("its parameters are {}", names().collect::<Vec<_>>().join(", "))),
    }
}

/// One declaration.
struct Parameter<'t> {
    entry: &'t Entry,
    kind: &'t str,
    default: Option<&'t str>,
}

impl<'t> Parameter<'t> {
    fn of(entry: &'t Entry, problems: &mut Vec<Diagnostic>) -> Parameter<'t> {
        let node = &entry.value;
        let kind = node.member("Type").and_then(Node::scalar).unwrap_or_else(|| {
            problems.push(
                Diagnostic::error("no-type", format!("the parameter `{}` has no `Type`", entry.name))
                    .at(entry.name_span)
                    .help("most are `Type: String`"),
            );
            "String"
        });
        let known = KINDS.contains(&kind) || kind.starts_with("AWS::") || kind.starts_with("List<AWS::");
        if !known {
            let place = node.member("Type").map_or(entry.name_span, |kind| kind.span);
            let problem =
                Diagnostic::error("bad-parameter-type", format!("`{kind}` is no type of a parameter"))
                    .at(place);
            problems.push(match nearest(kind, KINDS.iter().copied()) {
                Some(name) => problem.help(format!("did you mean `{name}`?")),
                None => problem.help(format!("types are {}, and AWS's own", KINDS.join(", "))),
            });
        }
        for attribute in node.entries().iter().filter(|entry| !ATTRIBUTES.contains(&entry.name.as_str())) {
            let message = format!("`{}` is no attribute of a parameter", attribute.name);
            let problem = Diagnostic::error("unknown-attribute", message).at(attribute.name_span);
            problems.push(match nearest(&attribute.name, ATTRIBUTES.iter().copied()) {
                Some(name) => problem.help(format!("did you mean `{name}`?")),
                None => problem,
            });
        }
        Parameter { entry, kind, default: node.member("Default").and_then(Node::scalar) }
    }

    /// A value from outside, which has to be asked for.
    fn ask(&self, position: Position, outside: &mut Vec<OutsideValue>) -> String {
        let first_allowed = self.allowed().and_then(|allowed| allowed.first()?.scalar());
        let minimum = self.attribute("MinValue");
        let stand_in = first_allowed.or(minimum).map_or_else(
            || if self.is_number() { "1".to_owned() } else { self.entry.name.clone() },
            str::to_owned,
        );
        outside.push(OutsideValue { name: self.entry.name.clone(), stand_in: stand_in.clone(), position });
        stand_in
    }

    fn check(&self, text: &str, given: bool, problems: &mut Vec<Diagnostic>) {
        let whose = if given { "the value given for" } else { "the default of" };
        let place = match self.entry.value.member("Default") {
            Some(default) if !given => default.span,
            _ => self.entry.name_span,
        };
        let name = &self.entry.name;
        let allowed = self.allowed().unwrap_or_default();
        if !allowed.is_empty()
            && !self.parts(text).all(|part| allowed.iter().any(|node| node.scalar() == Some(part)))
        {
            let names: Vec<_> =
                allowed.iter().filter_map(Node::scalar).map(|name| format!("`{name}`")).collect();
            problems.push(
                Diagnostic::error(
                    "not-allowed",
                    format!("{whose} `{name}`, `{text}`, is none of its AllowedValues"),
                )
                .at(place)
                .help(format!("give one of {}", names.join(", "))),
            );
        }
        if self.is_number() && !self.parts(text).all(|part| part.trim().parse::<f64>().is_ok()) {
            problems.push(
                Diagnostic::error(
                    "wrong-type",
                    format!("{whose} `{name}` should be a number, but is `{text}`"),
                )
                .at(place),
            );
        }
        self.check_bounds(text, whose, place, problems);
    }

    fn check_bounds(
        &self,
        text: &str,
        whose: &str,
        place: crate::source::Span,
        problems: &mut Vec<Diagnostic>,
    ) {
        let bound = |name: &str| self.attribute(name).and_then(|bound| bound.trim().parse::<f64>().ok());
        let (measured, unit, lower, upper) = if self.is_number() {
            (text.trim().parse().ok(), "", bound("MinValue"), bound("MaxValue"))
        } else {
            let length = u32::try_from(text.chars().count()).map(f64::from).ok();
            (length, " characters", bound("MinLength"), bound("MaxLength"))
        };
        let Some(measured) = measured else { return };
        let name = &self.entry.name;
        if let Some(lower) = lower.filter(|lower| measured < *lower) {
            let message = format!("{whose} `{name}` has less than {lower}{unit}: {measured}");
            problems.push(Diagnostic::error("out-of-range", message).at(place));
        }
        if let Some(upper) = upper.filter(|upper| measured > *upper) {
            let message = format!("{whose} `{name}` has more than {upper}{unit}: {measured}");
            problems.push(Diagnostic::error("out-of-range", message).at(place));
        }
    }

    fn value(&self, text: &str) -> Value {
        let span = self.entry.name_span;
        if !self.is_list() {
            return Value::text_of(text, span);
        }
        let items = self.parts(text).map(|part| Value::text_of(part.trim(), span));
        Value { data: Data::List(items.collect()), span }
    }

    fn parts<'a>(&self, text: &'a str) -> Box<dyn Iterator<Item = &'a str> + 'a> {
        if self.is_list() {
            Box::new(text.split(',').map(str::trim))
        } else {
            Box::new(std::iter::once(text))
        }
    }

    fn is_list(&self) -> bool {
        self.kind == "CommaDelimitedList" || self.kind.contains("List<")
    }

    fn is_number(&self) -> bool {
        matches!(self.kind, "Number" | "List<Number>")
    }

    fn attribute(&self, name: &str) -> Option<&'t str> {
        self.entry.value.member(name)?.scalar()
    }

    fn allowed(&self) -> Option<&'t [Node]> {
        match &self.entry.value.member("AllowedValues")?.kind {
            Kind::Sequence(values) => Some(values),
            _ => None,
        }
    }
}

const KINDS: &[&str] = &["String", "Number", "List<Number>", "List<String>", "CommaDelimitedList"];

const ATTRIBUTES: &[&str] = &[
    "Type",
    "Default",
    "AllowedValues",
    "AllowedPattern",
    "ConstraintDescription",
    "Description",
    "MaxLength",
    "MaxValue",
    "MinLength",
    "MinValue",
    "NoEcho",
];
