//! The console beside a running stack: its port, its token, and the stack as it sees it.

mod resources;

use std::fs;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use console::{
    Access, Behavior, Bucket, BucketObject, Console, Distribution, Endpoint, Environment, Function, Future,
    Invoked, Listing, Overview, Phase, Resource, Sources,
};
use lambda::{EnvironmentStatus, Invocation, Log};
use stack::{Entrance, Inspector, Stack};
use telemetry::Telemetry;
use template::Model;
use template::model::OriginTarget;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use trace::{Clock, Entropy, Sampled, TraceHeader, TraceId};

/// The console, served.
pub(super) struct Page {
    /// Where, with the token that opens it.
    pub(super) url: String,
    shown: Arc<Shown>,
    shutdown: oneshot::Sender<()>,
    served: JoinHandle<io::Result<()>>,
}

/// What the console is told once, because a stack's own handle doesn't know it.
pub(super) struct About<'a> {
    /// The template, as the user named it.
    pub(super) template: String,
    /// Nine after the site's port; 0 is the kernel's choice.
    pub(super) port: u16,
    /// Environments at once.
    pub(super) concurrency: usize,
    /// Where the token is kept, so that an open page survives a restart.
    pub(super) state: &'a Path,
    /// What differs from what the template asks for.
    pub(super) warnings: Vec<String>,
}

impl Page {
    /// Serves the console on loopback. A port that is taken is no reason to have no page: the
    /// kernel gives another.
    pub(super) async fn open(
        stack: &Stack,
        model: &Model,
        telemetry: &Telemetry,
        about: About<'_>,
    ) -> io::Result<Self> {
        let loopback = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let listener = match loopback(about.port).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => loopback(0).await?,
            bound => bound?,
        };
        let token = token(about.state, &*telemetry.entropy())?;
        // By its number: a browser sends cookies to every port of one host, and the site, whose
        // code need not be trusted, is at localhost.
        let url = format!("http://{}/?token={token}", listener.local_addr()?);
        let shown = Arc::new(Shown {
            inspector: stack.inspector(),
            model: RwLock::new(Arc::new(model.clone())),
            overview: overview(stack, model, about.template, about.warnings),
            concurrency: about.concurrency,
            clock: telemetry.clock(),
            entropy: telemetry.entropy(),
        });
        let sources = Sources { telemetry: telemetry.clone(), stack: Arc::clone(&shown) as _ };
        let (shutdown, ended) = oneshot::channel();
        let console = Console::new(sources, Access::Token(token));
        let served = tokio::spawn(console.serve(listener, async {
            let _ = ended.await;
        }));
        Ok(Self { url, shown, shutdown, served })
    }

    /// The template was edited and another model runs.
    pub(super) fn follow(&self, model: &Model) {
        *self.shown.model.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(model.clone());
    }

    /// Ends it; a browser that keeps its connection is not waited for.
    pub(super) async fn close(self) {
        let _ = self.shutdown.send(());
        let _ = tokio::time::timeout(Duration::from_millis(500), self.served).await;
    }
}

