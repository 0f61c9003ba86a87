//! From what the user pointed at to a model, with every problem printed on the way.

use std::path::Path;

use stack::Source;
use template::{Model, Parameters, Severity, Template};

use crate::exit::{Exit, Failure};
use crate::printer::Printer;

/// Finds the template that is meant.
pub(crate) fn find(given: &Path) -> Result<Source, Failure> {
    Source::find(given).map_err(|error| {
        Failure::new(Exit::Failed, error.to_string())
            .hint("davy up FOLDER runs any folder with an index.php in it")
    })
}

/// The model of a template without errors; its warnings are printed.
pub(crate) fn model(
    source: &Source,
    parameters: &[(String, String)],
    printer: Printer,
) -> Result<Model, Failure> {
    let (model, diagnostics) = load(source, parameters);
    if !diagnostics.is_empty() {
        printer.say(&diagnostics.render(printer.appearance()));
        printer.say("");
    }
    match model {
        Some(model) if !diagnostics.has_errors() => Ok(model),
        _ => {
            let errors = diagnostics.count(Severity::Error);
            let problems = if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") };
            Err(Failure::new(Exit::Failed, format!("the template has {problems}; nothing was started")))
        }
    }
}

/// Loads, whatever comes of it.
pub(crate) fn load(source: &Source, given: &[(String, String)]) -> (Option<Model>, template::Diagnostics) {
    let path = source.path();
    let mut parameters = Parameters::local(&path);
    parameters.overrides = given.iter().cloned().collect();
    match source.built_in() {
        Some(text) => Template::read(&text, &path, &parameters),
        None => Template::load(&path, &parameters),
    }
}
