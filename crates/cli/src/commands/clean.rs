//! `davy clean`: removes a stack's state folder, unless a stack is running on it.

use std::io::{BufRead as _, IsTerminal as _};

use crate::arguments::Clean;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

pub(crate) fn run(arguments: &Clean, printer: Printer) -> anyhow::Result<Exit> {
    let folder = arguments.state.folder();
    if !folder.is_dir() {
        printer.say(&format!("nothing to remove: {} does not exist", folder.display()));
        return Ok(Exit::Done);
    }
    let held = stack::State::hold_existing(&folder)
        .map_err(|error| super::start_failure(&error))?
        .ok_or_else(|| not_ours(&folder))?;
    if !arguments.yes && !confirmed(&folder, printer)? {
        printer.say("nothing removed");
        return Ok(Exit::Failed);
    }
    std::fs::remove_dir_all(&folder).map_err(|error| {
        Failure::new(Exit::Failed, format!("cannot remove {}: {error}", folder.display()))
    })?;
    drop(held);
    printer.say(&format!("removed {}: buckets, logs and traces of this stack", folder.display()));
    Ok(Exit::Done)
}

/// A folder without our lock file was not made by us, whatever `--state` says.
fn not_ours(folder: &std::path::Path) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("{} is no state folder of Davy's: it holds no lock file", folder.display()),
    )
    .hint("nothing was removed; give the folder that davy up was given with --state")
}

fn confirmed(folder: &std::path::Path, printer: Printer) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(Exit::Failed, "there is no terminal to ask at")
            .hint("davy clean --yes removes without asking")
            .into());
    }
    printer.say(&format!("Remove {} with all its buckets, logs and traces? [y/N]", folder.display()));
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
