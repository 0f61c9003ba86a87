//! `davy cache purge`: asks the running stack to drop cached answers.

use stack::{Order, Report};

use crate::arguments::{Cache, Purge};
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

pub(crate) fn run(arguments: &Cache, printer: Printer) -> anyhow::Result<Exit> {
    match arguments {
        Cache::Purge(purge) => run_purge(purge, printer),
    }
}

fn run_purge(arguments: &Purge, printer: Printer) -> anyhow::Result<Exit> {
    if let Some(path) = arguments.paths.iter().find(|path| !path.starts_with('/')) {
        return Err(Failure::new(
            Exit::Failed,
            format!("{path}: a path to purge starts with /, as an invalidation's does"),
        )
        .hint("quote patterns, so that the shell leaves them alone: davy cache purge '/assets/*'")
        .into());
    }
    let state = arguments.state.folder();
    let order = Order::Purge { paths: arguments.paths.clone() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(stack::ask(&state, &order)).map_err(|error| {
        Failure::new(Exit::Failed, format!("no stack answers in {}: {error}", state.display()))
            .hint("run davy up first, or name the stack's folder with --folder")
    })?;
    match report {
        Report::Purged { answers } => {
            let plural = if answers == 1 { "" } else { "s" };
            printer.say(&format!("{answers} cached answer{plural} purged"));
            Ok(Exit::Done)
        }
        Report::Refused { reason } => Err(Failure::new(Exit::Failed, reason).into()),
        Report::Endpoints { .. } => Err(anyhow::anyhow!("the stack answered another question")),
    }
}
