//! The sections of a template, and which resources it has: written ones, and those that SAM makes.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::source::Span;
use crate::tree::{Entry, Kind, Node};

/// The template by sections.
pub(crate) struct Sections<'t> {
    root: &'t Node,
    pub(crate) resources: BTreeMap<&'t str, Resource<'t>>,
    /// Resources that SAM makes out of others, which `Ref` may name.
    pub(crate) generated: BTreeMap<String, Generated>,
}

/// One entry of `Resources`.
#[derive(Clone, Copy)]
pub(crate) struct Resource<'t> {
    pub(crate) logical_id: &'t str,
    pub(crate) type_name: &'t str,
    pub(crate) node: &'t Node,
    /// Where its logical id is written.
    pub(crate) span: Span,
    pub(crate) type_span: Span,
    /// Its place among the resources.
    pub(crate) order: usize,
}

/// A resource that SAM makes.
#[derive(Clone, Debug)]
pub(crate) struct Generated {
    pub(crate) resource_type: &'static str,
    /// The resource whose identity it shares; its own if none.
    pub(crate) of: Option<String>,
}

impl<'t> Sections<'t> {
    pub(crate) fn read(root: &'t Node, problems: &mut Vec<Diagnostic>) -> Option<Sections<'t>> {
        if !matches!(root.kind, Kind::Mapping(_)) {
            let message = format!("a template is a map of sections, but this is {}", root.description());
            problems.push(Diagnostic::error("not-a-template", message).at(root.span));
            return None;
        }
        for entry in root.entries().iter().filter(|entry| !SECTIONS.contains(&entry.name.as_str())) {
            problems.push(unknown_section(entry));
        }
        let mut sections = Sections { root, resources: BTreeMap::new(), generated: BTreeMap::new() };
        let Some(resources) = root.entry("Resources") else {
            problems.push(
                Diagnostic::error("no-resources", "the template has no `Resources`")
                    .at(Span { start: root.span.start, end: root.span.start })
                    .help("a stack needs at least one resource: `davy init` writes a template to start from"),
            );
            return None;
        };
        let mut sink = Vec::new();
        for (order, entry) in resources.value.entries().iter().enumerate() {
            if let Some(resource) = read_resource(entry, order, &mut sink) {
                sections.resources.insert(resource.logical_id, resource);
            }
        }
        problems.append(&mut sink);
        if resources.value.entries().is_empty() {
            let message =
                format!("`Resources` should be a map of resources, but is {}", resources.value.description());
            problems.push(Diagnostic::error("no-resources", message).at(resources.name_span));
        }
        if sections.uses_serverless() && !sections.has_transform() {
            sections.note_missing_transform(problems);
        }
        sections.generate();
        Some(sections)
    }

    pub(crate) fn section(&self, name: &str) -> &'t [Entry] {
        self.root.member(name).map_or(&[], Node::entries)
    }

