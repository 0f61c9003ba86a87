//! The buckets of a stack: what the other hops, and the S3 port, ask of them.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use bytes::Bytes;
use http::{HeaderMap, Method, Response};
use http_body_util::combinators::UnsyncBoxBody;

use access::{Credentials, Peer, Policy, Principal};
use telemetry::{LogLine, LogSource, Telemetry, TraceContext, annotation};
use trace::{Clock, Entropy, Hop, Outcome, SegmentId, Span, Timestamp};

use crate::answer::Answer;
use crate::authorize::{Caller, Verdict};
use crate::bucket::{self, Bucket, Owner, PublicAccessBlock, Settings};
use crate::error::{NO_SUCH_BUCKET, S3Error};
use crate::ignore::Ignore;
use crate::mirror::{self, Mirrored};
use crate::read::Read;

/// The buckets of a stack. Cloning shares them.
#[derive(Clone)]
pub struct Buckets {
    pub(crate) inner: Arc<Inner>,
}

/// A bucket as the template describes it.
#[derive(Clone, Debug)]
pub struct BucketConfig {
    /// The bucket's name.
    pub name: String,
    /// Its name in the template.
    pub logical_id: String,
    /// Its policy, if the template has one for it.
    pub policy: Option<serde_json::Value>,
    /// Block Public Access: on unless the template's `PublicAccessBlockConfiguration` switches it
    /// off.
    pub block_public_access: bool,
}

/// What all buckets of a stack share.
#[derive(Clone, Debug)]
pub struct BucketSettings {
    /// The owner's twelve digits.
    pub account: String,
    /// `us-east-1`
    pub region: String,
    /// The owner's keys, with which real clients may do everything.
    pub credentials: Credentials,
    /// What a bucket begins with that a client makes.
    pub new_buckets: NewBuckets,
}

/// What a bucket begins with that no template describes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NewBuckets {
    /// As since April 2023: Block Public Access on, ACLs without meaning.
    #[default]
    Private,
    /// As before: ACLs count, and a policy may open a bucket to everybody.
    WithAcls,
}

/// A read on the inside: what the edge asks.
#[derive(Debug)]
pub struct ReadRequest {
    /// The bucket's name.
    pub bucket: String,
    /// The key, decoded.
    pub key: String,
    /// GET or HEAD.
    pub method: Method,
    /// Conditional and range headers are obeyed; `Referer` and `User-Agent` are asked by policies.
    pub headers: HeaderMap,
    /// The viewer, for `aws:SourceIp` and `aws:SecureTransport`.
    pub peer: Option<Peer>,
    /// The trace that the read belongs to.
    pub trace: Option<TraceContext>,
}

/// Why the buckets could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The file system said no.
    Io {
        /// Where.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
    /// The template's name for a bucket is none that S3 takes.
    Name(String),
    /// The template's policy is none that can be evaluated.
    Policy {
        /// The bucket's name in the template.
        logical_id: String,
        /// What is wrong, and where in the policy.
        problem: access::MalformedPolicy,
    },
}

pub(crate) struct Inner {
    pub(crate) root: PathBuf,
    pub(crate) settings: BucketSettings,
    pub(crate) telemetry: Telemetry,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    /// Tells this process's files from those that a crash left.
    run: u64,
    pub(crate) buckets: RwLock<BTreeMap<String, Arc<Bucket>>>,
    /// By access key.
    pub(crate) keys: RwLock<HashMap<String, (Credentials, Principal)>>,
}

