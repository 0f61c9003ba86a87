//! What can go wrong, whose it is, and what to do.

use std::fmt;
use std::io;
use std::path::PathBuf;

use events::function::{NotHttp, TooLarge};

/// An invocation that fails; the environment is fit for the next one.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The event is none that PHP can be given.
    Event(NotHttp),
    /// The script didn't end in time.
    Deadline { margin_milliseconds: u128, head_seen: bool },
    /// The worker ended in the middle.
    WorkerDied { phase: &'static str, last_words: Option<String> },
    /// The worker couldn't be reached at all.
    Unreachable { error: io::Error },
    /// php-fpm's answer can't be read.
    Malformed(fastcgi::Malformed),
    /// php-fpm turned the request away.
    Refused { protocol_status: u8 },
    /// The answer is too large.
    TooLarge(TooLarge),
    /// The answer outgrew what the runtime holds.
    Overflow { limit: usize },
}

impl Failure {
    /// The error's name, as the caller sees it in `errorType`.
    pub(crate) const fn error_type(&self) -> &'static str {
        match self {
            Self::Event(_) => "Function.UnsupportedEvent",
            Self::Deadline { .. } => "Function.DeadlineExceeded",
            Self::WorkerDied { .. } => "Function.WorkerDied",
            Self::Unreachable { .. } => "Runtime.PhpUnreachable",
            Self::Malformed(_) => "Runtime.MalformedFastCgi",
            Self::Refused { .. } => "Runtime.PhpRefused",
            Self::TooLarge(_) | Self::Overflow { .. } => "Function.ResponseSizeTooLarge",
        }
    }

    /// The error as the Runtime API takes it.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        error_json(self.error_type(), &self.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(error) => error.fmt(out),
            Self::Deadline { margin_milliseconds, head_seen } => {
                let progress = if *head_seen { "had begun its answer" } else { "had answered nothing" };
                write!(
                    out,
                    "The script {progress} when the function's time was up ({margin_milliseconds} ms are kept for \
                     this message), so its worker was ended. Raise the function's Timeout, or do less in one \
                     request; what the script logged is above."
                )
            }
            Self::WorkerDied { phase, last_words } => {
                write!(
                    out,
                    "php-fpm's worker ended {phase}. PHP may have run the request, so it is not sent again."
                )?;
                match last_words {
                    Some(words) => write!(out, " php-fpm says: {words}"),
                    None => out.write_str(" The log above may tell why: a crash, or memory running out."),
                }
            }
            Self::Unreachable { error } => {
                write!(out, "php-fpm couldn't be reached: {error}. PHP has not seen the request.")
            }
            Self::Malformed(error) => write!(out, "php-fpm's answer can't be read: {error}."),
            Self::Refused { protocol_status } => {
                write!(out, "php-fpm turned the request away (FastCGI protocol status {protocol_status}).")
            }
            Self::TooLarge(error) => error.fmt(out),
            Self::Overflow { limit } => write!(
                out,
                "The response has more than {limit} bytes, far more than Lambda carries, so reading it was given \
                 up. Put large files into a bucket, or stream (DAVY_RESPONSE=stream)."
            ),
        }
    }
}

impl std::error::Error for Failure {}

/// Why a runtime ends.
#[derive(Debug)]
pub enum StartFailure {
    /// There is no such handler.
    NoHandler {
        /// The file that was looked for.
        file: PathBuf,
    },
    /// No php-fpm was found.
    NoPhpFpm,
    /// A file or socket of the runtime's own couldn't be made.
    Preparation {
        /// What was being done.
        what: String,
        /// Why it failed.
        error: io::Error,
    },
    /// php-fpm ended instead of serving.
    PhpFpmEnded {
        /// `exit status 78`, as the system tells it.
        status: String,
        /// What it said.
        output: Vec<String>,
    },
    /// php-fpm didn't serve in time.
    PhpFpmSilent {
        /// How long it was waited for.
        seconds: u64,
        /// What it said.
        output: Vec<String>,
    },
    /// The script of `DAVY_INIT` failed.
    Init {
        /// The script.
        script: PathBuf,
        /// How it ended.
        status: String,
    },
    /// The Runtime API is gone.
    Api {
        /// What was being done.
        what: &'static str,
        /// Why it failed.
        error: io::Error,
    },
}

impl StartFailure {
    /// The error's name, as Lambda reports it.
    pub const fn error_type(&self) -> &'static str {
        match self {
            Self::NoHandler { .. } => "Runtime.NoSuchHandler",
            Self::NoPhpFpm => "Runtime.NoPhpFpm",
            Self::Preparation { .. } => "Runtime.PreparationFailed",
            Self::PhpFpmEnded { .. } | Self::PhpFpmSilent { .. } => "Runtime.PhpFpmFailed",
            Self::Init { .. } => "Runtime.InitScriptFailed",
            Self::Api { .. } => "Runtime.ApiUnreachable",
        }
    }

    /// The error as the Runtime API takes it.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        error_json(self.error_type(), &self.to_string())
    }
}

impl fmt::Display for StartFailure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHandler { file } => write!(
                out,
                "The handler {} is no file. Set the function's Handler to a PHP file of the code, such as \
                 public/index.php, or to a folder with an index.php.",
                file.display()
            ),
            Self::NoPhpFpm => out.write_str(
                "No php-fpm was found in /opt/bin, PATH or /usr/sbin. Add a PHP layer, install php-fpm (Debian: \
                 apt-get install php-fpm), or set DAVY_PHP_FPM to its path.",
            ),
            Self::Preparation { what, error } => write!(out, "The runtime could not {what}: {error}."),
            Self::PhpFpmEnded { status, output } => {
                write!(out, "php-fpm ended at its start ({status}). ")?;
                quote(out, output)
            }
            Self::PhpFpmSilent { seconds, output } => {
                write!(out, "php-fpm wasn't ready after {seconds} s. ")?;
                quote(out, output)
            }
            Self::Init { script, status } => write!(
                out,
                "The script of DAVY_INIT, {}, failed ({status}); what it wrote is above.",
                script.display()
            ),
            Self::Api { what, error } => write!(
                out,
                "The Runtime API failed {what}: {error}. It is expected at the address in AWS_LAMBDA_RUNTIME_API."
            ),
        }
    }
}

impl std::error::Error for StartFailure {}

fn quote(out: &mut fmt::Formatter<'_>, lines: &[String]) -> fmt::Result {
    if lines.is_empty() {
        return out.write_str("It said nothing.");
    }
    write!(out, "It said: {}", lines.join(" | "))
}

fn error_json(error_type: &str, message: &str) -> Vec<u8> {
    let value = serde_json::json!({ "errorType": error_type, "errorMessage": message, "stackTrace": [] });
    value.to_string().into_bytes()
}
