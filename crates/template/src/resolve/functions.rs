//! The intrinsic functions on values; conditions, references and `Fn::Sub` have files of their own.

use super::Resolver;
use super::network::subnets;
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::source::Span;
use crate::tree::{Kind, Node};
use crate::value::{Data, Value};

impl Resolver<'_> {
    /// Carries out a call; `span` is that of the whole call.
    pub(super) fn call(&self, name: &str, argument: &Node, span: Span) -> Value {
        let value = match name {
            "Ref" => self.call_ref(argument),
            "Fn::GetAtt" => self.call_attribute(argument),
            "Fn::Sub" => self.call_substitution(argument),
            "Fn::Join" => self.call_join(argument),
            "Fn::If" => return self.call_if(argument),
            "Fn::FindInMap" => self.call_find(argument),
            "Fn::Select" => self.call_select(argument),
            "Fn::Split" => self.call_split(argument),
            "Fn::ImportValue" => self.call_import(argument),
            "Fn::Base64" => self.call_base64(argument),
            "Fn::GetAZs" => Some(self.call_zones(argument)),
            "Fn::Cidr" => self.call_cidr(argument),
            "Fn::Length" => self.call_length(argument),
            "Fn::ToJsonString" => Some(self.spend(self.resolve(argument).to_json().to_string(), span)),
            "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" | "Condition" => {
                let truth = self.truth_of_call(name, argument, span);
                truth.map(|truth| Value::text_of(truth.to_string(), span))
            }
            _ => {
                self.report(unknown_function(name).at(span));
                None
            }
        };
        let mut value = value.unwrap_or_else(|| Value::unknown(span));
        value.span = span;
        value
    }

    /// The items of an argument that must be a list of `count`; says so if it is not.
    pub(super) fn arguments<'n>(
        &self,
        name: &str,
        argument: &'n Node,
        count: usize,
        form: &str,
    ) -> Option<&'n [Node]> {
        match &argument.kind {
            Kind::Sequence(nodes) if nodes.len() == count => Some(nodes),
            Kind::Sequence(nodes) => {
                let message = format!("{name} takes {count} values, but is given {}", nodes.len());
                self.report(
                    Diagnostic::error("bad-function", message)
                        .at(argument.span)
                        .help(format!("write it as {form}")),
                );
                None
            }
            _ => {
                let message = format!("{name} takes a list, but is given {}", argument.description());
                self.report(
                    Diagnostic::error("bad-function", message)
                        .at(argument.span)
                        .help(format!("write it as {form}")),
                );
                None
            }
        }
    }

    fn call_join(&self, argument: &Node) -> Option<Value> {
        let form = "!Join [DELIMITER, [VALUE, VALUE]]";
        let [delimiter, parts] = self.arguments("Fn::Join", argument, 2, form)? else { return None };
        let delimiter = self.text(delimiter, "Fn::Join's delimiter")?;
        let value = self.resolve(parts);
        if value.is_unknown() {
            return None;
        }
        if !matches!(value.data, Data::List(_)) {
            let message = format!("Fn::Join joins a list, but is given {}", value.description());
            self.report(
                Diagnostic::error("bad-function", message).at(parts.span).help(format!("write it as {form}")),
            );
            return None;
        }
        self.note_empty_end(&delimiter, parts);
        let mut texts = Vec::new();
        for item in value.items() {
            match &item.data {
                Data::Text { text, .. } => texts.push(text.as_str()),
                Data::Unknown => return None,
                _ => {
                    let message = format!("Fn::Join joins texts, but this is {}", item.description());
                    self.report(Diagnostic::error("bad-function", message).at(item.span));
                    return None;
                }
            }
        }
        Some(self.spend(texts.join(&delimiter), argument.span))
    }

    /// `!Join ['.', [!Ref Api, execute-api, !Ref AWS::Region, '']]`: a host that ends in a dot.
    fn note_empty_end(&self, delimiter: &str, parts: &Node) {
        let Kind::Sequence(nodes) = &parts.kind else { return };
        let Some(last) = nodes.last().filter(|last| last.scalar() == Some("")) else { return };
        if delimiter != "." || nodes.len() < 2 {
            return;
        }
        self.report(
            Diagnostic::error(
                "join-ends-in-nothing",
                "this Fn::Join ends in nothing: the host name ends in a dot",
            )
            .at(last.span)
            .label("the domain is missing")
            .help("write `!Ref AWS::URLSuffix` here: it is `amazonaws.com` in most regions"),
        );
    }

    fn call_find(&self, argument: &Node) -> Option<Value> {
        let form = "!FindInMap [MAP, KEY, KEY]";
        let nodes = match &argument.kind {
            // The fourth, with the language extensions, is `DefaultValue`.
            Kind::Sequence(nodes) if nodes.len() == 4 => &nodes[..],
            _ => self.arguments("Fn::FindInMap", argument, 3, form)?,
        };
        let map_name = self.text(&nodes[0], "Fn::FindInMap's map")?;
        let keys =
            [self.text(&nodes[1], "Fn::FindInMap's key")?, self.text(&nodes[2], "Fn::FindInMap's key")?];
        let Some(map) = self.sections.entry("Mappings", &map_name) else {
            let maps = self.sections.section("Mappings").iter().map(|entry| entry.name.as_str());
            self.report(absent(&map_name, "is no map of `Mappings`", nodes[0].span, maps));
            return None;
        };
        let mut found = &map.value;
        for (key, node) in keys.iter().zip(&nodes[1..]) {
            if let Some(value) = found.member(key) {
                found = value;
                continue;
            }
            if let Some(default) = nodes.get(3).and_then(|default| default.member("DefaultValue")) {
                return Some(self.resolve(default));
            }
            let keys = found.entries().iter().map(|entry| entry.name.as_str());
            let message = format!("is no key in the map `{map_name}`");
            self.report(absent(key, &message, node.span, keys));
            return None;
        }
        Some(self.resolve(found))
    }

    fn call_select(&self, argument: &Node) -> Option<Value> {
        let [index, list] = self.arguments("Fn::Select", argument, 2, "!Select [INDEX, [VALUE, VALUE]]")?
        else {
            return None;
        };
        let index_value = self.resolve(index);
        let list_value = self.resolve(list);
        if index_value.is_unknown() || list_value.is_unknown() {
            return None;
        }
        let position = index_value.integer().and_then(|index| usize::try_from(index).ok());
        if let Some(value) = position.and_then(|position| list_value.items().get(position)) {
            return Some(value.clone());
        }
        let message = format!(
            "Fn::Select has no item {}: the list has {}",
            index_value.description(),
            list_value.items().len()
        );
        self.report(
            Diagnostic::error("bad-function", message).at(index.span).help("items are counted from 0"),
        );
        None
    }

    fn call_split(&self, argument: &Node) -> Option<Value> {
        let [delimiter, text] = self.arguments("Fn::Split", argument, 2, "!Split [DELIMITER, TEXT]")? else {
            return None;
        };
        let delimiter = self.text(delimiter, "Fn::Split's delimiter")?;
        let text = self.text(text, "what Fn::Split splits")?;
        if delimiter.is_empty() {
            let message = "Fn::Split needs a delimiter";
            self.report(Diagnostic::error("bad-function", message).at(argument.span));
            return None;
        }
        let items = text.split(&delimiter).map(|part| Value::text_of(part, argument.span));
        Some(Value { data: Data::List(items.collect()), span: argument.span })
    }

    fn call_import(&self, argument: &Node) -> Option<Value> {
        let export = self.text(argument, "Fn::ImportValue's name")?;
        let text = self.take_from_outside(&format!("import:{export}"), export.clone(), argument.span);
        Some(Value::text_of(text, argument.span))
    }

    fn call_base64(&self, argument: &Node) -> Option<Value> {
        let text = self.text(argument, "what Fn::Base64 encodes")?;
        Some(self.spend(base64(text.as_bytes()), argument.span))
    }

    fn call_zones(&self, argument: &Node) -> Value {
        let region = match self.resolve(argument).text() {
            Some(region) if !region.is_empty() => region.to_owned(),
            _ => self.settings.region.clone(),
        };
        let zones = ["a", "b", "c"].map(|zone| Value::text_of(format!("{region}{zone}"), argument.span));
        Value { data: Data::List(zones.into()), span: argument.span }
    }

    fn call_cidr(&self, argument: &Node) -> Option<Value> {
        let nodes = match &argument.kind {
            Kind::Sequence(nodes) if nodes.len() == 2 => &nodes[..],
            _ => self.arguments("Fn::Cidr", argument, 3, "!Cidr [BLOCK, COUNT, BITS]")?,
        };
        let block = self.text(&nodes[0], "Fn::Cidr's block")?;
        let count = self.resolve(&nodes[1]).integer()?;
        let bits = nodes.get(2).map_or(Some(8), |bits| self.resolve(bits).integer())?;
        let Some(subnets) = subnets(&block, count, bits) else {
            let message = format!("{count} blocks of {bits} bits do not fit into `{block}`");
            self.report(Diagnostic::error("bad-function", message).at(argument.span));
            return None;
        };
        let items = subnets.into_iter().map(|subnet| Value::text_of(subnet, argument.span));
        Some(Value { data: Data::List(items.collect()), span: argument.span })
    }

    fn call_length(&self, argument: &Node) -> Option<Value> {
        let value = self.resolve(argument);
        (!value.is_unknown()).then(|| Value::text_of(value.items().len().to_string(), argument.span))
    }

    /// A node that must come to a text; says so if it does not.
    pub(super) fn text(&self, node: &Node, what: &str) -> Option<String> {
        let value = self.resolve(node);
        match value.data {
            Data::Text { text, .. } => Some(text),
            Data::Unknown => None,
            Data::Absent => Some(String::new()),
            _ => {
                let message = format!("{what} should be a text, but is {}", value.description());
                self.report(Diagnostic::error("bad-function", message).at(node.span));
                None
            }
        }
    }
}

