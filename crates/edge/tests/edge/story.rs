//! The stage: a clock held in the hand, an origin that answers from a script and remembers what it was
//! asked, and a distribution between it and the viewer.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use access::Peer;
use bytes::Bytes;
use edge::{
    CacheBehavior, Caching, CustomOriginConfig, Distribution, DistributionConfig, EdgeSettings,
    ForwardedValues, HttpVersion, OriginConfig, OriginKind, OriginService, OriginTarget, TimeToLive,
};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use telemetry::Telemetry;
use trace::{Clock, Entropy, Timestamp};

pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// A clock that stands still until it is told.
#[derive(Debug)]
pub(crate) struct HeldClock(AtomicU64);

impl Clock for HeldClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

struct Counting(AtomicU64);

impl Entropy for Counting {
    fn next_u64(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}

/// What the origin was asked.
#[derive(Debug)]
pub(crate) struct Asked {
    pub method: String,
    pub target: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let values: Vec<_> =
            self.headers.get_all(name).iter().map(|value| value.to_str().unwrap().to_owned()).collect();
        (!values.is_empty()).then(|| values.join(" | "))
    }
}

/// An origin that answers from a script; when it has run out, it repeats the last answer.
#[derive(Default)]
pub(crate) struct ScriptedOrigin {
    script: Mutex<VecDeque<Scripted>>,
    last: Mutex<Option<Scripted>>,
    asked: Mutex<Vec<Asked>>,
    /// While it is held the origin answers nobody.
    pub gate: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
pub(crate) struct Scripted {
    status: StatusCode,
    headers: Vec<(String, String)>,
    body: Bytes,
    placement: Option<telemetry::Placement>,
}

impl Scripted {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn placed(mut self) -> Self {
        self.placement = Some(telemetry::Placement {
            function: "site".to_owned(),
            environment: "one".to_owned(),
            start: telemetry::Start::Warm,
        });
        self
    }
}

/// An answer for the script.
pub(crate) fn answer(status: u16, body: &str) -> Scripted {
    Scripted {
        status: StatusCode::from_u16(status).unwrap(),
        headers: Vec::new(),
        body: Bytes::copy_from_slice(body.as_bytes()),
        placement: None,
    }
}

impl ScriptedOrigin {
    /// What it was asked last.
    pub(crate) fn last_asked(&self) -> Asked {
        self.asked.lock().unwrap().pop().expect("the origin was asked")
    }
}

impl OriginService for ScriptedOrigin {
    fn serve(&self, request: Request<Body>) -> Pin<Box<dyn Future<Output = Response<Body>> + Send + '_>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            self.asked.lock().unwrap().push(Asked {
                method: head.method.to_string(),
                target: head.uri.to_string(),
                headers: head.headers,
                body,
            });
            drop(self.gate.lock().await);
            let next = self.script.lock().unwrap().pop_front();
            let scripted =
                next.or_else(|| self.last.lock().unwrap().clone()).unwrap_or_else(|| answer(200, "ok"));
            *self.last.lock().unwrap() = Some(scripted.clone());
            let mut response = Response::builder().status(scripted.status);
            for (name, value) in &scripted.headers {
                response = response.header(name, value);
            }
            let mut response = response
                .body(Full::new(scripted.body).map_err(|never| match never {}).boxed_unsync())
                .unwrap();
            if let Some(placement) = scripted.placement {
                response.extensions_mut().insert(placement);
            }
            response
        })
    }
}

/// A distribution on the stage.
pub(crate) struct Stage {
    pub edge: Distribution,
    pub origin: Arc<ScriptedOrigin>,
    pub telemetry: Telemetry,
    clock: Arc<HeldClock>,
}

/// What the viewer got.
#[derive(Debug)]
pub(crate) struct Got {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub placement: Option<telemetry::Placement>,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16, cache: &str) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("x-cache"), Some(format!("{cache} from cloudfront").as_str()), "{self:?}");
        self
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

impl Stage {
    /// A distribution with one origin `site` and these behaviors, the last the default one.
    pub(crate) fn new(behaviors: Vec<CacheBehavior>) -> Self {
        Self::with(behaviors, |_, _| {})
    }

