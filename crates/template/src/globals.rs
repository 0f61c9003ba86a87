//! `Globals`: what resources of one kind share, merged into each of them by SAM's rules.

use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::schema;
use crate::sections::{Resource, Sections};
use crate::tree::{Entry, Kind, Node};

/// The sections of `Globals`.
pub(crate) struct Globals<'t> {
    sections: &'t [Entry],
}

impl<'t> Globals<'t> {
    /// Unknown sections and properties are errors, as in SAM.
    pub(crate) fn read(sections: &Sections<'t>, problems: &mut Vec<Diagnostic>) -> Globals<'t> {
        let globals = sections.section("Globals");
        for section in globals {
            let Some(known) = schema::globals(&section.name) else {
                let message = format!("`{}` is no section of `Globals`", section.name);
                let problem = Diagnostic::error("unknown-section", message).at(section.name_span);
                problems.push(match nearest(&section.name, SECTIONS.iter().copied()) {
                    Some(name) => problem.help(format!("did you mean `{name}`?")),
                    None => problem.help(format!("sections are {}", SECTIONS.join(", "))),
                });
                continue;
            };
            for property in
                section.value.entries().iter().filter(|entry| !known.contains(&entry.name.as_str()))
            {
                let message = format!("`{}` cannot be global to every {}", property.name, section.name);
                let problem = Diagnostic::error("unknown-property", message).at(property.name_span);
                problems.push(match nearest(&property.name, known.iter().copied()) {
                    Some(name) => problem.help(format!("did you mean `{name}`?")),
                    None => problem.help("write it into each resource that needs it"),
                });
            }
        }
        Globals { sections: globals }
    }

    /// A resource's properties, with those of `Globals` for its kind.
    pub(crate) fn properties(&self, resource: &Resource<'_>) -> Node {
        let own = resource.node.member("Properties");
        let nothing = || Node { kind: Kind::Mapping(Vec::new()), span: resource.span };
        let own = own.cloned().unwrap_or_else(nothing);
        let section = match resource.type_name {
            "AWS::Serverless::Function" => "Function",
            "AWS::Serverless::HttpApi" => "HttpApi",
            "AWS::Serverless::Api" => "Api",
            "AWS::Serverless::LayerVersion" => "LayerVersion",
            "AWS::Serverless::SimpleTable" => "SimpleTable",
            _ => return own,
        };
        match self.section(section) {
            Some(global) => {
                let global = without(global, resource.node.member("IgnoreGlobals"));
                merge(&known_alone(section, &global), own, "")
            }
            None => own,
        }
    }

    /// What an implicit API has.
    pub(crate) fn section(&self, name: &str) -> Option<&'t Node> {
        self.sections.iter().rev().find(|entry| entry.name == name).map(|entry| &entry.value)
    }
}

/// Maps are merged, lists joined with the global one first, of anything else the resource's wins;
/// a call of a function is such a thing. Source: SAM specification, Globals.
fn merge(global: &Node, own: Node, name: &str) -> Node {
    let span = own.span;
    match (&global.kind, own.kind) {
        (Kind::Mapping(global), Kind::Mapping(own)) => {
            let mut merged: Vec<Entry> = Vec::new();
            for entry in global {
                if !own.iter().any(|other| other.name == entry.name) {
                    merged.push(entry.clone());
                }
            }
            for entry in own {
                let shared = global.iter().rev().find(|other| other.name == entry.name);
                let value = match shared {
                    Some(shared) => merge(&shared.value, entry.value, &entry.name),
                    None => entry.value,
                };
                merged.push(Entry { value, ..entry });
            }
            Node { kind: Kind::Mapping(merged), span }
        }
        // A function has one architecture, so SAM replaces this list.
        (Kind::Sequence(global), Kind::Sequence(own)) if name != "Architectures" => {
            let nodes = global.iter().cloned().chain(own);
            Node { kind: Kind::Sequence(nodes.collect()), span }
        }
        (_, kind) => Node { kind, span },
    }
}

/// What is no global property has been named once, and is not named again for each resource.
fn known_alone(section: &str, global: &Node) -> Node {
    let known = schema::globals(section).unwrap_or_default();
    let kept = global.entries().iter().filter(|entry| known.contains(&entry.name.as_str()));
    Node { kind: Kind::Mapping(kept.cloned().collect()), span: global.span }
}

/// `IgnoreGlobals: '*'`, or a list of properties.
fn without(global: &Node, ignored: Option<&Node>) -> Node {
    let ignored = match ignored.map(|ignored| &ignored.kind) {
        None => return global.clone(),
        Some(Kind::Sequence(names)) => names.iter().filter_map(Node::scalar).collect(),
        Some(Kind::Scalar(scalar)) => vec![scalar.text.as_str()],
        Some(_) => Vec::new(),
    };
    let kept = global
        .entries()
        .iter()
        .filter(|entry| !ignored.contains(&"*") && !ignored.contains(&entry.name.as_str()));
    Node { kind: Kind::Mapping(kept.cloned().collect()), span: global.span }
}

const SECTIONS: &[&str] = &["Function", "Api", "HttpApi", "SimpleTable", "StateMachine", "LayerVersion"];
