//! Resources that wait for each other: CloudFormation could make neither first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::diagnostic::Diagnostic;
use crate::globals::Globals;
use crate::sections::{IMPLICIT_HTTP_API, IMPLICIT_REST_API, Resource, Sections};
use crate::source::Span;
use crate::tree::{Kind, Node};

/// Names each circle once.
pub(crate) fn check(sections: &Sections<'_>, globals: &Globals<'_>, problems: &mut Vec<Diagnostic>) {
    let graph = graph(sections, globals, problems);
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for start in graph.keys() {
        let mut path: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut next = Some(start.as_str());
        while let Some(name) = next.take() {
            if !done.contains(name) {
                let edges = graph.get(name).map(|edges| edges.keys().map(String::as_str).collect());
                path.push((name, edges.unwrap_or_default()));
            }
            while let Some((name, edges)) = path.last_mut() {
                let Some(edge) = edges.pop() else {
                    done.insert(name);
                    path.pop();
                    continue;
                };
                if let Some(first) = path.iter().position(|(name, _)| *name == edge) {
                    let circle: Vec<&str> = path[first..].iter().map(|(name, _)| *name).collect();
                    problems.push(circular(&circle, &graph));
                    continue;
                }
                next = Some(edge);
                break;
            }
        }
    }
}

/// What each resource waits for, and where it says so.
type Graph = BTreeMap<String, HashMap<String, Span>>;

fn graph(sections: &Sections<'_>, globals: &Globals<'_>, problems: &mut Vec<Diagnostic>) -> Graph {
    let mut graph = Graph::new();
    for resource in sections.in_order() {
        let mut found = Vec::new();
        let properties = globals.properties(&resource);
        for entry in properties.entries().iter().filter(|entry| !is_apart(&resource, &entry.name)) {
            collect(&entry.value, &mut found);
        }
        depends_on(&resource, sections, &mut found, problems);
        for (name, span) in found {
            if let Some(target) = owner(&name, sections) {
                graph.entry(resource.logical_id.to_owned()).or_default().entry(target).or_insert(span);
            }
        }
        api_edges(&resource, &properties, sections, &mut graph);
    }
    graph
}

/// Whether SAM makes a resource of its own out of the property: then that one waits, not this.
fn is_apart(resource: &Resource<'_>, property: &str) -> bool {
    match resource.type_name {
        "AWS::Serverless::Function" => {
            ["Events", "DeploymentPreference", "EventInvokeConfig", "FunctionUrlConfig"].contains(&property)
        }
        "AWS::Serverless::GraphQLApi" | "AWS::Serverless::Connector" => true,
        _ => false,
    }
}

/// An API waits for the functions that its routes call.
fn api_edges(resource: &Resource<'_>, properties: &Node, sections: &Sections<'_>, graph: &mut Graph) {
    if resource.type_name != "AWS::Serverless::Function" {
        return;
    }
    for event in properties.member("Events").map_or(&[][..], Node::entries) {
        let details = event.value.member("Properties");
        let (implicit, property) = match event.value.member("Type").and_then(Node::scalar) {
            Some("HttpApi") => (IMPLICIT_HTTP_API, "ApiId"),
            Some("Api") => (IMPLICIT_REST_API, "RestApiId"),
            _ => continue,
        };
        let api = match details.and_then(|details| details.member(property)).map(|id| &id.kind) {
            None => implicit.to_owned(),
            Some(Kind::Call { name, argument }) if name == "Ref" => {
                argument.scalar().unwrap_or_default().to_owned()
            }
            Some(_) => continue,
        };
        if let Some(api) = owner(&api, sections) {
            graph.entry(api).or_default().entry(resource.logical_id.to_owned()).or_insert(event.name_span);
        }
    }
}

