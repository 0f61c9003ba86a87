//! A function as the template describes it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use access::Credentials;

use crate::Schedule;

/// One function and its configuration; `Function::new` has Lambda's defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name in the template.
    pub logical_id: String,
    /// `FunctionName`, by which it is invoked.
    pub name: String,
    /// `arn:aws:lambda:REGION:ACCOUNT:function:NAME`
    pub arn: String,
    /// `Handler`, handed to the bootstrap as `_HANDLER`.
    pub handler: String,
    /// `provided.al2023`, …
    pub runtime: String,
    /// `MemorySize`
    pub memory_megabytes: u32,
    /// `Timeout`
    pub timeout: Duration,
    /// The function's own variables.
    pub environment: BTreeMap<String, String>,
    /// The folder that becomes `/var/task`, or a zip of it.
    pub code: PathBuf,
    /// What the zip would not hold, relative to `code`: the function doesn't see it.
    /// The state folder, `.git` and `.env` are hidden anyway.
    pub hidden: Vec<PathBuf>,
    /// Folders (or zips) that are merged into `/opt`, the later ones on top.
    pub layers: Vec<PathBuf>,
    /// Davy's own bootstrap, to stand at `/opt/bootstrap`, when the template names a PHP layer.
    pub bootstrap: Option<PathBuf>,
    /// `Tracing`
    pub tracing: Tracing,
    /// `ReservedConcurrentExecutions`; 0 throttles every invocation.
    pub reserved_concurrency: Option<u32>,
    /// `ProvisionedConcurrencyConfig`: environments that are started before anybody asks.
    pub provisioned_concurrency: u32,
    /// `EphemeralStorage`: the size of `/tmp`.
    pub ephemeral_storage_megabytes: u32,
    /// `EventInvokeConfig.MaximumRetryAttempts`: attempts at an asynchronous event after the first.
    pub retries: u32,
    /// `EventInvokeConfig.DestinationConfig.OnFailure`, a function's name or ARN.
    pub on_failure: Option<String>,
    /// When it is called by the clock.
    pub schedules: Vec<Schedule>,
    /// `LoggingConfig.LogFormat`
    pub log_format: LogFormat,
    /// `FileSystemConfigs`: the shared writable places.
    pub volumes: Vec<Volume>,
    /// Its role's own keys; without them it finds those of the settings.
    pub credentials: Option<Credentials>,
}

/// A folder of the stack that a function may write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// The folder on this machine.
    pub source: PathBuf,
    /// `LocalMountPath`, under `/mnt/`.
    pub mount_path: PathBuf,
}

/// Who decides whether an invocation is traced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tracing {
    /// Lambda, and it makes the function's segment the parent.
    Active,
    /// The caller: the header goes through as it came.
    #[default]
    PassThrough,
}

/// How platform lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// `START RequestId: …`
    #[default]
    Text,
    /// `{"time":…,"type":"platform.start","record":{…}}`
    Json,
}

impl Function {
    /// A function called `name` with the code in the folder `code` and Lambda's defaults.
    pub fn new(name: &str, code: PathBuf) -> Self {
        Self {
            logical_id: name.to_owned(),
            name: name.to_owned(),
            arn: format!("arn:aws:lambda:us-east-1:123456789012:function:{name}"),
            handler: "index.php".to_owned(),
            runtime: "provided.al2023".to_owned(),
            memory_megabytes: 128,
            timeout: Duration::from_secs(3),
            environment: BTreeMap::new(),
            code,
            hidden: Vec::new(),
            layers: Vec::new(),
            bootstrap: None,
            tracing: Tracing::PassThrough,
            reserved_concurrency: None,
            provisioned_concurrency: 0,
            ephemeral_storage_megabytes: 512,
            schedules: Vec::new(),
            retries: 2,
            on_failure: None,
            log_format: LogFormat::Text,
            volumes: Vec::new(),
            credentials: None,
        }
    }
}
