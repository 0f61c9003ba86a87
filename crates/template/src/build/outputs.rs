//! Outputs: the values that a stack is asked for.

use super::Builder;
use crate::diagnostic::Diagnostic;
use crate::model::Output;
use crate::tree::Node;

impl Builder<'_, '_> {
    pub(super) fn outputs(&mut self) {
        for entry in self.resolver.sections.section("Outputs") {
            if let Some(condition) = entry.value.member("Condition") {
                let name = condition.scalar().unwrap_or_default();
                if self.resolver.condition(name, condition.span) != Some(true) {
                    continue;
                }
            }
            let Some(node) = entry.value.member("Value") else {
                let message = format!("the output `{}` has no `Value`", entry.name);
                self.report(Diagnostic::error("missing-property", message).at(entry.name_span));
                continue;
            };
            let value = self.resolver.resolve(node);
            let text = match value.text() {
                Some(text) => text.to_owned(),
                None if value.is_unknown() => continue,
                None => {
                    let message = format!(
                        "the output `{}` should be a text, but is {}",
                        entry.name,
                        value.description()
                    );
                    self.report(Diagnostic::error("wrong-type", message).at(node.span));
                    continue;
                }
            };
            let export = entry.value.member("Export").and_then(|export| export.member("Name"));
            let export = export.and_then(|name| self.resolver.resolve(name).text().map(str::to_owned));
            self.model.outputs.push(Output {
                name: entry.name.clone(),
                value: text,
                description: entry.value.member("Description").and_then(Node::scalar).map(str::to_owned),
                export,
                position: self.position(entry.name_span),
            });
        }
    }
}
