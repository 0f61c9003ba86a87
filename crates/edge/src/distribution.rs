//! A distribution at work: its configuration compiled once, its cache, and the way of a request from
//! the viewer to the answer.

mod answering;
mod caching;
mod functions;
mod observed;
mod passing;
mod pump;

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use telemetry::Telemetry;
use trace::{Clock, Entropy};

use self::observed::{Observed, Thinning};
use crate::answer::{Answer, AnswerBody, CacheResult, Dress, without_body};
use crate::config::{
    CacheBehavior, Caching, CloudFrontFunction, CustomErrorResponse, DistributionConfig, EdgeSettings,
    FunctionEvent, TimeToLive,
};
use crate::fetch::Origin;
use crate::flight::Flights;
use crate::forwarding::Forwarding;
use crate::freshness::Rules;
use crate::identifiers::Identifiers;
use crate::key::Urls;
use crate::pages::OwnError;
use crate::request::ViewerRequest;
use crate::statistics::{BehaviorStatistics, Counters};
use crate::store::Store;

/// A running distribution. Cloning shares it.
#[derive(Clone)]
pub struct Distribution {
    shared: Arc<Shared>,
}

struct Shared {
    config: DistributionConfig,
    entrance: String,
    settings: EdgeSettings,
    /// In the template's order, the default one last.
    behaviors: Vec<Behavior>,
    store: Arc<Store>,
    flights: Arc<Flights>,
    identifiers: Identifiers,
    dress: Dress,
    /// Whether it was said already that a viewer protocol policy does not hold here.
    protocol_reported: AtomicBool,
    thinning: Thinning,
    telemetry: Telemetry,
    clock: Arc<dyn Clock>,
}

/// A behavior with its rules compiled.
struct Behavior {
    config: CacheBehavior,
    forwarding: Forwarding,
    rules: Rules,
    target: Target,
    counters: Counters,
}

/// Who is asked for a behavior's objects.
struct Target {
    primary: Arc<Origin>,
    /// The second of an origin group, and the statuses after which it is asked.
    failover: Option<(Arc<Origin>, Vec<u16>)>,
}

/// A configuration that contradicts itself, in a sentence that names the property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(String);

impl fmt::Display for ConfigError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

impl Distribution {
    /// Checks the configuration and makes the distribution ready to serve. The tasks that it starts
    /// run on the Tokio runtime in which it serves.
    pub fn new(
        config: DistributionConfig,
        settings: EdgeSettings,
        telemetry: Telemetry,
        clock: Arc<dyn Clock>,
        entropy: &Arc<dyn Entropy>,
    ) -> Result<Self, ConfigError> {
        let origins: HashMap<String, Arc<Origin>> = config
            .origins
            .iter()
            .map(|origin| (origin.id.clone(), Arc::new(Origin::new(origin.clone()))))
            .collect();
        let behaviors = config
            .cache_behaviors
            .iter()
            .chain([&config.default_cache_behavior])
            .map(|behavior| Behavior::new(behavior, &config, &settings, &origins))
            .collect::<Result<Vec<_>, _>>()?;
        let store = Store::open(&settings.cache).map_err(|error| {
            let folder = settings.cache.disk.as_ref().map(|disk| disk.folder.display().to_string());
            ConfigError(format!("cannot use {} for the cache: {error}", folder.unwrap_or_default()))
        })?;
        let identifiers = Identifiers::new(entropy.as_ref());
        Ok(Self {
            shared: Arc::new(Shared {
                entrance: format!("distribution.{}", config.logical_id),
                behaviors,
                store: Arc::new(store),
                flights: Arc::default(),
                dress: Dress::new(identifiers.via(), config.http_version.advertises_http3()),
                identifiers,
                protocol_reported: AtomicBool::new(false),
                thinning: Thinning::default(),
                config,
                settings,
                telemetry,
                clock,
            }),
        })
    }

    /// Answers a viewer. The listener's `access::Peer` is expected in the request's extensions.
    pub async fn serve(
        &self,
        request: Request<UnsyncBoxBody<Bytes, io::Error>>,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        let shared = &self.shared;
        let mut viewer = ViewerRequest::new(request, shared.clock.now(), &shared.identifiers);
        let (behavior, answer) = shared.answer(&mut viewer).await;
        let mut answer = answer.unwrap_or_else(|error| own_answer(&error, &viewer.request_id));
        if viewer.method == http::Method::HEAD {
            without_body(&mut answer);
        }
        let (version, request_id) = (viewer.version, viewer.request_id.clone());
        let observed = Observed::new(shared, viewer, behavior, &answer);
        let (head, body) = shared.dress.put_on(answer, version, request_id);
        head.map(|()| observed.watch(body).boxed_unsync())
    }

    /// Drops what is stored of the paths that `patterns` name: each a path, with its query where the
    /// behavior keys it, or a beginning that ends in `*` (E-180 to E-184). Says how many answers went.
    pub fn purge<Pattern: AsRef<str>>(&self, patterns: &[Pattern]) -> usize {
        let urls: Vec<Urls> = patterns
            .iter()
            .map(|pattern| {
                let pattern = pattern.as_ref();
                if pattern.starts_with('/') {
                    Urls::of_pattern(pattern)
                } else {
                    Urls::of_pattern(&format!("/{pattern}"))
                }
            })
            .collect();
        self.shared.drop_urls(&urls)
    }