/// A running stack, as the console asks for it.
struct Shown {
    inspector: Inspector,
    model: RwLock<Arc<Model>>,
    overview: Overview,
    concurrency: usize,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Shown {
    fn model(&self) -> Arc<Model> {
        Arc::clone(&self.model.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl console::Stack for Shown {
    fn overview(&self) -> Overview {
        self.overview.clone()
    }

    fn functions(&self) -> Vec<Function> {
        let lambda = self.inspector.lambda();
        let environments = lambda.environments();
        lambda
            .functions()
            .into_iter()
            .map(|function| Function {
                environments: environments
                    .iter()
                    .filter(|status| status.function == function.name)
                    .map(environment)
                    .collect(),
                waiting: 0,
                capacity: function
                    .reserved_concurrency
                    .map_or(self.concurrency, |reserved| self.concurrency.min(reserved as usize)),
                name: function.name,
                handler: function.handler,
                runtime: function.runtime,
                memory_megabytes: function.memory_megabytes,
                timeout: function.timeout,
            })
            .collect()
    }

    fn distributions(&self) -> Vec<Distribution> {
        let model = self.model();
        let distributions = self.inspector.distributions();
        distributions
            .iter()
            .map(|(name, distribution)| {
                let (kept, kept_bytes) = distribution.cached();
                let behaviors = distribution.statistics().into_iter().map(|one| Behavior {
                    origin: origin(&model, name, &one.path_pattern),
                    pattern: one.path_pattern,
                    requests: one.requests,
                    hits: one.hits + one.refresh_hits,
                    misses: one.misses,
                    errors: one.errors,
                    bytes: one.bytes,
                });
                Distribution {
                    name: name.clone(),
                    kept: u64::try_from(kept).unwrap_or(u64::MAX),
                    kept_bytes,
                    behaviors: behaviors.collect(),
                }
            })
            .collect()
    }

    fn buckets(&self) -> Vec<Bucket> {
        let model = self.model();
        let mirrors = |name: &str| {
            let bucket = model.buckets.iter().find(|bucket| bucket.name == name)?;
            let folders: Vec<String> =
                bucket.mirrors.iter().map(|mirror| mirror.folder.display().to_string()).collect();
            (!folders.is_empty()).then(|| folders.join(", "))
        };
        let names = self.inspector.buckets().names();
        names
            .into_iter()
            .map(|bucket| Bucket {
                mirrors: mirrors(&bucket.name),
                name: bucket.name,
                logical_id: bucket.logical_id,
            })
            .collect()
    }

    fn objects(&self, bucket: &str, prefix: &str, after: Option<&str>) -> Result<Listing, String> {
        let contents = self.inspector.buckets().contents(bucket, prefix, after.unwrap_or_default());
        let contents = contents.map_err(|error| format!("{bucket} can't be read: {error}"))?;
        let contents = contents.ok_or_else(|| format!("there is no bucket {bucket}"))?;
        let objects = contents.objects.into_iter().map(|object| BucketObject {
            key: object.key,
            bytes: object.bytes,
            content_type: object.content_type,
            modified: object.modified,
        });
        Ok(Listing { folders: contents.folders, objects: objects.collect(), next: contents.next })
    }

    fn resources(&self) -> Vec<Resource> {
        resources::resources(&self.model())
    }

    fn purge(&self, distribution: &str, pattern: &str) -> Result<usize, String> {
        if !pattern.starts_with('/') {
            return Err(format!("a path begins with “/”, like /blog/*; found “{pattern}”"));
        }
        match self.inspector.distributions().get(distribution) {
            Some(distribution) => Ok(distribution.purge(&[pattern])),
            None => Err(format!("the template no longer has a distribution {distribution}")),
        }
    }

    fn event(&self, _request_id: &str) -> Option<bytes::Bytes> {
        None
    }

    fn invoke(&self, function: &str, event: bytes::Bytes) -> Future<Result<Invoked, String>> {
        let lambda = self.inspector.lambda();
        let clock = Arc::clone(&self.clock);
        let start = clock.now();
        let root = TraceId::new(start, &*self.entropy);
        let trace = TraceHeader { root: Some(root), sampled: Sampled::Yes, ..TraceHeader::default() };
        let invocation = Invocation { trace, log: Log::Tail, ..Invocation::new(function, event) };
        Box::pin(async move {
            let answer = lambda.invoke(invocation).await.map_err(|error| error.to_string())?;
            Ok(Invoked {
                duration: clock.now().since(start),
                failed: answer.function_error.is_some(),
                log: String::from_utf8_lossy(&answer.log_tail).into_owned(),
                payload: answer.payload,
                request_id: answer.request_id,
                trace: Some(root),
            })
        })
    }
}

fn environment(status: &EnvironmentStatus) -> Environment {
    Environment {
        name: status.environment.clone(),
        phase: match status.phase {
            lambda::Phase::Started => Phase::Started,
            lambda::Phase::Initialising => Phase::Initialising,
            lambda::Phase::Ready => Phase::Ready,
            lambda::Phase::Running => Phase::Running,
            lambda::Phase::Draining => Phase::Draining,
            lambda::Phase::Gone => Phase::Gone,
        },
        started: status.launched,
        memory_bytes: (status.memory_bytes > 0).then_some(status.memory_bytes),
        pid: (status.pid > 0).then_some(status.pid),
    }
}

fn overview(stack: &Stack, model: &Model, template: String, warnings: Vec<String>) -> Overview {
    let url = |name: &str, address: &SocketAddr| Endpoint {
        name: name.to_owned(),
        // The site sets cookies under its name, see `Page::open`.
        url: format!("http://localhost:{}", address.port()),
    };
    let site = stack.site().map(Entrance::to_string);
    let mut endpoints: Vec<Endpoint> =
        stack.endpoints().iter().map(|(name, address)| url(name, address)).collect();
    endpoints.sort_by_key(|endpoint| Some(&endpoint.name) != site.as_ref());
    let version = stack.php().and_then(|php| php.version);
    Overview {
        name: model.stack_name.clone(),
        template,
        php: version.map(|(major, minor)| format!("{major}.{minor}")),
        isolation: stack.isolation().to_string(),
        endpoints,
        warnings,
    }
}

/// What answers a behavior's misses, in the template's words.
fn origin(model: &Model, distribution: &str, pattern: &str) -> String {
    let find = || {
        let distribution = model.distributions.iter().find(|one| one.logical_id == distribution)?;
        let behavior = distribution.behaviors.iter().find(|behavior| behavior.path_pattern == pattern);
        let wanted = &behavior.unwrap_or(&distribution.default_behavior).target_origin;
        distribution.origins.iter().find(|origin| origin.id == *wanted)
    };
    let Some(origin) = find() else { return String::new() };
    match &origin.target {
        OriginTarget::Bucket(name) => format!("bucket {name}"),
        OriginTarget::HttpApi(name) => format!("HTTP API {name}"),
        OriginTarget::RestApi(name) => format!("REST API {name}"),
        OriginTarget::FunctionUrl(name) => format!("URL of {name}"),
        OriginTarget::Distribution(name) => format!("distribution {name}"),
        OriginTarget::External => origin.domain_name.clone(),
    }
}

/// The token of this stack's page, made once. Only the user may read it.
fn token(state: &Path, entropy: &dyn Entropy) -> io::Result<String> {
    let path = state.join("console.token");
    if let Ok(kept) = fs::read_to_string(&path)
        && kept.len() == 32
        && kept.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        return Ok(kept);
    }
    let token = format!("{:016x}{:016x}", entropy.next_u64(), entropy.next_u64());
    let mut file = fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
    file.write_all(token.as_bytes())?;
    Ok(token)
}
