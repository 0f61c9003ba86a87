//! What the machine gives all functions together.

use std::path::PathBuf;
use std::time::Duration;

use access::Credentials;
use sandbox::Isolation;

/// How the Lambda service of this machine runs; `Settings::new` has the defaults.
#[derive(Clone, Debug)]
pub struct Settings {
    /// 12 digits.
    pub account: String,
    /// `us-east-1`
    pub region: String,
    /// Execution environments at once, of all functions: this machine's capacity. Who exceeds it
    /// waits.
    pub concurrency: usize,
    /// Invocations at once, of all functions, waiting ones too, beyond which AWS answers 429.
    pub account_concurrency: usize,
    /// How long an environment is kept without an invocation.
    pub idle: Duration,
    /// `.davy`: where mount points, unpacked layers and the like are put. No function sees it.
    pub state: PathBuf,
    /// The binary that becomes the launcher: `std::env::current_exe()`, whose `main` begins with
    /// `sandbox::launcher::run_if_asked()`.
    pub launcher: PathBuf,
    /// What `sandbox::probe()` found.
    pub isolation: Isolation,
    /// What functions find in `AWS_ACCESS_KEY_ID` and its companions.
    pub credentials: Option<Credentials>,
    /// Whether a function is held to what Lambda would hold it to.
    pub parity: Parity,
}

/// How strictly Lambda's rules are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parity {
    /// As in AWS.
    #[default]
    Strict,
    /// `--relaxed`: code and layers stay read-only, but nothing is hidden, frozen or capped.
    Relaxed,
}

impl Settings {
    /// The defaults of `davy up`, with the state in `state` and `launcher` as the binary that
    /// encloses.
    pub fn new(state: PathBuf, launcher: PathBuf, isolation: Isolation) -> Self {
        Self {
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
            concurrency: 8,
            account_concurrency: 1_000,
            idle: Duration::from_mins(5),
            state,
            launcher,
            isolation,
            credentials: None,
            parity: Parity::Strict,
        }
    }
}
