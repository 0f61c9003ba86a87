//! Functions and layers: what runs, where its code is, what calls it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::{Cors, Position};

/// An `AWS::Serverless::Function` or `AWS::Lambda::Function`.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its name in the template.
    pub logical_id: String,
    /// `FunctionName`, or a stable one made from the stack's and the resource's names.
    pub name: String,
    /// `arn:aws:lambda:REGION:ACCOUNT:function:NAME`.
    pub arn: String,
    /// How its code is packed.
    pub package: Package,
    /// What to run: `index.php`. Empty for images.
    pub handler: String,
    /// As written: `provided.al2023`. Empty for images.
    pub runtime: String,
    /// Where its code is.
    pub code: Code,
    /// Layers, in the order in which they are laid over each other.
    pub layers: Vec<LayerReference>,
    /// 128 to 10,240.
    pub memory_megabytes: u32,
    /// 1 to 900 seconds.
    pub timeout: Duration,
    /// `Environment.Variables`.
    pub environment: BTreeMap<String, String>,
    /// Whether a request without a decision is traced.
    pub tracing: Tracing,
    /// The processor it is built for.
    pub architecture: Architecture,
    /// The size of `/tmp`: 512 to 10,240.
    pub ephemeral_storage_megabytes: u32,
    /// `ReservedConcurrentExecutions`; zero means that it may not run at all.
    pub reserved_concurrency: Option<u32>,
    /// How its log lines are written.
    pub log_format: LogFormat,
    /// Shared file systems and where they are mounted.
    pub file_systems: Vec<FileSystem>,
    /// Whether it has a `VpcConfig`; nothing follows from it on this machine.
    pub in_vpc: bool,
    /// `Policies`, resolved: what its role may do, for `access::RolePolicies::read`.
    pub policies: serde_json::Value,
    /// Its own address, if it has one.
    pub url: Option<FunctionUrl>,
    /// What calls it besides APIs, whose routes are with them.
    pub events: Vec<EventSource>,
    /// Where it is written.
    pub position: Position,
}

/// How a function's code is packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Package {
    /// A zip file.
    #[default]
    Zip,
    /// A container image.
    Image,
}

/// Where a function's or a layer's code is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    /// A folder beside the template; an absolute path if the template's is known.
    Folder(PathBuf),
    /// A zip file beside the template.
    Archive(PathBuf),
    /// Written in the template itself (`InlineCode`).
    Inline(String),
    /// In AWS: `s3://BUCKET/KEY`, or an image's address.
    Remote(String),
}

/// What a function's `Layers` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayerReference {
    /// A layer of the stack's own, by its logical id in [`super::Model::layers`].
    Own {
        /// Its name in the template.
        logical_id: String,
    },
    /// A published layer that brings PHP: Davy's runtime stands in for it.
    Php {
        /// As written: `8.3`; nothing if the name does not tell.
        version: Option<String>,
        /// Whether the layer is Bref's, and applications expect its variables.
        compatibility: BrefCompatibility,
        /// The ARN as written.
        arn: String,
    },
    /// A layer somewhere in AWS, which is not to be had here.
    Remote {
        /// The ARN as written.
        arn: String,
    },
}

/// Whether an application was made for Bref's runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrefCompatibility {
    /// Bref's: `DAVY_COMPAT=bref`.
    Bref,
    /// Another PHP layer.
    None,
}

/// An `AWS::Serverless::LayerVersion` or `AWS::Lambda::LayerVersion`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its name in the template.
    pub logical_id: String,
    /// `LayerName`.
    pub name: String,
    /// With a version of 1.
    pub arn: String,
    /// Where its content is.
    pub content: Code,
    /// Set if `Metadata: {Davy: {Php: "8.4"}}` asks `davy build` to make the layer.
    pub php: Option<String>,
    /// `CompatibleRuntimes`.
    pub compatible_runtimes: Vec<String>,
    /// Where it is written.
    pub position: Position,
}

/// `Tracing`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tracing {
    /// Requests without a decision are sampled.
    Active,
    /// The caller's decision is kept.
    #[default]
    PassThrough,
}

/// The processor that code is built for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Architecture {
    /// `x86_64`.
    #[default]
    X86_64,
    /// `arm64`.
    Arm64,
}

/// `LoggingConfig.LogFormat`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines as they come.
    #[default]
    Text,
    /// One object a line.
    Json,
}

/// A shared file system (EFS) and where the function sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSystem {
    /// The access point's ARN: what names the file system.
    pub arn: String,
    /// A path below `/mnt/`.
    pub local_mount_path: String,
}

/// `FunctionUrlConfig`, or an `AWS::Lambda::Url`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionUrl {
    /// `ID.lambda-url.REGION.on.aws`.
    pub domain_name: String,
    /// Who may call it.
    pub authorization: Authorization,
    /// Whether the response is streamed.
    pub invoke_mode: InvokeMode,
    /// What browsers of other origins may do.
    pub cors: Option<Cors>,
}

/// `AuthType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authorization {
    /// Anybody.
    None,
    /// Signed requests of whom the policies allow.
    AwsIam,
}

/// `InvokeMode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InvokeMode {
    /// The whole response at once.
    #[default]
    Buffered,
    /// As it comes.
    ResponseStream,
}

/// What calls a function besides an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventSource {
    /// `Schedule` and `ScheduleV2`.
    Schedule {
        /// The event's name in the template.
        name: String,
        /// `rate(…)`, `cron(…)` or `at(…)`, as written.
        expression: String,
        /// What the function is given instead of the scheduler's event.
        input: Option<String>,
        /// Whether it fires.
        enabled: bool,
    },
    /// `SQS`.
    Queue {
        /// The event's name in the template.
        name: String,
        /// The queue's ARN.
        queue: String,
        /// Messages in one invocation.
        batch_size: u32,
    },
    /// Any other kind: it does not fire on this machine.
    Other {
        /// The event's name in the template.
        name: String,
        /// Its `Type`.
        kind: String,
    },
}
