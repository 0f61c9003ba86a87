//! Log lines for a terminal, those of one request together.

use std::time::Duration;

use trace::Timestamp;

use super::line::{Line, Role, harmless};
use crate::{LogLine, LogSource};

/// One line: its time, its function, its text.
pub fn log_line(line: &LogLine) -> Line {
    let time = line.at.to_string();
    Line::default()
        .with(Role::Dim, format!("{}  {}  ", time.get(11..23).unwrap_or_default(), line.function))
        .with(role(line), harmless(line.said()))
}

/// Puts the lines of one request together, though several requests speak at once.
#[derive(Default)]
pub struct Together {
    requests: Vec<Held>,
}

struct Held {
    request_id: String,
    lines: Vec<LogLine>,
    touched: Timestamp,
    ended: bool,
}

impl Together {
    /// Takes a line that came in at `now`.
    pub fn push(&mut self, line: LogLine, now: Timestamp) -> Vec<LogLine> {
        let Some(request_id) = line.request_id.clone() else { return vec![line] };
        let ended = ends_request(&line);
        match self.requests.iter_mut().find(|held| held.request_id == request_id) {
            Some(held) => {
                held.lines.push(line);
                held.touched = now;
                held.ended |= ended;
            }
            None => self.requests.push(Held { request_id, lines: vec![line], touched: now, ended }),
        }
        self.due(now)
    }

    /// The lines that wait no longer: of requests that have ended, have said nothing for a second
    /// or say very much.
    pub fn due(&mut self, now: Timestamp) -> Vec<LogLine> {
        let due = |held: &mut Held| {
            held.ended || now.since(held.touched) >= PATIENCE || held.lines.len() >= LINES_MAX
        };
        self.requests.extract_if(.., due).flat_map(|held| held.lines).collect()
    }

    /// All that is held, because nothing more comes.
    pub fn rest(&mut self) -> Vec<LogLine> {
        self.requests.drain(..).flat_map(|held| held.lines).collect()
    }
}

/// Whether the platform has said its last of the invocation, in either log format.
fn ends_request(line: &LogLine) -> bool {
    line.source == LogSource::Platform
        && (line.text.starts_with("REPORT ") || line.text.contains("\"platform.report\""))
}

fn role(line: &LogLine) -> Role {
    match line.source {
        LogSource::Platform if line.text.contains("Task timed out") || line.text.contains("Error:") => {
            Role::Bad
        }
        LogSource::Platform => Role::Dim,
        LogSource::Function => severity(&line.text),
    }
}

/// PHP names its severities: `PHP Fatal error:`, `PHP Warning:`, …
fn severity(text: &str) -> Role {
    let begins = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if begins(&["PHP Fatal error", "PHP Parse error", "PHP Recoverable fatal error", "Uncaught "]) {
        Role::Bad
    } else if begins(&["PHP Warning", "PHP Deprecated", "PHP Notice"]) {
        Role::Warning
    } else {
        Role::Plain
    }
}

const PATIENCE: Duration = Duration::from_secs(1);

const LINES_MAX: usize = 1_000;

#[cfg(test)]
mod tests;
