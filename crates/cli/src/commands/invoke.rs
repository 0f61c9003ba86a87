//! `davy invoke`: runs a function once, with no entrance but the command line.

use std::io::Read as _;
use std::time::Duration;

use lambda::{Invocation, InvokeError, Log};
use stack::Stack;
use telemetry::Record;
use tokio::sync::broadcast::Receiver;

use super::apart;
use crate::arguments::Invoke;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

pub(crate) fn run(arguments: &Invoke, printer: Printer) -> anyhow::Result<Exit> {
    // Read before anything is started: a missing file starts nothing.
    let event = if arguments.schedule.is_some() { Vec::new() } else { event(arguments)? };
    let answer = apart::with_stack(&arguments.apart, printer, async |stack, model, telemetry| {
        let invocation = invocation(arguments, event, stack)?;
        let records = telemetry.subscribe();
        let answer = stack.invoke(Invocation { log: Log::Tail, ..invocation }).await;
        print_log(records, printer).await;
        answer.map_err(|error| refused(&error, model).into())
    })?;
    printer.data(&String::from_utf8_lossy(&answer.payload));
    if answer.function_error.is_some() {
        return Err(
            Failure::new(Exit::Failed, "the function failed; its error is on stdout, its log above").into()
        );
    }
    Ok(Exit::Done)
}

/// Prints what the function and its platform logged, until nothing has come for a moment: PHP's
/// stderr takes a way of its own, through php-fpm's master, and may arrive after the answer.
async fn print_log(mut records: Receiver<Record>, printer: Printer) {
    while let Ok(Ok(record)) = tokio::time::timeout(SETTLED, records.recv()).await {
        if let Record::Log(line) = record {
            printer.say(line.text.trim_end());
        }
    }
}

/// What is to be run: a function with the event given, or a schedule with its own.
fn invocation(arguments: &Invoke, event: Vec<u8>, stack: &Stack) -> Result<Invocation, Failure> {
    let Some(schedule) = &arguments.schedule else {
        return Ok(Invocation::new(arguments.function.as_deref().unwrap_or_default(), event));
    };
    let lambda = stack.inspector().lambda();
    lambda.scheduled(schedule).ok_or_else(|| {
        let functions = lambda.functions();
        let names = functions.iter().flat_map(|function| &function.schedules).map(|one| one.name.as_str());
        Failure::new(Exit::Failed, format!("no schedule `{schedule}` in this stack"))
            .hint(format!("the template has: {}", names.collect::<Vec<_>>().join(", ")))
    })
}

fn event(arguments: &Invoke) -> Result<Vec<u8>, Failure> {
    let read = if arguments.event.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(&arguments.event)
    };
    let bytes = read.map_err(|error| {
        Failure::new(
            Exit::Failed,
            format!("cannot read the event from {}: {error}", arguments.event.display()),
        )
    })?;
    match serde_json::from_slice::<&serde_json::value::RawValue>(&bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Failure::new(Exit::Failed, format!("the event is not JSON: {error}"))
            .hint("davy invoke --help shows an event for an HTTP API")),
    }
}

fn refused(error: &InvokeError, model: &template::Model) -> Failure {
    let names: Vec<&str> = model.functions.iter().map(|function| function.logical_id.as_str()).collect();
    let failure = Failure::new(Exit::Failed, error.to_string());
    match error {
        InvokeError::FunctionNotFound { .. } => {
            failure.hint(format!("the template has: {}", names.join(", ")))
        }
        _ => failure,
    }
}

/// On a busy machine php-fpm's master was seen to hand a line on tens of milliseconds late.
const SETTLED: Duration = Duration::from_millis(250);
