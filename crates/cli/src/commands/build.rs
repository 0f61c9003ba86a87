//! `davy build`: from a template to the zips that AWS takes, and the template that names them.

use std::collections::BTreeMap;
use std::time::Instant;

use package::{BuildOptions, Report};
use serde_json::{Value, json};

use super::load;
use crate::arguments::Build;
use crate::exit::{Exit, Failure};
use crate::printer::{Printer, Role};

pub(crate) fn run(arguments: &Build, printer: Printer) -> anyhow::Result<Exit> {
    let source = load::find(&arguments.template.template)?;
    // Whole paths, since tools are run in folders of their own.
    let folder = source.folder().canonicalize()?;
    let state = folder.join(".davy");
    let model = load::model(&source, &arguments.template.parameters, &state, printer)?;
    if source.built_in().is_some() {
        return Err(Failure::new(Exit::Failed, "there is no template to build from")
            .hint("davy init writes one")
            .into());
    }
    let options = BuildOptions {
        template: std::path::absolute(source.path())?,
        output: match &arguments.output {
            Some(output) => std::path::absolute(output)?,
            None => state.join("build"),
        },
        cache: state.join("packages"),
        bootstraps: BTreeMap::from([(std::env::consts::ARCH, super::bootstrap()?)]),
        extensions: arguments.extensions.clone(),
        sources: arguments.sources.clone(),
        launcher: std::env::current_exe()?,
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "a person is told how long it took; nothing is decided by it"
    )]
    let begun = Instant::now();
    printer.say("building; the first PHP layer takes a minute, since its packages are fetched");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let report = runtime
        .block_on(package::build(&model, &options))
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    if arguments.json {
        printer.data(&as_json(&report).to_string());
        return Ok(Exit::Done);
    }
    printer.say(report.text().trim_end());
    let took = begun.elapsed().as_secs_f64();
    printer.say(&format!(
        "{} {} in {took:.1} s",
        printer.paint(Role::Good, "built"),
        report.template.display()
    ));
    printer.hint(&format!("deploy it: sam deploy --guided --template {}", report.template.display()));
    Ok(Exit::Done)
}

fn as_json(report: &Report) -> Value {
    let zips: Vec<Value> = report
        .layers
        .iter()
        .chain(&report.functions)
        .map(|built| {
            json!({
                "resource": built.logical_id,
                "zip": built.zip,
                "bytes": built.written.bytes,
                "compiled": built.compiled,
            })
        })
        .collect();
    json!({ "template": report.template, "zips": zips, "notes": report.notes })
}