    pub(crate) fn with(
        mut behaviors: Vec<CacheBehavior>,
        change: impl FnOnce(&mut DistributionConfig, &mut EdgeSettings),
    ) -> Self {
        let origin = Arc::new(ScriptedOrigin::default());
        let target = OriginTarget::Service(Arc::clone(&origin) as Arc<dyn OriginService>);
        let mut config = DistributionConfig {
            id: "E1EXAMPLE00000".to_owned(),
            logical_id: "Website".to_owned(),
            domain_name: "d111111abcdef8.cloudfront.net".to_owned(),
            aliases: vec!["www.example.org".to_owned()],
            local_hosts: Vec::new(),
            enabled: true,
            default_root_object: None,
            origins: vec![OriginConfig::new(
                "site",
                "api.execute-api.us-east-1.amazonaws.com",
                OriginKind::Custom(CustomOriginConfig::default()),
                target,
            )],
            origin_groups: Vec::new(),
            default_cache_behavior: behaviors.pop().unwrap(),
            cache_behaviors: behaviors,
            custom_error_responses: Vec::new(),
            http_version: HttpVersion::Http2,
        };
        let mut settings = EdgeSettings::default();
        change(&mut config, &mut settings);
        let clock = Arc::new(HeldClock(AtomicU64::new(1_800_000_000_000_000)));
        let entropy: Arc<dyn Entropy> = Arc::new(Counting(AtomicU64::new(1)));
        let telemetry = Telemetry::in_memory();
        let held = Arc::clone(&clock) as Arc<dyn Clock>;
        let edge = Distribution::new(config, settings, telemetry.clone(), held, &entropy).unwrap();
        Self { edge, origin, telemetry, clock }
    }

    /// The origin's next answers.
    pub(crate) fn script(&self, answers: impl IntoIterator<Item = Scripted>) -> &Self {
        self.origin.script.lock().unwrap().extend(answers);
        self
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    pub(crate) async fn get(&self, path: &str) -> Got {
        self.send(request("GET", path)).await
    }

    /// A request, its answer read to the end.
    pub(crate) async fn send(&self, request: http::request::Builder) -> Got {
        self.send_body(request, "").await
    }

    pub(crate) async fn send_body(&self, request: http::request::Builder, body: &str) -> Got {
        let body =
            Full::new(Bytes::copy_from_slice(body.as_bytes())).map_err(|never| match never {}).boxed_unsync();
        let mut request = request.body(body).unwrap();
        if request.extensions().get::<Peer>().is_none() {
            request.extensions_mut().insert(peer());
        }
        let (head, body) = self.edge.serve(request).await.into_parts();
        let placement = head.extensions.get().cloned();
        let body = body.collect().await.unwrap().to_bytes();
        Got { status: head.status.as_u16(), headers: head.headers, body, placement }
    }

    /// How often the origin was asked.
    pub(crate) fn fetches(&self) -> usize {
        self.origin.asked.lock().unwrap().len()
    }

    /// What the origin was asked last.
    pub(crate) fn last_asked(&self) -> Asked {
        self.origin.last_asked()
    }
}

/// A viewer's request, for [`Stage::send`].
pub(crate) fn request(method: &str, path: &str) -> http::request::Builder {
    Request::builder().method(method).uri(path).header("host", "www.example.org")
}

pub(crate) fn peer() -> Peer {
    Peer { address: SocketAddr::from(([192, 0, 2, 7], 4321)), secure: false, local_port: 8080 }
}

/// The legacy behavior with these forwarded values and lifetimes in seconds.
pub(crate) fn legacy(
    forwarded_values: ForwardedValues,
    minimum: u64,
    default: u64,
    maximum: u64,
) -> CacheBehavior {
    CacheBehavior {
        caching: Caching::Legacy {
            forwarded_values,
            time_to_live: TimeToLive::seconds(minimum, default, maximum),
        },
        ..CacheBehavior::new("site")
    }
}

/// Waits until `holds`, letting other tasks run.
pub(crate) async fn until(mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("it came to hold within 10 s");
}