/// `name` is not among `known`.
pub(super) fn absent<'a>(
    name: &str,
    message: &str,
    span: Span,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let known: Vec<_> = known.collect();
    let problem = Diagnostic::error("unknown-reference", format!("`{name}` {message}")).at(span);
    match nearest(name, known.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None if known.is_empty() || known.len() > 12 => problem,
        None => problem.help(format!("there are {}", known.join(", "))),
    }
}

fn unknown_function(name: &str) -> Diagnostic {
    let short = name.strip_prefix("Fn::").unwrap_or(name);
    if ["Transform", "ForEach"].contains(&short) {
        return Diagnostic::error("unsupported-function", format!("Davy does not run {name}"))
            .help("write out what it makes: it runs inside AWS only");
    }
    let problem =
        Diagnostic::error("unknown-function", format!("`{short}` is no function of CloudFormation"));
    match nearest(short, FUNCTIONS.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `!{near}`?")),
        None => problem.help("YAML tags other than the functions' mean nothing to CloudFormation"),
    }
}

fn base64(bytes: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            let index = (word >> (18 - 6 * digit)) & 63;
            encoded.push(if digit <= chunk.len() { char::from(ALPHABET[index as usize]) } else { '=' });
        }
    }
    encoded
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const FUNCTIONS: &[&str] = &[
    "Ref",
    "GetAtt",
    "Sub",
    "Join",
    "If",
    "FindInMap",
    "Select",
    "Split",
    "ImportValue",
    "Base64",
    "GetAZs",
    "Cidr",
    "Equals",
    "And",
    "Or",
    "Not",
    "Condition",
    "Length",
    "ToJsonString",
];