impl Buckets {
    /// Opens the buckets under `root`, makes those that `configs` names, and gives these the
    /// template's policies. It blocks.
    pub fn open(
        root: &Path,
        configs: Vec<BucketConfig>,
        settings: BucketSettings,
        telemetry: Telemetry,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, OpenError> {
        let owner = (settings.credentials.clone(), root_of(&settings.account));
        let inner = Inner {
            root: root.to_owned(),
            keys: RwLock::new(HashMap::from([(settings.credentials.access_key.clone(), owner)])),
            settings,
            telemetry,
            clock,
            run: *RUN.get_or_init(|| entropy.next_u64()),
            entropy,
            buckets: RwLock::default(),
        };
        inner.open_present(&configs)?;
        for config in configs {
            inner.open_configured(config)?;
        }
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Reads an object as `principal`, or answers S3's error.
    pub async fn read(
        &self,
        request: ReadRequest,
        principal: &Principal,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        let start = self.inner.clock.now();
        let caller = self.inner.caller(principal.clone(), request.peer, &request.headers);
        let (method, key) = (request.method.clone(), request.key.clone());
        let bucket = self.inner.bucket(&request.bucket);
        let name = bucket.as_ref().map_or(request.bucket, |bucket| bucket.logical_id.clone());
        let (verdict, answer) = match bucket {
            Err(error) => (None, Err(error)),
            Ok(bucket) => {
                let read = Read {
                    key: request.key,
                    head: method == Method::HEAD,
                    headers: request.headers,
                    part: None,
                    overrides: Vec::new(),
                };
                let work = tokio::task::spawn_blocking(move || read.answer(&bucket, &caller));
                match work.await {
                    Ok((verdict, answer)) => (Some(verdict), answer),
                    Err(error) => (None, Err(S3Error::internal(&io::Error::other(error)))),
                }
            }
        };
        let answer = self.inner.finish(answer, method == Method::HEAD);
        let asked = Asked { principal, method: &method, key: &key, bucket: &name, verdict: verdict.as_ref() };
        self.inner.record(&asked, request.trace, start, &answer);
        answer.into_response()
    }

    /// Sets a bucket's policy, or takes it away. It blocks.
    pub fn set_policy(&self, bucket: &str, policy: Option<serde_json::Value>) -> Result<(), OpenError> {
        let Ok(bucket) = self.inner.bucket(bucket) else { return Err(OpenError::Name(bucket.to_owned())) };
        self.inner.set_policy(&bucket, policy)
    }

    /// Lets whoever signs with `credentials` act as `principal`: a function's keys and its role.
    pub fn register(&self, credentials: Credentials, principal: Principal) {
        let mut keys = self.inner.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.insert(credentials.access_key.clone(), (credentials, principal));
    }

    /// Brings the files of `folder` into `bucket` under `prefix`, and deletes what vanished since.
    /// It blocks.
    pub fn mirror(&self, bucket: &str, folder: &Path, prefix: &str, ignore: &Ignore) -> io::Result<Mirrored> {
        let bucket = self
            .inner
            .bucket(bucket)
            .map_err(|error| io::Error::new(io::ErrorKind::NotFound, error.message))?;
        mirror::mirror(&bucket.store, folder, prefix, ignore, self.inner.clock.now())
    }
}

/// What was asked, for the records of it.
pub(crate) struct Asked<'a> {
    pub(crate) principal: &'a Principal,
    pub(crate) method: &'a Method,
    pub(crate) key: &'a str,
    /// The bucket's name in the template.
    pub(crate) bucket: &'a str,
    pub(crate) verdict: Option<&'a Verdict>,
}

impl Inner {
    /// The bucket of that name; facts B-021: that it is missing is said to everybody.
    pub(crate) fn bucket(&self, name: &str) -> Result<Arc<Bucket>, S3Error> {
        let buckets = self.buckets.read().unwrap_or_else(PoisonError::into_inner);
        buckets.get(name).cloned().ok_or_else(|| S3Error::new(NO_SUCH_BUCKET).with("BucketName", name))
    }

