//! What Lambda itself writes into a function's log, in text and in JSON (facts, lambda 5).

#[cfg(test)]
mod tests;

use std::time::Duration;

use access::calendar::iso_millis;
use serde_json::{Value, json};
use trace::Timestamp;

use crate::LogFormat;

/// One thing that the platform has to say.
#[derive(Clone, Debug)]
pub(crate) enum Event<'a> {
    InitStart {
        runtime: &'a str,
        function: &'a str,
    },
    /// Only of a start that failed.
    InitReport {
        took: Duration,
        phase: InitPhase,
        status: Status,
    },
    Start {
        request_id: &'a str,
    },
    /// A failure's own words: `Task timed out…`, `Error: Runtime exited…`.
    Failure {
        request_id: &'a str,
        kind: &'a str,
        message: &'a str,
    },
    TimedOut {
        request_id: &'a str,
        seconds: f64,
    },
    End {
        request_id: &'a str,
    },
    Report(Report<'a>),
}

#[derive(Clone, Debug)]
pub(crate) struct Report<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) duration: Duration,
    pub(crate) initialization: Option<Duration>,
    pub(crate) memory_megabytes: u32,
    pub(crate) used_megabytes: u64,
    pub(crate) status: Status,
    pub(crate) error_type: Option<&'a str>,
    /// The trace and the function's segment, if the trace is sampled.
    pub(crate) trace: Option<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Success,
    /// The function reported an error of its own.
    Failure,
    /// The runtime ended.
    Error,
    Timeout,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InitPhase {
    Init,
    /// Once more, within the first invocation.
    Invoke,
}

impl Status {
    const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Error => "error",
            Self::Timeout => "timeout",
        }
    }
}

impl Event<'_> {
    /// The line, or none if this format has none for it.
    pub(crate) fn line(&self, format: LogFormat, at: Timestamp) -> Option<String> {
        match format {
            LogFormat::Text => Some(self.text(at)),
            LogFormat::Json => self.record().map(|(kind, record)| {
                json!({"time": iso_millis(at.millis()), "type": kind, "record": record}).to_string()
            }),
        }
    }

    fn text(&self, at: Timestamp) -> String {
        match self {
            Self::InitStart { runtime, .. } => format!(
                "INIT_START Runtime Version: {}\tRuntime Version ARN: {}",
                runtime_version(runtime),
                runtime_arn(runtime)
            ),
            Self::InitReport { took, phase, status } => format!(
                "INIT_REPORT Init Duration: {:.2} ms\tPhase: {}\tStatus: {}",
                millis(*took),
                phase.name(),
                status.name()
            ),
            Self::Start { request_id } => format!("START RequestId: {request_id} Version: $LATEST"),
            Self::Failure { request_id, kind, message } => {
                format!("RequestId: {request_id} Error: {message}\n{kind}")
            }
            Self::TimedOut { request_id, seconds } => format!(
                "{} {request_id} Task timed out after {seconds:.2} seconds\n",
                iso_millis(at.millis())
            ),
            Self::End { request_id } => format!("END RequestId: {request_id}"),
            Self::Report(report) => report.text(),
        }
    }

    fn record(&self) -> Option<(&'static str, Value)> {
        Some(match self {
            Self::InitStart { runtime, function } => (
                "platform.initStart",
                json!({
                    "initializationType": "on-demand",
                    "phase": "init",
                    "runtimeVersion": runtime_version(runtime),
                    "runtimeVersionArn": runtime_arn(runtime),
                    "functionName": function,
                    "functionVersion": "$LATEST",
                }),
            ),
            Self::InitReport { took, phase, status } => (
                "platform.initReport",
                json!({
                    "initializationType": "on-demand",
                    "phase": phase.name(),
                    "status": status.name(),
                    "metrics": {"durationMs": rounded(*took)},
                }),
            ),
            Self::Start { request_id } => {
                ("platform.start", json!({"requestId": request_id, "version": "$LATEST"}))
            }
            // In JSON the report's status and error type say it.
            Self::Failure { .. } | Self::TimedOut { .. } | Self::End { .. } => return None,
            Self::Report(report) => ("platform.report", report.record()),
        })
    }
}

impl InitPhase {
    const fn name(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Invoke => "invoke",
        }
    }
}

impl Report<'_> {
    /// Init time is billed for custom runtimes; the sum is rounded up to the millisecond.
    fn billed_millis(&self) -> u128 {
        (self.duration + self.initialization.unwrap_or_default()).as_micros().div_ceil(1_000)
    }

    fn text(&self) -> String {
        use std::fmt::Write as _;
        let mut text = format!(
            "REPORT RequestId: {}\tDuration: {:.2} ms\tBilled Duration: {} ms\tMemory Size: {} MB\tMax Memory Used: {} MB\t",
            self.request_id,
            millis(self.duration),
            self.billed_millis(),
            self.memory_megabytes,
            self.used_megabytes
        );
        if let Some(initialization) = self.initialization {
            let _ = write!(text, "Init Duration: {:.2} ms\t", millis(initialization));
        }
        match self.status {
            Status::Timeout => text.push_str("Status: timeout"),
            Status::Error => {
                let _ = write!(
                    text,
                    "Status: error\tError Type: {}",
                    self.error_type.unwrap_or("Runtime.Unknown")
                );
            }
            Status::Success | Status::Failure => {}
        }
        if let Some((trace, segment)) = &self.trace {
            let _ = write!(text, "\nXRAY TraceId: {trace}\tSegmentId: {segment}\tSampled: true\t");
        }
        text
    }

    fn record(&self) -> Value {
        let mut metrics = json!({
            "durationMs": rounded(self.duration),
            "billedDurationMs": self.billed_millis(),
            "memorySizeMB": self.memory_megabytes,
            "maxMemoryUsedMB": self.used_megabytes,
        });
        if let Some(initialization) = self.initialization {
            metrics["initDurationMs"] = json!(rounded(initialization));
        }
        let mut record =
            json!({"requestId": self.request_id, "status": self.status.name(), "metrics": metrics});
        if let Some(error_type) = self.error_type {
            record["errorType"] = json!(error_type);
        }
        if let Some((trace, segment)) = &self.trace {
            let value = format!("Root={trace};Parent={segment};Sampled=1");
            record["tracing"] = json!({"spanId": segment, "type": "X-Amzn-Trace-Id", "value": value});
        }
        record
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// Two decimals, as in the recorded lines.
fn rounded(duration: Duration) -> f64 {
    (millis(duration) * 100.0).round() / 100.0
}

/// `provided.al2023` → `provided:al2023.v100`
fn runtime_version(runtime: &str) -> String {
    format!("{}.v100", runtime.replacen('.', ":", 1))
}

fn runtime_arn(runtime: &str) -> String {
    // AWS's ends in a hash of the image; here it says that there is none.
    format!("arn:aws:lambda:us-east-1::runtime:davy-{}", runtime.replace('.', "-"))
}
