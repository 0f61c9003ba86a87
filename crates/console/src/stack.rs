//! What the page needs to know of a running stack, as plain data, and the few things it may do.

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use trace::Timestamp;

/// A running stack as the page sees it. Every method but [`Stack::invoke`] answers at once, from
/// what is in memory or in the stack's folder.
pub trait Stack: Send + Sync + 'static {
    /// The stack as a whole.
    fn overview(&self) -> Overview;

    /// The functions and their execution environments, as they are now.
    fn functions(&self) -> Vec<Function>;

    /// The distributions with their cache behaviors.
    fn distributions(&self) -> Vec<Distribution>;

    /// The buckets.
    fn buckets(&self) -> Vec<Bucket>;

    /// The objects of a bucket whose keys begin with `prefix`, one level deep, after the key `after`.
    ///
    /// # Errors
    /// A sentence for a person.
    fn objects(&self, bucket: &str, prefix: &str, after: Option<&str>) -> Result<Listing, String>;

    /// The template's resources with their values resolved.
    fn resources(&self) -> Vec<Resource>;

    /// Removes a distribution's cached answers whose paths match `pattern`, and says how many.
    ///
    /// # Errors
    /// A sentence for a person.
    fn purge(&self, distribution: &str, pattern: &str) -> Result<usize, String>;

    /// The event that an invocation was given, if the stack still has it.
    fn event(&self, request_id: &str) -> Option<Bytes>;

    /// Runs a function with an event.
    ///
    /// # Errors
    /// A sentence for a person, if the function could not be run at all.
    fn invoke(&self, function: &str, event: Bytes) -> Future<Result<Invoked, String>>;
}

/// What [`Stack::invoke`] gives.
pub type Future<T> = Pin<Box<dyn std::future::Future<Output = T> + Send>>;

/// The stack as a whole.
#[derive(Clone, Debug, Default)]
pub struct Overview {
    /// Its name.
    pub name: String,
    /// The template's path, as the user gave it.
    pub template: String,
    /// The PHP that functions run on: `8.2.29`.
    pub php: Option<String>,
    /// How functions are enclosed, in a few words.
    pub isolation: String,
    /// Where it can be reached.
    pub endpoints: Vec<Endpoint>,
    /// What differs from what the template asks for.
    pub warnings: Vec<String>,
}

/// One address of the stack.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// `distribution.NAME`, `httpapi.NAME`, `s3`, …
    pub name: String,
    /// Its URL on this machine.
    pub url: String,
}

/// A function and its execution environments.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// `Handler`
    pub handler: String,
    /// `Runtime`
    pub runtime: String,
    /// `MemorySize`
    pub memory_megabytes: u32,
    /// `Timeout`
    pub timeout: Duration,
    /// Environments that it may have at once.
    pub capacity: usize,
    /// Invocations that wait for one.
    pub waiting: usize,
    /// Its environments, in the order in which they were started.
    pub environments: Vec<Environment>,
}

/// An execution environment.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name, which is its log stream's.
    pub name: String,
    /// What it is doing.
    pub phase: Phase,
    /// When it was started.
    pub started: Timestamp,
    /// The most memory that its processes were seen to use, if known.
    pub memory_bytes: Option<u64>,
    /// Its first process on this machine, if it has one.
    pub pid: Option<u32>,
}

/// An execution environment's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Its processes are being started.
    Started,
    /// The bootstrap is not ready yet.
    Initialising,
    /// Waits for an event.
    Ready,
    /// Runs an invocation.
    Running,
    /// Will end after its invocation.
    Draining,
    /// Has ended.
    Gone,
}

impl Phase {
    /// The phase as the page shows it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Initialising => "initialising",
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Draining => "draining",
            Self::Gone => "gone",
        }
    }
}

/// A distribution and its cache.
#[derive(Clone, Debug, Default)]
pub struct Distribution {
    /// Its name, which [`Stack::purge`] takes.
    pub name: String,
    /// Answers that it keeps.
    pub kept: u64,
    /// Their bytes.
    pub kept_bytes: u64,
    /// Its cache behaviors in the order in which they are tried, the default one last.
    pub behaviors: Vec<Behavior>,
}

/// A cache behavior and what it has done since the stack was started.
#[derive(Clone, Debug, Default)]
pub struct Behavior {
    /// `PathPattern`; `Default (*)` for the default behavior.
    pub pattern: String,
    /// The origin that it sends requests to, in a few words.
    pub origin: String,
    /// Requests that it answered.
    pub requests: u64,
    /// Of them, from the cache, revalidated answers included.
    pub hits: u64,
    /// From the origin.
    pub misses: u64,
    /// With a 4xx or 5xx.
    pub errors: u64,
    /// Bytes of all its answers' bodies.
    pub bytes: u64,
}

/// A bucket.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Its resource's name in the template.
    pub logical_id: String,
    /// The folder that is mirrored into it.
    pub mirrors: Option<String>,
}

/// A page of a bucket's content.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Prefixes one level deeper, each with its `/`.
    pub folders: Vec<String>,
    /// The objects.
    pub objects: Vec<BucketObject>,
    /// The key to go on after, if there is more.
    pub next: Option<String>,
}

/// An object of a bucket.
#[derive(Clone, Debug)]
pub struct BucketObject {
    /// Its whole key.
    pub key: String,
    /// Its size.
    pub bytes: u64,
    /// Its content type.
    pub content_type: String,
    /// When it was put there.
    pub modified: Timestamp,
}

/// A resource of the template.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its name in the template.
    pub logical_id: String,
    /// `AWS::Serverless::Function`, …
    pub kind: String,
    /// The physical name that `Ref` gives.
    pub physical_id: String,
    /// Where it stands: `template.yaml:12`.
    pub position: String,
    /// Whether it runs here, in a few words if it doesn't.
    pub state: Result<(), String>,
    /// Its properties, resolved.
    pub properties: serde_json::Value,
}

/// A function's answer to an event.
#[derive(Clone, Debug)]
pub struct Invoked {
    /// The invocation's request id.
    pub request_id: String,
    /// What the function returned, or its error's JSON.
    pub payload: Bytes,
    /// Whether the payload is an error.
    pub failed: bool,
    /// How long it took.
    pub duration: Duration,
    /// The last of its log.
    pub log: String,
    /// Its trace.
    pub trace: Option<trace::TraceId>,
}
