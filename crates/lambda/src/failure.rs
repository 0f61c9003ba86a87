//! How an invocation fails, in the words that its caller gets (facts, lambda 2).

use std::time::Duration;

use bytes::Bytes;
use sandbox::Exit;
use serde_json::json;

use crate::PAYLOAD_LIMIT;
use crate::platform::Status;

/// A function's failure that Lambda tells in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The runtime ended.
    Exit(Exit),
    /// The function took longer than its `Timeout`.
    Timeout(Duration),
    /// The answer is over the limit.
    TooLarge,
    /// There is nothing to run.
    Entrypoint(String),
    /// The runtime told one itself; this is its body.
    Told { body: Bytes, status: Status },
}

impl Failure {
    /// The answer's payload.
    pub(crate) fn payload(&self, request_id: &str) -> Bytes {
        let error = |message: String| {
            let message = format!("RequestId: {request_id} Error: {message}");
            json!({"errorType": self.error_type(), "errorMessage": message}).to_string().into()
        };
        match self {
            Self::Exit(_) | Self::Timeout(_) | Self::Entrypoint(_) => error(self.message()),
            Self::TooLarge => json!({
                "errorMessage": self.message(),
                "errorType": self.error_type(),
            })
            .to_string()
            .into(),
            Self::Told { body, .. } => body.clone(),
        }
    }

    /// What the log says, without the request's id.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Exit(Exit::Code(0)) => "Runtime exited without providing a reason".to_owned(),
            Self::Exit(exit) => format!("Runtime exited with error: {exit}"),
            Self::Timeout(timeout) => format!("Task timed out after {:.2} seconds", timeout.as_secs_f64()),
            Self::TooLarge => {
                format!(
                    "Response payload size exceeded maximum allowed payload size ({PAYLOAD_LIMIT} bytes)."
                )
            }
            Self::Entrypoint(why) => why.clone(),
            Self::Told { body, .. } => told(body, "errorMessage").unwrap_or_else(|| "unspecified".to_owned()),
        }
    }

    pub(crate) fn error_type(&self) -> String {
        match self {
            Self::Exit(_) => "Runtime.ExitError".to_owned(),
            Self::Timeout(_) => "Sandbox.Timedout".to_owned(),
            Self::TooLarge => "Function.ResponseSizeTooLarge".to_owned(),
            Self::Entrypoint(_) => "Runtime.InvalidEntrypoint".to_owned(),
            Self::Told { body, .. } => {
                told(body, "errorType").unwrap_or_else(|| "Function.Unknown".to_owned())
            }
        }
    }

    pub(crate) const fn status(&self) -> Status {
        match self {
            Self::Exit(_) | Self::Entrypoint(_) => Status::Error,
            Self::Timeout(_) => Status::Timeout,
            Self::TooLarge => Status::Failure,
            Self::Told { status, .. } => *status,
        }
    }
}

fn told(body: &[u8], name: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    value.get(name)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(failure: &Failure, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&failure.payload("ID")), expected);
    }

    #[test]
    fn payloads_as_recorded() {
        check(
            &Failure::Exit(Exit::Code(0)),
            r#"{"errorMessage":"RequestId: ID Error: Runtime exited without providing a reason","errorType":"Runtime.ExitError"}"#,
        );
        check(
            &Failure::Exit(Exit::Code(127)),
            r#"{"errorMessage":"RequestId: ID Error: Runtime exited with error: exit status 127","errorType":"Runtime.ExitError"}"#,
        );
        check(
            &Failure::Exit(Exit::Signal(9)),
            r#"{"errorMessage":"RequestId: ID Error: Runtime exited with error: signal: killed","errorType":"Runtime.ExitError"}"#,
        );
        check(
            &Failure::Timeout(Duration::from_secs(1)),
            r#"{"errorMessage":"RequestId: ID Error: Task timed out after 1.00 seconds","errorType":"Sandbox.Timedout"}"#,
        );
        check(
            &Failure::TooLarge,
            r#"{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}"#,
        );
    }
}
