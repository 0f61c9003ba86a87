//! `davy logs`: what functions wrote, as it is stored and as it comes.

use std::time::Duration;

use serde_json::json;
use telemetry::render::log_line;
use telemetry::{LogFilter, LogLine, LogSource};

use crate::arguments::Logs;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

pub(crate) fn run(arguments: &Logs, printer: Printer) -> anyhow::Result<Exit> {
    let reader = super::reader(&arguments.state.folder())?;
    let mut filter = LogFilter {
        function: arguments.function.clone(),
        requests: arguments.request.clone().into_iter().collect(),
        limit: arguments.lines,
        ..LogFilter::default()
    };
    let mut count = 0;
    loop {
        let page = reader.logs(&filter).map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
        count += page.lines.len();
        for line in &page.lines {
            if arguments.json {
                printer.data(&as_json(line));
            } else {
                printer.drawing(&log_line(line));
            }
        }
        if !arguments.follow {
            break;
        }
        filter.after = page.last.or(filter.after);
        if page.lines.is_empty() {
            // The store is another process's file: there is nothing to wait on but time.
            std::thread::sleep(POLL);
        }
    }
    if count == 0 {
        printer.say("no log lines yet");
    }
    Ok(Exit::Done)
}

fn as_json(line: &LogLine) -> String {
    json!({
        "at": line.at.millis(),
        "function": line.function,
        "stream": line.stream,
        "requestId": line.request_id,
        "source": match line.source { LogSource::Platform => "platform", LogSource::Function => "function" },
        "text": line.text,
    })
    .to_string()
}

const POLL: Duration = Duration::from_millis(150);
