//! From what the user pointed at to a model, with every problem printed on the way.

use std::path::Path;

use stack::Source;
use template::{Diagnostics, Model, Parameters, Severity, Template};

use crate::exit::{Exit, Failure};
use crate::printer::Printer;

/// Finds the template that is meant.
pub(crate) fn find(given: &Path) -> Result<Source, Failure> {
    Source::find(given).map_err(|error| {
        Failure::new(Exit::Failed, error.to_string())
            .hint("davy up FOLDER runs any folder with an index.php in it")
    })
}

/// The model of a template without errors; its warnings are printed, and what it takes from
/// outside is asked for, all together. The user's own values are in the folder `state`.
pub(crate) fn model(
    source: &Source,
    given: &[(String, String)],
    state: &Path,
    printer: Printer,
) -> Result<Model, Failure> {
    let (model, diagnostics) = load(source, given, state)?;
    if !diagnostics.is_empty() {
        printer.say(&diagnostics.render(printer.appearance()));
        printer.say("");
    }
    match model {
        Some(model) if !diagnostics.has_errors() => {
            ask_for_outside_values(&model, state, printer);
            Ok(model)
        }
        _ => {
            let errors = diagnostics.count(Severity::Error);
            let problems = if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") };
            Err(Failure::new(Exit::Failed, format!("the template has {problems}; nothing was started")))
        }
    }
}

/// Loads, whatever comes of it.
pub(crate) fn load(
    source: &Source,
    given: &[(String, String)],
    state: &Path,
) -> Result<(Option<Model>, Diagnostics), Failure> {
    let path = source.path();
    let mut parameters = Parameters::local(&path);
    parameters.overrides = super::parameters::read(state)?;
    parameters.overrides.extend(given.iter().cloned());
    Ok(match source.built_in() {
        Some(text) => Template::read(&text, &path, &parameters),
        None => Template::load(&path, &parameters),
    })
}

/// Values that only AWS or the user can give: what stands in for each, and where to give it.
fn ask_for_outside_values(model: &Model, state: &Path, printer: Printer) {
    if model.outside.is_empty() {
        return;
    }
    printer.warning("the template takes values from outside; these stand in for them:");
    for value in &model.outside {
        printer.say(&format!("  line {:<4} {} = {}", value.position.line, value.name, value.stand_in));
    }
    printer.hint(&format!(
        "give your own in {}, a line each: NAME: value",
        state.join("parameters.yaml").display()
    ));
}
