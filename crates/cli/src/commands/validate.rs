//! `davy validate`: every problem of a template at once.

use template::Severity;

use super::load;
use crate::arguments::Validate;
use crate::exit::Exit;
use crate::printer::{Printer, Role};

pub(crate) fn run(arguments: &Validate, printer: Printer) -> anyhow::Result<Exit> {
    let source = load::find(&arguments.template.template)?;
    let state = source.folder().join(".davy");
    let (_, diagnostics) = load::load(&source, &arguments.template.parameters, &state)?;
    if arguments.json {
        printer.data(&diagnostics.to_json().to_string());
    } else {
        if !diagnostics.is_empty() {
            printer.say(&diagnostics.render(printer.appearance()));
            printer.say("");
        }
        let errors = diagnostics.count(Severity::Error);
        let summary = format!("{errors} errors, {} warnings", diagnostics.count(Severity::Warning));
        let role = if errors == 0 { Role::Good } else { Role::Bad };
        printer.say(&printer.paint(role, &summary));
    }
    Ok(if diagnostics.has_errors() { Exit::Failed } else { Exit::Done })
}