    /// Whose key that is, and its secret.
    pub(crate) fn owner_of(&self, access_key: &str) -> Option<(Credentials, Principal)> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).get(access_key).cloned()
    }

    /// The caller and the condition keys that every request has.
    pub(crate) fn caller(&self, principal: Principal, peer: Option<Peer>, headers: &HeaderMap) -> Caller {
        let mut caller = Caller::new(principal, self.clock.now());
        if let Some(peer) = peer {
            let address = peer.address.ip().to_canonical();
            // What stays on this machine is on no wire: a policy that denies insecure transport must
            // not close a stack that is tried out over plain loopback http.
            let secure = peer.secure || address.is_loopback();
            caller = caller
                .with("aws:SourceIp", address.to_string())
                .with("aws:SecureTransport", secure.to_string());
        }
        for (name, key) in [("referer", "aws:Referer"), ("user-agent", "aws:UserAgent")] {
            if let Some(value) = headers.get(name).and_then(|value| value.to_str().ok()) {
                caller = caller.with(key, value);
            }
        }
        caller
    }

    /// Makes an answer S3's: its ids, its server, its date, its errors.
    pub(crate) fn finish(&self, answer: Result<Answer, S3Error>, head: bool) -> Answer {
        let (request_id, host_id) = self.ids();
        let answer = answer.unwrap_or_else(|error| Answer::error(&error, &request_id, &host_id));
        let answer = if head { answer.without_body() } else { answer };
        answer
            .with("x-amz-request-id", request_id)
            .with("x-amz-id-2", host_id)
            .with("date", crate::http_date(self.clock.now().seconds()))
            .with("server", "AmazonS3")
    }

    /// Records the span, and a log line for what was denied, with the rule that decided.
    pub(crate) fn record(
        &self,
        asked: &Asked<'_>,
        context: Option<TraceContext>,
        start: Timestamp,
        answer: &Answer,
    ) {
        let status = answer.status.as_u16();
        let decision = asked.verdict.map(Verdict::describe);
        if let Some(context) = context {
            let mut annotations = vec![
                (annotation::METHOD.to_owned(), asked.method.to_string()),
                (annotation::PATH.to_owned(), asked.key.to_owned()),
                (annotation::STATUS.to_owned(), status.to_string()),
            ];
            annotations.extend(decision.clone().map(|decision| ("access".to_owned(), decision)));
            self.telemetry.record_span(Span {
                trace: context.trace,
                id: SegmentId::new(&*self.entropy),
                parent: context.parent,
                hop: Hop::Bucket,
                name: asked.bucket.to_owned(),
                start,
                end: self.clock.now().max(start),
                outcome: Outcome::of_status(status),
                annotations,
            });
        }
        if let (403, Some(decision)) = (status, decision) {
            self.telemetry.record_log(LogLine {
                at: start,
                function: asked.bucket.to_owned(),
                stream: "access".to_owned(),
                request_id: None,
                text: format!(
                    "{} {} 403 AccessDenied for {}, {decision}",
                    asked.method,
                    asked.key,
                    asked.principal.name()
                ),
                source: LogSource::Platform,
            });
        }
    }

    pub(crate) fn folder(&self, bucket: &str) -> PathBuf {
        self.root.join(bucket)
    }

    /// The settings of a bucket that `owner` makes now.
    pub(crate) fn fresh(&self, owner: Owner, public_access: PublicAccessBlock) -> Settings {
        let acls = self.settings.new_buckets == NewBuckets::WithAcls;
        Settings {
            created: self.clock.now().millis(),
            owner,
            policy: None,
            public_access,
            ownership: acls.then(|| "ObjectWriter".to_owned()),
            public: false,
            documents: BTreeMap::new(),
        }
    }

    pub(crate) fn set_policy(
        &self,
        bucket: &Bucket,
        policy: Option<serde_json::Value>,
    ) -> Result<(), OpenError> {
        if let Some(policy) = &policy {
            Policy::parse(policy)
                .map_err(|problem| OpenError::Policy { logical_id: bucket.logical_id.clone(), problem })?;
        }
        let policy = policy.and_then(|policy| serde_json::value::to_raw_value(&policy).ok());
        let change = bucket.change(|settings| settings.policy = policy);
        change.map_err(|error| OpenError::Io { path: self.folder(&bucket.name), error })
    }

    /// The buckets that are on disk already, of whatever origin.
    fn open_present(&self, configs: &[BucketConfig]) -> Result<(), OpenError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |error| OpenError::Io { path, error }
        };
        fs::create_dir_all(&self.root).map_err(io(&self.root))?;
        for entry in fs::read_dir(&self.root).map_err(io(&self.root))? {
            let path = entry.map_err(io(&self.root))?.path();
            let Some(name) =
                path.file_name().and_then(|name| name.to_str()).filter(|name| bucket::is_name(name))
            else {
                continue;
            };
            let configured = configs.iter().any(|config| config.name == name);
            if !configured && path.is_dir() {
                let bucket = Bucket::open(&path, name, name, self.run, || {
                    self.fresh(self.owner(), PublicAccessBlock::all(true))
                });
                self.add(bucket.map_err(io(&path))?);
            }
        }
        Ok(())
    }

    fn open_configured(&self, config: BucketConfig) -> Result<(), OpenError> {
        if !bucket::is_name(&config.name) {
            return Err(OpenError::Name(config.name));
        }
        let path = self.folder(&config.name);
        let io = |error| OpenError::Io { path: path.clone(), error };
        let public_access = PublicAccessBlock::all(config.block_public_access);
        let fresh = || self.fresh(self.owner(), public_access);
        let bucket = Bucket::open(&path, &config.name, &config.logical_id, self.run, fresh).map_err(io)?;
        bucket.change(|settings| settings.public_access = public_access).map_err(io)?;
        self.set_policy(&bucket, config.policy)?;
        self.add(bucket);
        Ok(())
    }

    fn add(&self, bucket: Bucket) {
        let mut buckets = self.buckets.write().unwrap_or_else(PoisonError::into_inner);
        buckets.insert(bucket.name.clone(), Arc::new(bucket));
    }

    /// Every bucket, by name.
    pub(crate) fn all(&self) -> Vec<Arc<Bucket>> {
        self.buckets.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Makes a bucket, or gives the one that has the name already.
    pub(crate) fn create(&self, name: &str, settings: Settings) -> io::Result<Arc<Bucket>> {
        let mut buckets = self.buckets.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get(name) {
            return Ok(Arc::clone(bucket));
        }
        let bucket = Arc::new(Bucket::open(&self.folder(name), name, name, self.run, || settings)?);
        buckets.insert(name.to_owned(), Arc::clone(&bucket));
        Ok(bucket)
    }

    /// Removes a bucket and its folder; `false` if there are objects in it.
    pub(crate) fn remove(&self, bucket: &Bucket) -> io::Result<bool> {
        let mut buckets = self.buckets.write().unwrap_or_else(PoisonError::into_inner);
        if !bucket.store.is_empty()? {
            return Ok(false);
        }
        buckets.remove(&bucket.name);
        fs::remove_dir_all(self.folder(&bucket.name))?;
        Ok(true)
    }

    /// The stack's account.
    fn owner(&self) -> Owner {
        let account = self.settings.account.clone();
        Owner { canonical_user: crate::canonical_user(&account), account }
    }

    /// `x-amz-request-id`, 16 of upper-case letters and digits, and `x-amz-id-2`.
    fn ids(&self) -> (String, String) {
        const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let random = u128::from(self.entropy.next_u64()) << 64 | u128::from(self.entropy.next_u64());
        let letter = |position: u32| char::from(LETTERS[(random >> (position * 5) & 31) as usize]);
        let request_id = (0..16).map(letter).collect();
        let host_id: [u64; 6] = std::array::from_fn(|_| self.entropy.next_u64());
        let host_id: Vec<u8> = host_id.iter().flat_map(|number| number.to_le_bytes()).collect();
        (request_id, crate::checksum::to_base64(&host_id))
    }
}

/// One number for the process: a changed template opens the buckets anew while the old services
/// still end their uploads, whose drafts must not be taken for a crash's.
static RUN: OnceLock<u64> = OnceLock::new();

/// An account's own principal.
fn root_of(account: &str) -> Principal {
    Principal::Account {
        account: account.to_owned(),
        arn: format!("arn:aws:iam::{account}:root"),
        canonical_user: crate::canonical_user(account),
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, error } => write!(out, "cannot use {} for buckets: {error}", path.display()),
            Self::Name(name) => write!(
                out,
                "`{name}` is no bucket name: expected 3 to 63 lower-case letters, digits, dots and hyphens, \
                 beginning and ending with a letter or digit"
            ),
            Self::Policy { logical_id, problem } => {
                write!(out, "the policy of bucket {logical_id}: {problem}")
            }
        }
    }
}

impl std::error::Error for OpenError {}

impl fmt::Debug for Buckets {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Buckets").field("root", &self.inner.root).finish_non_exhaustive()
    }
}
