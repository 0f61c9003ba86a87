//! `Fn::Sub`, and the dynamic references that stand within texts.

use super::Resolver;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::tree::{Entry, Node};
use crate::value::{Data, Value};

impl Resolver<'_> {
    pub(super) fn call_substitution(&self, argument: &Node) -> Option<Value> {
        let form = "!Sub TEXT or !Sub [TEXT, {NAME: VALUE}]";
        let (text, variables) = if let Some(text) = argument.scalar() {
            (text, &[][..])
        } else {
            let [text, variables] = self.arguments("Fn::Sub", argument, 2, form)? else { return None };
            (text.scalar().unwrap_or_default(), variables.entries())
        };
        let mut filled = String::new();
        let mut known = true;
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            filled += before;
            let Some((name, after)) = after.split_once('}') else {
                filled += "${";
                rest = after;
                continue;
            };
            rest = after;
            if let Some(literal) = name.strip_prefix('!') {
                filled.extend(["${", literal, "}"]);
                continue;
            }
            match self.variable(name.trim(), variables, argument.span) {
                Some(value) => filled += &value,
                None => known = false,
            }
        }
        filled += rest;
        let filled = self.dynamic(&filled, argument.span);
        known.then(|| self.spend(filled, argument.span))
    }

    fn variable(&self, name: &str, variables: &[Entry], span: Span) -> Option<String> {
        if let Some(entry) = variables.iter().find(|entry| entry.name == name) {
            return self.text(&entry.value, &format!("the variable `{name}`"));
        }
        let place = self.source.find(span, &format!("${{{name}}}"));
        // `${Api.Stage}` may be a resource that SAM makes, else it is an attribute.
        let value = match name.split_once('.') {
            Some((logical_id, attribute)) if !self.is_named(name) => {
                self.attribute(logical_id, attribute, place)
            }
            _ => self.reference(name, place),
        };
        match value?.data {
            Data::Text { text, .. } => Some(text),
            Data::List(items) => {
                let message = format!("`{name}` is a list of {}, which cannot stand in a text", items.len());
                let help = format!("join it: !Join [',', !Ref {name}]");
                self.report(Diagnostic::error("bad-function", message).at(place).help(help));
                None
            }
            _ => None,
        }
    }

    /// `{{resolve:ssm:/db/host}}` is a value from outside.
    pub(super) fn dynamic(&self, text: &str, span: Span) -> String {
        if !text.contains(OPENING) {
            return text.to_owned();
        }
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(OPENING) {
            let Some((reference, after)) = after.split_once("}}") else {
                filled += before;
                filled += OPENING;
                rest = after;
                continue;
            };
            filled += before;
            let name = format!("resolve:{reference}");
            let last = reference.rsplit([':', '/']).find(|part| !part.is_empty()).unwrap_or("value");
            filled += &self.take_from_outside(&name, last.to_owned(), self.source.find(span, reference));
            rest = after;
        }
        filled + rest
    }
}

const OPENING: &str = "{{resolve:";