    /// What each behavior has done so far, the default one last.
    pub fn statistics(&self) -> Vec<BehaviorStatistics> {
        let last = self.shared.behaviors.len() - 1;
        let pattern = |at: usize, behavior: &Behavior| {
            if at == last { "Default (*)".to_owned() } else { behavior.config.path_pattern.clone() }
        };
        self.shared
            .behaviors
            .iter()
            .enumerate()
            .map(|(at, behavior)| behavior.counters.read(pattern(at, behavior)))
            .collect()
    }

    /// Keys and bytes that the memory tier holds.
    pub fn cached(&self) -> (usize, u64) {
        self.shared.store.size()
    }

    /// The distribution's id.
    pub fn id(&self) -> &str {
        &self.shared.config.id
    }
}

impl Shared {
    /// Drops what is stored and what is on its way of these. Says how many stored answers went.
    fn drop_urls(&self, urls: &[Urls]) -> usize {
        self.flights.drop_where(|key| urls.iter().any(|some| some.take(key)));
        self.store.drop_urls(urls)
    }
}

impl Behavior {
    fn new(
        config: &CacheBehavior,
        distribution: &DistributionConfig,
        settings: &EdgeSettings,
        origins: &HashMap<String, Arc<Origin>>,
    ) -> Result<Self, ConfigError> {
        let pattern = &config.path_pattern;
        if pattern.len() > PATTERN_BYTES {
            return Err(ConfigError(format!(
                "PathPattern has {} characters, expected at most {PATTERN_BYTES}: {pattern}",
                pattern.len()
            )));
        }
        let time_to_live = match &config.caching {
            Caching::Legacy { time_to_live, .. } => *time_to_live,
            Caching::Policies { cache_policy, .. } => cache_policy.time_to_live,
        };
        check_times(pattern, time_to_live)?;
        let forwarding = Forwarding::new(config);
        if forwarding.forbids_caching() && !time_to_live.minimum.is_zero() {
            return Err(ConfigError(format!(
                "the behavior {pattern} forwards every header (Headers: ['*']), which ends caching, but its MinTTL \
                 is {} s; set MinTTL to 0",
                time_to_live.minimum.as_secs()
            )));
        }
        Ok(Self {
            forwarding,
            rules: Rules { time_to_live, profile: settings.profile },
            target: Target::new(config, distribution, origins)?,
            counters: Counters::default(),
            config: config.clone(),
        })
    }
}

impl Behavior {
    /// The function that runs then, if there is one.
    fn function(&self, event: FunctionEvent) -> Option<&CloudFrontFunction> {
        let associations = &self.config.function_associations;
        associations.iter().find(|association| association.event_type == event).map(|found| &found.function)
    }
}

impl Target {
    fn new(
        behavior: &CacheBehavior,
        distribution: &DistributionConfig,
        origins: &HashMap<String, Arc<Origin>>,
    ) -> Result<Self, ConfigError> {
        let id = &behavior.target_origin_id;
        let find = |id: &String| {
            origins.get(id).cloned().ok_or_else(|| {
                let known: Vec<&str> = origins.keys().map(String::as_str).collect();
                ConfigError(format!(
                    "the behavior {} has the TargetOriginId {id}, but the distribution's origins are: {}",
                    behavior.path_pattern,
                    known.join(", ")
                ))
            })
        };
        match distribution.origin_groups.iter().find(|group| group.id == *id) {
            None => Ok(Self { primary: find(id)?, failover: None }),
            Some(group) => Ok(Self {
                primary: find(&group.members[0])?,
                failover: Some((find(&group.members[1])?, group.status_codes.clone())),
            }),
        }
    }
}

/// The template's own entry for that status, if there is one.
fn custom_error(entries: &[CustomErrorResponse], status: u16) -> Option<&CustomErrorResponse> {
    entries.iter().find(|entry| entry.error_code == status)
}

fn check_times(pattern: &str, times: TimeToLive) -> Result<(), ConfigError> {
    let TimeToLive { minimum, default, maximum } = times;
    if minimum <= default && default <= maximum {
        return Ok(());
    }
    Err(ConfigError(format!(
        "the behavior {pattern} has MinTTL {}, DefaultTTL {} and MaxTTL {}; expected MinTTL <= DefaultTTL <= MaxTTL",
        minimum.as_secs(),
        default.as_secs(),
        maximum.as_secs()
    )))
}

/// The edge's own error as an answer (E-050).
fn own_answer(error: &OwnError, request_id: &HeaderValue) -> Answer {
    let page = error.page(request_id.to_str().unwrap_or_default());
    let mut answer =
        Answer::new(error.status, own_headers(), AnswerBody::Whole(Bytes::from(page)), CacheResult::Error);
    if error.status == http::StatusCode::PAYLOAD_TOO_LARGE {
        answer.headers.insert(http::header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer.error = Some(error.reason.clone());
    answer
}

/// The headers of what the edge says itself.
fn own_headers() -> http::HeaderMap {
    let mut headers = http::HeaderMap::new();
    headers.insert(http::header::SERVER, HeaderValue::from_static("CloudFront"));
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    headers
}

/// E-013.
const PATTERN_BYTES: usize = 255;
