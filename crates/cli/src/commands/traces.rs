//! `davy traces`: the list of requests, or one of them as a waterfall over all hops.

use std::path::Path;

use serde_json::{Value, json};
use telemetry::render::log_line;
use telemetry::{Reader, TraceFilter, TraceSummary};
use trace::TraceId;

use crate::arguments::Traces;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

pub(crate) fn run(arguments: &Traces, printer: Printer) -> anyhow::Result<Exit> {
    let state = arguments.state.folder();
    let reader = super::reader(&state)?;
    if let Some(id) = wanted(arguments, &reader)? {
        return draw(id, &reader, arguments, printer);
    }
    if arguments.last {
        return Err(Failure::new(Exit::Failed, "no trace is stored yet").hint(hint(&state)).into());
    }
    let filter = TraceFilter { limit: arguments.lines, ..TraceFilter::default() };
    let mut summaries = reader.traces(&filter).map_err(|error| unreadable(&error))?;
    // The newest stands last, next to the prompt.
    summaries.reverse();
    if arguments.json {
        for summary in &summaries {
            printer.data(&as_json(summary));
        }
    } else if summaries.is_empty() {
        printer.say(&format!("no trace is stored yet; {}", hint(&state)));
    } else {
        for line in telemetry::trace_table(&summaries, printer.width()) {
            printer.drawing(&line);
        }
    }
    Ok(Exit::Done)
}

fn wanted(arguments: &Traces, reader: &Reader) -> Result<Option<TraceId>, Failure> {
    match &arguments.id {
        Some(text) => text.parse().map(Some).map_err(|error: trace::MalformedId| {
            Failure::new(Exit::Failed, format!("{text}: {error}")).hint("davy traces lists them")
        }),
        None if arguments.last => reader.latest().map_err(|error| unreadable(&error)),
        None => Ok(None),
    }
}

fn draw(id: TraceId, reader: &Reader, arguments: &Traces, printer: Printer) -> anyhow::Result<Exit> {
    let spans = reader.trace(id).map_err(|error| unreadable(&error))?;
    if spans.is_empty() {
        return Err(Failure::new(Exit::Failed, format!("there is no trace {id}"))
            .hint("davy traces lists those that are stored")
            .into());
    }
    if arguments.json {
        let documents = trace::segment_documents(&spans);
        printer.data(&Value::from(documents).to_string());
        return Ok(Exit::Done);
    }
    for line in telemetry::waterfall(&spans, printer.width()) {
        printer.drawing(&line);
    }
    let lines = reader.logs_of(&spans).map_err(|error| unreadable(&error))?;
    if !lines.is_empty() {
        printer.data("");
    }
    for line in &lines {
        printer.drawing(&log_line(line));
    }
    Ok(Exit::Done)
}

fn as_json(summary: &TraceSummary) -> String {
    let request = summary.request.as_ref();
    json!({
        "trace": summary.trace.to_string(),
        "at": summary.start.millis(),
        "duration": summary.duration.as_secs_f64() * 1_000.0,
        "method": request.map(|request| &request.method),
        "path": request.map(|request| &request.path),
        "status": request.map(|request| request.status),
        "cache": request.and_then(|request| request.cache.as_ref()).map(|cache| &cache.result),
        "function": summary.placement.as_ref().map(|placement| &placement.function),
    })
    .to_string()
}

fn unreadable(error: &telemetry::ReadError) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
}

fn hint(state: &Path) -> String {
    format!("traces of a running stack are kept in {}", state.display())
}