fn depends_on(
    resource: &Resource<'_>,
    sections: &Sections<'_>,
    found: &mut Vec<(String, Span)>,
    problems: &mut Vec<Diagnostic>,
) {
    let Some(node) = resource.node.member("DependsOn") else { return };
    let nodes = match &node.kind {
        Kind::Sequence(nodes) => nodes.iter().collect(),
        _ => vec![node],
    };
    for node in nodes {
        let name = node.scalar().unwrap_or_default();
        if owner(name, sections).is_none() {
            let known = sections.resources.keys().copied();
            let problem =
                Diagnostic::error("unknown-reference", format!("DependsOn names no resource: `{name}`"))
                    .at(node.span)
                    .of_resource(resource.logical_id);
            problems.push(match crate::nearest::nearest(name, known) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem,
            });
            continue;
        }
        found.push((name.to_owned(), node.span));
    }
}

/// Every name that the node refers to; within `Fn::Sub` too.
fn collect(node: &Node, found: &mut Vec<(String, Span)>) {
    match &node.kind {
        Kind::Scalar(_) => {}
        Kind::Sequence(nodes) => nodes.iter().for_each(|node| collect(node, found)),
        Kind::Mapping(entries) => entries.iter().for_each(|entry| collect(&entry.value, found)),
        Kind::Call { name, argument } => match (name.as_str(), &argument.kind) {
            ("Ref", Kind::Scalar(scalar)) => found.push((scalar.text.clone(), node.span)),
            ("Fn::GetAtt", Kind::Scalar(scalar)) => {
                let name = scalar.text.split('.').next().unwrap_or_default();
                found.push((name.to_owned(), node.span));
            }
            ("Fn::GetAtt", Kind::Sequence(nodes)) => {
                let name = nodes.first().and_then(Node::scalar).unwrap_or_default();
                found.push((name.to_owned(), node.span));
            }
            ("Fn::Sub", Kind::Scalar(scalar)) => collect_variables(&scalar.text, node.span, found),
            ("Fn::Sub", Kind::Sequence(nodes)) => {
                let text = nodes.first().and_then(Node::scalar).unwrap_or_default();
                collect_variables(text, node.span, found);
                nodes.iter().skip(1).for_each(|node| collect(node, found));
            }
            _ => collect(argument, found),
        },
    }
}

fn collect_variables(text: &str, span: Span, found: &mut Vec<(String, Span)>) {
    for part in text.split("${").skip(1) {
        let name = part.split(['}', '.']).next().unwrap_or_default();
        found.push((name.trim().to_owned(), span));
    }
}

/// The resource that stands behind a name: for `FunctionUrl` it is the function.
fn owner(name: &str, sections: &Sections<'_>) -> Option<String> {
    if sections.resources.contains_key(name) {
        return Some(name.to_owned());
    }
    let generated = sections.generated.get(name)?;
    Some(generated.of.clone().unwrap_or_else(|| name.to_owned()))
}

fn circular(circle: &[&str], graph: &Graph) -> Diagnostic {
    let place =
        |from: &str, to: &str| graph.get(from).and_then(|edges| edges.get(to)).copied().unwrap_or_default();
    let mut path = circle.to_vec();
    path.push(circle[0]);
    let named: Vec<_> = path.iter().map(|name| format!("`{name}`")).collect();
    let message = match circle {
        [one] => format!("`{one}` depends on itself"),
        _ => format!("these resources wait for each other: {}", named.join(" → ")),
    };
    let mut problem = Diagnostic::error("circular", message)
        .at(place(path[0], path[1]))
        .label(format!("`{}` waits for `{}`", path[0], path[1]))
        .of_resource(circle[0]);
    for pair in path.windows(2).skip(1) {
        problem = problem.related(place(pair[0], pair[1]), format!("`{}` waits for `{}`", pair[0], pair[1]));
    }
    if circle.contains(&IMPLICIT_HTTP_API) || circle.contains(&IMPLICIT_REST_API) {
        problem = problem.help(
            "an API waits for the functions that it calls, so these cannot name the API: \
            let the application read its address from the request",
        );
    }
    problem.help("take one of these references away")
}
