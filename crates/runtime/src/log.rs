//! Log lines: text or JSON, whole, one write each, to stderr.

use std::fmt::Write as _;

use rustix::stdio::stderr;
use trace::Timestamp;

/// `AWS_LAMBDA_LOG_FORMAT`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// The line, after the request's id and a tab.
    #[default]
    Text,
    /// `{"timestamp","level","requestId","message"}`
    Json,
}

/// Writes log lines to stderr, which is the environment's log.
#[derive(Clone, Copy, Debug, Default)]
pub struct Log {
    format: LogFormat,
}

impl Log {
    /// A log in that format.
    pub const fn new(format: LogFormat) -> Self {
        Self { format }
    }

    /// Says something that belongs to no request.
    pub fn say(&self, message: &str) {
        self.line(None, message);
    }

    /// Writes one line, with its request's id if it has one.
    pub fn line(&self, request_id: Option<&str>, message: &str) {
        let line = render(self.format, crate::serve::now(), request_id, message);
        let mut rest = line.as_bytes();
        // A log that nobody reads any more must not stop the work.
        while let Ok(written @ 1..) = rustix::io::write(stderr(), rest) {
            rest = &rest[written..];
        }
    }
}

fn render(format: LogFormat, now: Timestamp, request_id: Option<&str>, message: &str) -> String {
    let mut line = String::with_capacity(message.len() + 64);
    match format {
        LogFormat::Text => {
            if let Some(id) = request_id {
                line.push_str(id);
                line.push('\t');
            }
            line.push_str(message);
        }
        LogFormat::Json => {
            let quoted = |text: &str| serde_json::Value::from(text).to_string();
            _ = write!(line, "{{\"timestamp\":\"{now}\",\"level\":\"{}\"", level(message));
            if let Some(id) = request_id {
                _ = write!(line, ",\"requestId\":{}", quoted(id));
            }
            _ = write!(line, ",\"message\":{}}}", quoted(message));
        }
    }
    line.push('\n');
    line
}

/// The level that PHP's own wording tells.
fn level(message: &str) -> &'static str {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| message.starts_with(prefix));
    if starts(&["PHP Fatal error", "PHP Parse error", "PHP Recoverable fatal error"]) {
        "ERROR"
    } else if starts(&["PHP Warning", "WARNING"]) || message.contains("] WARNING:") {
        "WARN"
    } else {
        "INFO"
    }
}

/// Puts lines together out of pieces of any size.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    partial: Vec<u8>,
}

impl Lines {
    /// Takes a piece and gives each line that is now whole, without its end.
    pub(crate) fn push(&mut self, piece: &[u8], mut each: impl FnMut(&str)) {
        let mut rest = piece;
        while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
            self.partial.extend_from_slice(&rest[..end]);
            rest = &rest[end + 1..];
            each(String::from_utf8_lossy(&self.partial).trim_end_matches('\r'));
            self.partial.clear();
        }
        self.partial.extend_from_slice(rest);
        if self.partial.len() > LINE_MAX {
            self.finish(each);
        }
    }

    /// Gives what is left as a line of its own.
    pub(crate) fn finish(&mut self, mut each: impl FnMut(&str)) {
        if !self.partial.is_empty() {
            each(&String::from_utf8_lossy(&self.partial));
            self.partial.clear();
        }
    }
}

/// CloudWatch takes events of 256 KB (262,144 bytes less 26); longer lines are cut there anyway.
const LINE_MAX: usize = 1024 * 1024;

#[cfg(test)]
mod tests;
