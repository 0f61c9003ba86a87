//! `davy php`: a console command in a function's environment, its output streamed, its exit code ours.

use std::path::PathBuf;

use lambda::{Channel, Command};
use stack::PhpFpm;
use template::Model;

use super::apart;
use crate::arguments::Php;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

pub(crate) fn run(arguments: &Php, printer: Printer) -> anyhow::Result<Exit> {
    let code = apart::with_stack(&arguments.apart, printer, async |stack, model, _| {
        let function = function(arguments, model)?;
        let command =
            Command { function, program: program(stack.php())?, arguments: arguments.arguments.clone() };
        let lambda = stack.inspector().lambda();
        let running = lambda.command(command, |channel, piece| match channel {
            Channel::Output => printer.data_bytes(piece),
            Channel::Error => printer.say_bytes(piece),
        });
        tokio::select! {
            code = running => code.map_err(|error| Failure::new(Exit::Failed, error.to_string()).into()),
            // The command dies with us; a shell expects 130 then.
            _ = tokio::signal::ctrl_c() => Ok(130),
        }
    })?;
    // Exit codes have eight bits.
    Ok(Exit::Command(u8::try_from(code & 0xff).unwrap_or(u8::MAX)))
}

/// The function meant: the one named, else the template's first.
fn function(arguments: &Php, model: &Model) -> Result<String, Failure> {
    let known = || model.functions.iter().map(|function| function.logical_id.as_str());
    match &arguments.function {
        Some(name) if model.functions.iter().any(|one| one.logical_id == *name || one.name == *name) => {
            Ok(name.clone())
        }
        Some(name) => Err(Failure::new(Exit::Failed, format!("no function `{name}` in this stack"))
            .hint(format!("the template has: {}", known().collect::<Vec<_>>().join(", ")))),
        None => known()
            .next()
            .map(str::to_owned)
            .ok_or_else(|| Failure::new(Exit::Failed, "the template has no function")),
    }
}

/// The command-line PHP of the same version as the php-fpm that runs requests.
fn program(php: Option<&PhpFpm>) -> Result<PathBuf, Failure> {
    let named = php.and_then(|php| php.version).map(|(major, minor)| format!("php{major}.{minor}"));
    let candidates = named.iter().map(String::as_str).chain(["php"]);
    let paths = candidates.flat_map(|name| FOLDERS.map(|folder| PathBuf::from(folder).join(name)));
    paths.into_iter().find(|path| path.is_file()).ok_or_else(|| {
        let looked_for = named.clone().unwrap_or_else(|| "php".to_owned());
        Failure::new(
            Exit::Missing,
            format!("{looked_for} is not installed: looked in {}", FOLDERS.join(", ")),
        )
        .hint("on Debian and Ubuntu: sudo apt-get install php-cli")
    })
}

/// Inside its walls a function sees these folders of the machine.
const FOLDERS: [&str; 2] = ["/usr/bin", "/usr/local/bin"];
