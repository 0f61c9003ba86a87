//! What happens in a running stack, line by line: records in, text for a person out.
//!
//! A request's own log lines come before its answer does, so they are held until its line stands,
//! and then hang under it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::PathBuf;
use std::time::Duration;

use telemetry::{CacheRecord, LogLine, LogSource, Placement, Record, RequestRecord, Start, annotation};
use template::Model;
use template::model::{self, Code};
use trace::{Hop, TraceId};

use crate::printer::{Printer, Role};

/// Holds the log lines of requests that are under way.
pub(super) struct Live {
    printer: Printer,
    /// By the functions' names.
    functions: BTreeMap<String, Shown>,
    /// Lines by request id.
    lines: HashMap<String, Vec<String>>,
    /// The invocations of each trace.
    invocations: HashMap<TraceId, Vec<String>>,
    /// Request ids, the oldest first, so that what never ends is forgotten.
    order: VecDeque<String>,
    traces: VecDeque<TraceId>,
    /// Request ids whose line stands, the oldest first.
    printed: VecDeque<String>,
}

/// What a person calls a function, and where its `/var/task` is on this machine, so that an error
/// can be clicked.
struct Shown {
    logical_id: String,
    code: Option<PathBuf>,
}

impl Live {
    pub(super) fn new(printer: Printer, model: &Model) -> Self {
        let shown = |function: &model::Function| Shown {
            logical_id: function.logical_id.clone(),
            code: match &function.code {
                Code::Folder(folder) => Some(folder.clone()),
                Code::Archive(_) | Code::Inline(_) | Code::Remote(_) => None,
            },
        };
        let functions = model.functions.iter().map(|one| (one.name.clone(), shown(one))).collect();
        Self {
            printer,
            functions,
            lines: HashMap::new(),
            invocations: HashMap::new(),
            order: VecDeque::new(),
            traces: VecDeque::new(),
            printed: VecDeque::new(),
        }
    }

    /// What to print for a record; often nothing yet.
    pub(super) fn take(&mut self, record: &Record) -> Vec<String> {
        match record {
            Record::Request(request) => self.request(request),
            Record::Log(line) => self.log(line),
            Record::Span(span) => {
                if span.hop == Hop::Lambda
                    && let Some((_, id)) =
                        span.annotations.iter().find(|(name, _)| name == annotation::REQUEST_ID)
                {
                    self.remember(span.trace, id.clone());
                }
                Vec::new()
            }
            Record::Notice(text) => vec![self.printer.paint(Role::Warning, &format!("▸ {text}"))],
        }
    }

    fn request(&mut self, request: &RequestRecord) -> Vec<String> {
        let mut printed = vec![self.line(request)];
        for id in self.invocations.remove(&request.trace).unwrap_or_default() {
            printed.extend(self.lines.remove(&id).unwrap_or_default());
            self.printed.push_back(id);
        }
        while self.printed.len() > REQUESTS_HELD {
            self.printed.pop_front();
        }
        printed
    }

    fn log(&mut self, line: &LogLine) -> Vec<String> {
        if line.source == LogSource::Platform && !is_trouble(&line.text) {
            return Vec::new();
        }
        let text = self.with_own_path(line);
        let painted = format!("  {} {text}", self.printer.paint(Role::Faint, "│"));
        let Some(id) = line.request_id.as_ref().filter(|id| !self.printed.contains(*id)) else {
            // PHP's last lines may come after its answer did.
            return vec![painted];
        };
        if !self.lines.contains_key(id) {
            self.order.push_back(id.clone());
        }
        let held = self.lines.entry(id.clone()).or_default();
        if held.len() < LINES_HELD {
            held.push(painted);
        }
        self.forget_the_oldest()
    }

    /// A request that never ends must not keep its lines from being seen.
    fn forget_the_oldest(&mut self) -> Vec<String> {
        let mut printed = Vec::new();
        while self.order.len() > REQUESTS_HELD {
            if let Some(id) = self.order.pop_front() {
                printed.extend(self.lines.remove(&id).unwrap_or_default());
            }
        }
        printed
    }

    fn remember(&mut self, trace: TraceId, id: String) {
        self.invocations.entry(trace).or_default().push(id);
        self.traces.push_back(trace);
        while self.traces.len() > REQUESTS_HELD {
            if let Some(old) = self.traces.pop_front() {
                self.invocations.remove(&old);
            }
        }
    }

    fn with_own_path(&self, line: &LogLine) -> String {
        // The runtime puts the request's id before a line, as Lambda's own do; here the lines hang
        // under their request.
        let id = line.request_id.as_deref().unwrap_or_default();
        let text = line.text.strip_prefix(id).and_then(|rest| rest.strip_prefix('\t')).unwrap_or(&line.text);
        let code = self.functions.get(&line.function).and_then(|function| function.code.as_ref());
        match code {
            Some(folder) => text.replace("/var/task", &folder.to_string_lossy()),
            None => text.to_owned(),
        }
    }

    /// One request in one line.
    fn line(&self, request: &RequestRecord) -> String {
        let printer = self.printer;
        let status = match request.status {
            500.. => printer.paint(Role::Bad, &request.status.to_string()),
            400..=499 => printer.paint(Role::Warning, &request.status.to_string()),
            _ => printer.paint(Role::Good, &request.status.to_string()),
        };
        let cache = request.cache.as_ref().map(cache).unwrap_or_default();
        let placement = request.placement.as_ref().map(|one| self.placement(one)).unwrap_or_default();
        let trace = printer.paint(Role::Faint, &request.trace.to_string());
        format!(
            "{:<6} {:<34} {status} {:>9}  {cache:<24} {placement:<26} {trace}",
            request.method,
            shortened(&request.path, 34),
            milliseconds(request.duration),
        )
    }

    fn placement(&self, placement: &Placement) -> String {
        // A log stream's name ends in 32 hex digits of which four tell environments apart.
        let letters: Vec<char> = placement.environment.chars().collect();
        let short: String = letters[letters.len().saturating_sub(4)..].iter().collect();
        let start = match placement.start {
            Start::Cold { initialization } => format!("cold {}", milliseconds(initialization)),
            Start::Warm => "warm".to_owned(),
        };
        let function = self.functions.get(&placement.function);
        let name = function.map_or(&placement.function, |function| &function.logical_id);
        format!("{name} {short} {start}")
    }
}

/// The platform's lines that a person should see beside the function's own.
fn is_trouble(text: &str) -> bool {
    ["Task timed out", "Error:", "INIT_REPORT", "read-only in Lambda"].iter().any(|sign| text.contains(sign))
}

fn cache(cache: &CacheRecord) -> String {
    match cache.fresh_for {
        Some(left) if !left.is_zero() => format!("{}, holds {}", cache.result, rough(left)),
        _ => cache.result.clone(),
    }
}

fn milliseconds(duration: Duration) -> String {
    let millis = duration.as_secs_f64() * 1_000.0;
    if millis < 100.0 { format!("{millis:.1} ms") } else { format!("{millis:.0} ms") }
}

/// The two largest units at most: `23 h 59 min`.
fn rough(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// At most `width` characters, the end being what tells paths apart.
fn shortened(path: &str, width: usize) -> String {
    let letters: Vec<char> = path.chars().collect();
    if letters.len() <= width {
        return path.to_owned();
    }
    let end: String = letters[letters.len() - (width - 1)..].iter().collect();
    format!("…{end}")
}

/// A page that logs more than this is being debugged with `davy logs`.
const LINES_HELD: usize = 100;
const REQUESTS_HELD: usize = 256;

#[cfg(test)]
mod tests;
