//! Conditions: `Fn::Equals` and its companions into true or false, and `Fn::If` by them.

use super::functions::absent;
use super::{Progress, Resolver};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::tree::{Kind, Node};
use crate::value::{Data, Value};

impl Resolver<'_> {
    /// Whether a condition holds; `None` if that cannot be said, and why has been said.
    pub(crate) fn condition(&self, name: &str, span: Span) -> Option<bool> {
        match self.conditions.borrow().get(name) {
            Some(Progress::Done(truth)) => return *truth,
            Some(Progress::Begun) => {
                let message = format!("the condition `{name}` depends on itself");
                self.report(Diagnostic::error("circular", message).at(span));
                return None;
            }
            None => {}
        }
        let Some(entry) = self.sections.entry("Conditions", name) else {
            let known = self.sections.section("Conditions").iter().map(|entry| entry.name.as_str());
            self.report(absent(name, "is no condition of this template", span, known));
            return None;
        };
        self.conditions.borrow_mut().insert(name.to_owned(), Progress::Begun);
        let truth = self.truth(&entry.value);
        self.conditions.borrow_mut().insert(name.to_owned(), Progress::Done(truth));
        truth
    }

    fn truth(&self, node: &Node) -> Option<bool> {
        self.deeper(node.span, || self.truth_here(node)).flatten()
    }

    fn truth_here(&self, node: &Node) -> Option<bool> {
        match &node.kind {
            Kind::Call { name, argument } => self.truth_of_call(name, argument, node.span),
            // `{Condition: X}` is a call only where a truth is wanted.
            Kind::Mapping(entries) if entries.len() == 1 && entries[0].name == "Condition" => {
                let argument = &entries[0].value;
                self.condition(argument.scalar()?, argument.span)
            }
            _ => {
                let message = format!(
                    "a condition is Fn::Equals, Fn::And, Fn::Or or Fn::Not, but this is {}",
                    node.description()
                );
                self.report(Diagnostic::error("bad-condition", message).at(node.span));
                None
            }
        }
    }

    pub(super) fn truth_of_call(&self, name: &str, argument: &Node, span: Span) -> Option<bool> {
        match name {
            "Condition" => self.condition(argument.scalar()?, argument.span),
            "Fn::Equals" => {
                let [left, right] = self.arguments(name, argument, 2, "!Equals [VALUE, VALUE]")? else {
                    return None;
                };
                let (left, right) = (self.resolve(left), self.resolve(right));
                (!left.is_unknown() && !right.is_unknown())
                    .then(|| left.to_json_text() == right.to_json_text())
            }
            "Fn::Not" => {
                let [inner] = self.arguments(name, argument, 1, "!Not [CONDITION]")? else { return None };
                Some(!self.truth(inner)?)
            }
            "Fn::And" | "Fn::Or" => {
                let Kind::Sequence(nodes) = &argument.kind else {
                    self.arguments(name, argument, 2, "a list of conditions")?;
                    return None;
                };
                if !(2..=10).contains(&nodes.len()) {
                    let message = format!("{name} takes 2 to 10 conditions, but is given {}", nodes.len());
                    self.report(Diagnostic::error("bad-condition", message).at(argument.span));
                }
                let truths: Option<Vec<bool>> = nodes.iter().map(|node| self.truth(node)).collect();
                let truths = truths?;
                Some(if name == "Fn::And" {
                    truths.iter().all(|truth| *truth)
                } else {
                    truths.contains(&true)
                })
            }
            _ => {
                let message = format!("{name} is neither true nor false");
                self.report(
                    Diagnostic::error("bad-condition", message)
                        .at(span)
                        .help("compare it: !Equals [VALUE, 'true']"),
                );
                None
            }
        }
    }

    pub(super) fn call_if(&self, argument: &Node) -> Value {
        let form = "!If [CONDITION, VALUE_IF_TRUE, VALUE_IF_FALSE]";
        let Some([name, then, otherwise]) = self.arguments("Fn::If", argument, 3, form) else {
            return Value::unknown(argument.span);
        };
        let truth = match &name.kind {
            Kind::Scalar(scalar) => self.condition(&scalar.text, name.span),
            _ => self.truth(name),
        };
        match truth {
            Some(true) => self.resolve(then),
            Some(false) => self.resolve(otherwise),
            None => Value::unknown(argument.span),
        }
    }
}

impl Value {
    /// For comparison: CloudFormation compares texts, `true` and `'true'` alike.
    fn to_json_text(&self) -> String {
        match &self.data {
            Data::Text { text, .. } => text.clone(),
            _ => self.to_json().to_string(),
        }
    }
}