    pub(crate) fn entry(&self, section: &str, name: &str) -> Option<&'t Entry> {
        self.section(section).iter().rev().find(|entry| entry.name == name)
    }

    pub(crate) fn top(&self, name: &str) -> Option<&'t Node> {
        self.root.member(name)
    }

    /// In the template's order.
    pub(crate) fn in_order(&self) -> Vec<Resource<'t>> {
        let mut resources: Vec<_> = self.resources.values().copied().collect();
        resources.sort_by_key(|resource| resource.order);
        resources
    }

    fn uses_serverless(&self) -> bool {
        self.resources.values().any(|resource| resource.type_name.starts_with("AWS::Serverless::"))
    }

    /// `Transform` is one name, or a list of them.
    fn has_transform(&self) -> bool {
        let Some(transform) = self.root.member("Transform") else { return false };
        let serverless = |node: &Node| node.scalar().is_some_and(|name| name.starts_with(SERVERLESS));
        match &transform.kind {
            Kind::Sequence(names) => names.iter().any(serverless),
            _ => serverless(transform),
        }
    }

    fn note_missing_transform(&self, problems: &mut Vec<Diagnostic>) {
        let first =
            self.in_order().into_iter().find(|resource| resource.type_name.starts_with("AWS::Serverless::"));
        if let Some(resource) = first {
            problems.push(
                Diagnostic::error("no-transform", "the template uses SAM's types without SAM's transform")
                    .at(resource.type_span)
                    .of_resource(resource.logical_id)
                    .help(format!("add `Transform: {SERVERLESS}-2016-10-31` at the top of the template")),
            );
        }
    }

    // === What SAM makes; source: its "Generated CloudFormation resources" ===

    fn generate(&mut self) {
        for resource in self.in_order() {
            match resource.type_name {
                "AWS::Serverless::Function" => self.generate_for_function(resource),
                "AWS::Serverless::HttpApi" => self.generate_for_api(resource, "AWS::ApiGatewayV2::Stage"),
                "AWS::Serverless::Api" => self.generate_for_api(resource, "AWS::ApiGateway::Stage"),
                _ => {}
            }
        }
    }

    fn generate_for_function(&mut self, resource: Resource<'t>) {
        let id = resource.logical_id;
        let properties = resource.node.member("Properties");
        let property = |name: &str| properties.and_then(|properties| properties.member(name));
        if property("Role").is_none() {
            self.add(format!("{id}Role"), "AWS::IAM::Role", None);
            self.add(format!("{id}.Role"), "AWS::IAM::Role", None);
        }
        self.add(format!("{id}Url"), "AWS::Lambda::Url", Some(id));
        self.add(format!("{id}.Version"), "AWS::Lambda::Version", Some(id));
        self.add(format!("{id}.Alias"), "AWS::Lambda::Alias", Some(id));
        if let Some(alias) = property("AutoPublishAlias").and_then(Node::scalar) {
            self.add(format!("{id}Alias{alias}"), "AWS::Lambda::Alias", Some(id));
        }
        for event in property("Events").map_or(&[][..], Node::entries) {
            let name = format!("{id}{}", event.name);
            let explicit = |property: &str| {
                event.value.member("Properties").and_then(|properties| properties.member(property)).is_some()
            };
            match event.value.member("Type").and_then(Node::scalar) {
                Some("HttpApi") if !explicit("ApiId") => self.generate_implicit_http_api(),
                Some("Api") if !explicit("RestApiId") => self.generate_implicit_rest_api(),
                Some("Schedule" | "EventBridgeRule" | "CloudWatchEvent") => {
                    self.add(name.clone(), "AWS::Events::Rule", None);
                }
                Some("ScheduleV2") => self.add(name.clone(), "AWS::Scheduler::Schedule", None),
                _ => {}
            }
            self.add(format!("{name}Permission"), "AWS::Lambda::Permission", None);
        }
    }

    fn generate_implicit_http_api(&mut self) {
        self.add(IMPLICIT_HTTP_API.to_owned(), "AWS::Serverless::HttpApi", None);
        self.add(format!("{IMPLICIT_HTTP_API}ApiGatewayDefaultStage"), "AWS::ApiGatewayV2::Stage", None);
        self.add(format!("{IMPLICIT_HTTP_API}.Stage"), "AWS::ApiGatewayV2::Stage", None);
    }

    fn generate_implicit_rest_api(&mut self) {
        self.add(IMPLICIT_REST_API.to_owned(), "AWS::Serverless::Api", None);
        self.add(format!("{IMPLICIT_REST_API}ProdStage"), "AWS::ApiGateway::Stage", None);
        self.add(format!("{IMPLICIT_REST_API}.Stage"), "AWS::ApiGateway::Stage", None);
        self.add(format!("{IMPLICIT_REST_API}.Deployment"), "AWS::ApiGateway::Deployment", None);
    }

    fn generate_for_api(&mut self, resource: Resource<'t>, stage_type: &'static str) {
        let id = resource.logical_id;
        let stage = resource.node.member("Properties").and_then(|properties| properties.member("StageName"));
        let stage = match stage.map(|stage| stage.scalar()) {
            Some(Some(name)) if name.chars().all(char::is_alphanumeric) => format!("{id}{name}Stage"),
            Some(_) => format!("{id}Stage"),
            None => format!("{id}ApiGatewayDefaultStage"),
        };
        self.add(stage, stage_type, None);
        self.add(format!("{id}.Stage"), stage_type, None);
        self.add(format!("{id}.Deployment"), "AWS::ApiGateway::Deployment", None);
    }

    /// What is written in the template is not generated over.
    fn add(&mut self, name: String, resource_type: &'static str, of: Option<&str>) {
        if !self.resources.contains_key(name.as_str()) {
            self.generated.entry(name).or_insert(Generated { resource_type, of: of.map(str::to_owned) });
        }
    }
}

