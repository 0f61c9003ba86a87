//! `davy up`: runs the stack that a template describes, until a signal ends it.

mod banner;
mod json;
mod live;
mod page;
mod signals;

use std::path::{Path, PathBuf};
use std::time::Duration;

use stack::{Enclosure, Settings, Source, Stack, Started, State};
use telemetry::{Limits, Record, Telemetry};
use template::Model;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use self::live::Live;
use self::page::{About, Page};
use self::signals::Signals;
use super::{load, start_failure};
use crate::arguments::Up;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

pub(crate) fn run(arguments: &Up, printer: Printer) -> anyhow::Result<Exit> {
    let source = load::find(&arguments.template.template)?;
    let model = load::model(&source, &arguments.template.parameters, printer)?;
    let settings = settings(arguments, &source)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let exit = runtime.block_on(up(arguments, &source, model, settings, printer));
    // Blocking tasks that are left (a disk read) have nobody to answer to any more.
    runtime.shutdown_timeout(Duration::from_millis(200));
    exit
}

async fn up(
    arguments: &Up,
    source: &Source,
    model: Model,
    settings: Settings,
    printer: Printer,
) -> anyhow::Result<Exit> {
    // Before anything is started, so that a signal in between is not lost.
    let mut signals = Signals::listen()?;
    let state = State::hold(&settings.state).map_err(|error| start_failure(&error))?;
    let telemetry = open_telemetry(&settings.state)?;
    let records = telemetry.subscribe();
    let Started { mut stack, warnings } =
        Stack::start(state, &model, settings, telemetry.clone()).map_err(|error| start_failure(&error))?;
    for warning in &warnings {
        printer.warning(warning);
    }
    let template = match source {
        Source::File(file) => Some(file.canonicalize().unwrap_or_else(|_| file.clone())),
        Source::BuiltIn { .. } => None,
    };
    let edits = stack.watch(&model, template.as_deref());
    let page = open_page(&stack, &model, &telemetry, source, arguments, warnings, printer).await;
    let console = page.as_ref().map(|page| page.url.as_str());
    banner::print(&stack, &model, source, arguments, console, printer);
    if arguments.json {
        printer.data(&json::ready(&stack, console));
    }
    let printing = tokio::spawn(print(records, code_folders(&model), arguments.json, printer));
    follow_template(&mut stack, edits, source, arguments, page.as_ref(), &mut signals, printer).await;

    printer.say("draining: requests under way may end; press Ctrl-C again to end at once");
    let ending = async {
        if let Some(page) = page {
            page.close().await;
        }
        stack.drain(GRACE).await;
    };
    tokio::select! {
        () = ending => {}
        () = signals.next() => printer.say("ended at once"),
    }
    printing.abort();
    Ok(Exit::Done)
}

/// The console, unless it can't be: a stack serves without its page too.
async fn open_page(
    stack: &Stack,
    model: &Model,
    telemetry: &Telemetry,
    source: &Source,
    arguments: &Up,
    warnings: Vec<String>,
    printer: Printer,
) -> Option<Page> {
    let state = arguments.state.clone().unwrap_or_else(|| source.folder().join(".davy"));
    let about = About {
        template: source.path().display().to_string(),
        port: if arguments.port == 0 { 0 } else { arguments.port.checked_add(9).unwrap_or(0) },
        concurrency: usize::from(arguments.concurrency),
        state: &state,
        warnings,
    };
    let page = Page::open(stack, model, telemetry, about).await;
    page.map_err(|error| printer.warning(&format!("there is no console: {error}"))).ok()
}

/// Puts an edited template in place until a signal comes.
async fn follow_template(
    stack: &mut Stack,
    mut edits: watch::Receiver<u64>,
    source: &Source,
    arguments: &Up,
    page: Option<&Page>,
    signals: &mut Signals,
    printer: Printer,
) {
    loop {
        tokio::select! {
            () = signals.next() => return,
            changed = edits.changed() => if changed.is_err() {
                // Edits are not watched; only a signal is left to wait for.
                return signals.next().await;
            },
        }
        edits.mark_unchanged();
        let Ok(model) = load::model(source, &arguments.template.parameters, printer) else {
            printer.say("the stack goes on with the template as it was");
            continue;
        };
        match stack.replace(&model, GRACE).await {
            Ok(warnings) => {
                if let Some(page) = page {
                    page.follow(&model);
                }
                warnings.iter().for_each(|warning| printer.warning(warning));
                printer.say("▸ the template was edited: the stack follows it");
            }
            Err(error) => {
                printer.error(&error.to_string());
                printer.say("the stack goes on with the template as it was");
            }
        }
    }
}

/// Prints what happens until its task is aborted.
async fn print(mut records: Receiver<Record>, code: Vec<(String, PathBuf)>, as_json: bool, printer: Printer) {
    let mut live = Live::new(printer, code.into_iter().collect());
    loop {
        match records.recv().await {
            Ok(record) => {
                if as_json && let Record::Request(request) = &record {
                    printer.data(&json::request(request));
                }
                for line in live.take(&record) {
                    printer.say(&line);
                }
            }
            Err(RecvError::Lagged(missed)) => {
                printer.say(&format!(
                    "… {missed} records too many to print; davy logs and davy traces have them"
                ));
            }
            Err(RecvError::Closed) => return,
        }
    }
}

fn settings(arguments: &Up, source: &Source) -> anyhow::Result<Settings> {
    Ok(Settings {
        port: arguments.port,
        state: arguments.state.clone().unwrap_or_else(|| source.folder().join(".davy")),
        concurrency: usize::from(arguments.concurrency),
        idle: arguments.idle,
        enclosure: if arguments.unenclosed { Enclosure::Never } else { Enclosure::WherePossible },
        launcher: std::env::current_exe()?,
        bootstrap: super::bootstrap()?,
    })
}

/// Opens the store in the state folder.
pub(crate) fn open_telemetry(state: &Path) -> anyhow::Result<Telemetry> {
    Telemetry::open(&state.join("telemetry.db"), Limits::default()).map_err(|error| {
        Failure::new(Exit::Failed, error.to_string())
            .hint("davy clean removes this stack's state, logs and traces included")
            .into()
    })
}

fn code_folders(model: &Model) -> Vec<(String, PathBuf)> {
    model
        .functions
        .iter()
        .filter_map(|function| match &function.code {
            template::model::Code::Folder(folder) => Some((function.name.clone(), folder.clone())),
            _ => None,
        })
        .collect()
}

/// A page that takes longer than this after Ctrl-C is not waited for; Lambda's HTTP APIs give up
/// after 30 s as well.
const GRACE: Duration = Duration::from_secs(30);
