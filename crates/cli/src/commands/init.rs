//! `davy init`: writes a template for what is in a folder.

use scaffold::InitError;

use crate::arguments::Init;
use crate::exit::{Exit, Failure};
use crate::printer::{Printer, Role};

pub(crate) fn run(arguments: &Init, printer: Printer) -> anyhow::Result<Exit> {
    let done = scaffold::init(&arguments.folder, PHP).map_err(|error| failure(&error))?;
    printer.say(&format!("found {}; every request runs {}", done.framework.name(), done.handler));
    if !done.patterns.is_empty() {
        printer.say(&format!("the bucket answers {}", done.patterns.join(", ")));
    }
    for path in &done.written {
        printer.say(&format!("{} {}", printer.paint(Role::Good, "wrote"), path.display()));
    }
    for path in &done.kept {
        printer.say(&format!("{} {}", printer.paint(Role::Faint, "kept "), path.display()));
    }
    for line in &done.unread {
        printer.warning(&format!(".htaccess is not read on Lambda; {line}"));
    }
    printer.hint(&format!("run it: davy up {}", arguments.folder.display()));
    Ok(Exit::Done)
}

fn failure(error: &InitError) -> Failure {
    let failure = Failure::new(Exit::Failed, error.to_string());
    match error {
        InitError::TemplateExists { .. } => failure.hint("davy validate checks the one that is there"),
        InitError::Write { .. } => failure,
    }
}

/// The version of Debian 12, which the layer is made from.
const PHP: &str = "8.2";