fn read_resource<'t>(entry: &'t Entry, order: usize, problems: &mut Vec<Diagnostic>) -> Option<Resource<'t>> {
    let (logical_id, span) = (entry.name.as_str(), entry.name_span);
    if let Some(name) = logical_id.strip_prefix("Fn::") {
        problems.push(
            Diagnostic::error(
                "unsupported-function",
                format!("Fn::{name} makes resources that Davy cannot see"),
            )
            .at(span)
            .help("write the resources out: Davy does not run the language extensions' transform"),
        );
        return None;
    }
    if !logical_id.chars().all(|letter| letter.is_ascii_alphanumeric()) || logical_id.is_empty() {
        problems.push(
            Diagnostic::error("bad-logical-id", format!("`{logical_id}` cannot name a resource"))
                .at(span)
                .label("letters and digits only"),
        );
    }
    let resource_type = entry.value.entry("Type");
    let Some((name, type_node)) = resource_type.and_then(|entry| Some((entry.value.scalar()?, &entry.value)))
    else {
        problems.push(
            Diagnostic::error("no-type", format!("the resource `{logical_id}` has no `Type`"))
                .at(span)
                .help("say what it is, for instance `Type: AWS::Serverless::Function`"),
        );
        return None;
    };
    for attribute in entry.value.entries().iter().filter(|entry| !ATTRIBUTES.contains(&entry.name.as_str())) {
        problems.push(unknown_attribute(attribute, logical_id));
    }
    Some(Resource { logical_id, type_name: name, node: &entry.value, span, type_span: type_node.span, order })
}

fn unknown_section(entry: &Entry) -> Diagnostic {
    let problem =
        Diagnostic::error("unknown-section", format!("`{}` is no section of a template", entry.name))
            .at(entry.name_span);
    match nearest(&entry.name, SECTIONS.iter().copied()) {
        Some(name) => problem.help(format!("did you mean `{name}`?")),
        None if entry.value.member("Type").is_some() => {
            problem.help("resources belong into `Resources`, one level deeper")
        }
        None => problem.help(format!("sections are {}", SECTIONS.join(", "))),
    }
}

fn unknown_attribute(entry: &Entry, logical_id: &str) -> Diagnostic {
    let problem =
        Diagnostic::error("unknown-attribute", format!("`{}` is no attribute of a resource", entry.name))
            .at(entry.name_span)
            .of_resource(logical_id);
    match nearest(&entry.name, ATTRIBUTES.iter().copied()) {
        Some(name) => problem.help(format!("did you mean `{name}`?")),
        None => problem.help("properties of the resource belong into `Properties`, one level deeper"),
    }
}

/// The HTTP API of events that name none.
pub(crate) const IMPLICIT_HTTP_API: &str = "ServerlessHttpApi";

/// The REST API of events that name none.
pub(crate) const IMPLICIT_REST_API: &str = "ServerlessRestApi";

const SERVERLESS: &str = "AWS::Serverless";

const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Transform",
    "Globals",
    "Resources",
    "Outputs",
    "Hooks",
];

const ATTRIBUTES: &[&str] = &[
    "Type",
    "Properties",
    "Condition",
    "DependsOn",
    "Metadata",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "CreationPolicy",
    "UpdatePolicy",
    "Connectors",
    "IgnoreGlobals",
    "Description",
];
