//! The S3 protocol on its own port: a request → who asks for what → an answer.
//!
//! ```text
//! request ─► target ─► authenticate ─► operation ─┬─► objects, copying, uploads    intake: bodies
//!            bucket,   principal,      one of      ├─► listing
//!            key       payload's form  S3's calls  └─► settings
//! ```

mod authenticate;
mod chunked;
mod contents;
mod copying;
mod cors;
mod intake;
mod listing;
mod objects;
mod operation;
mod query;
mod settings;
mod tags;
mod target;
mod uploads;

pub use contents::{BucketNames, Contents, ObjectSummary};

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use http_body_util::combinators::UnsyncBoxBody;

use access::{Peer, Principal};
use telemetry::{RequestRecord, TraceContext};
use trace::{Sampled, TraceHeader, TraceId};

use crate::answer::Answer;
use crate::authorize::{Acl, Caller, Question, Verdict};
use crate::bucket::Bucket;
use crate::buckets::{Asked, Buckets, Inner};
use crate::error::{ACCESS_DENIED, S3Error};

use authenticate::Payload;
pub(crate) use chunked::Decoder;
use intake::{Intake, Vouches};
use operation::{Operation, Takes};
use query::Query;
use target::Target;

/// One call: who asks for what, and everything that the request says besides its body.
pub(crate) struct Call {
    inner: Arc<Inner>,
    caller: Caller,
    operation: Operation,
    target: Target,
    query: Query,
    headers: HeaderMap,
    /// The last decision about it, for the access log.
    verdict: Mutex<Option<Verdict>>,
}

impl Buckets {
    /// Serves the S3 protocol: the signature tells the principal. The listener's [`Peer`] is in the
    /// request's extensions.
    pub async fn serve(
        &self,
        request: Request<UnsyncBoxBody<Bytes, io::Error>>,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        let inner = &self.inner;
        let start = inner.clock.now();
        let (head, body) = request.into_parts();
        let context = head.extensions.get().copied().unwrap_or_else(|| {
            let header = head.headers.get("x-amzn-trace-id").and_then(|value| value.to_str().ok());
            let header = header.map(TraceHeader::parse).unwrap_or_default();
            let trace = header.root.unwrap_or_else(|| TraceId::new(start, &*inner.entropy));
            TraceContext { trace, parent: header.parent, sampled: Sampled::Undecided }
        });
        let target = Target::of(&head);
        let mut asked = Summary { principal: Principal::Anonymous, verdict: None };
        let answer = match &target {
            Ok(target) => self.answer(&head, body, target.clone(), &mut asked).await,
            Err(error) => Err(error.clone()),
        };
        let mut answer = inner.finish(answer, head.method == Method::HEAD);
        if let Some(bucket) = target.as_ref().ok().and_then(|target| inner.bucket(&target.bucket).ok())
            && head.method != Method::OPTIONS
        {
            cors::decorate(&mut answer, &bucket, head.method.as_str(), &head.headers);
        }
        let (bucket, key) = target.map(|target| (target.bucket, target.key)).unwrap_or_default();
        let name = inner.bucket(&bucket).map_or(bucket, |bucket| bucket.logical_id.clone());
        let summary = Asked {
            principal: &asked.principal,
            method: &head.method,
            key: if key.is_empty() { "/" } else { &key },
            bucket: if name.is_empty() { "s3" } else { &name },
            verdict: asked.verdict.as_ref(),
        };
        inner.record(&summary, Some(context), start, &answer);
        inner.telemetry.record_request(RequestRecord {
            at: start,
            trace: context.trace,
            entrance: "s3".to_owned(),
            method: head.method.to_string(),
            path: head.uri.path_and_query().map_or_else(String::new, ToString::to_string),
            status: answer.status.as_u16(),
            duration: inner.clock.now().since(start),
            bytes: answer.length(),
            cache: None,
            placement: None,
        });
        answer.into_response()
    }

    async fn answer(
        &self,
        head: &http::request::Parts,
        body: UnsyncBoxBody<Bytes, io::Error>,
        target: Target,
        asked: &mut Summary,
    ) -> Result<Answer, S3Error> {
        if head.method == Method::OPTIONS {
            return cors::preflight(&*self.inner.bucket(&target.bucket)?, &head.headers);
        }
        let identified = self.inner.authenticate(head, &target)?;
        asked.principal = identified.principal.clone();
        let query = Query::parse(head.uri.query().unwrap_or_default());
        let operation = Operation::of(&head.method, &target, &query, &head.headers)?;
        let peer = head.extensions.get::<Peer>().copied();
        let call = Arc::new(Call {
            caller: self.inner.caller(identified.principal, peer, &head.headers),
            inner: Arc::clone(&self.inner),
            operation,
            target,
            query,
            headers: head.headers.clone(),
            verdict: Mutex::default(),
        });
        let answer = Call::run(&call, identified.payload, body).await;
        asked.verdict = call.verdict.lock().unwrap_or_else(PoisonError::into_inner).take();
        answer
    }
}

/// What is known of a request for its records, as far as it came.
struct Summary {
    principal: Principal,
    verdict: Option<Verdict>,
}

impl Call {
    /// Runs the call. What reads or writes files runs on a thread that may block; a body is taken
    /// only from a caller who may send it.
    async fn run(
        call: &Arc<Self>,
        payload: Payload,
        body: UnsyncBoxBody<Bytes, io::Error>,
    ) -> Result<Answer, S3Error> {
        match call.operation.takes() {
            Takes::Nothing => call.blocking(Self::answer).await,
            Takes::Document => {
                let completes = call.operation == Operation::CompleteMultipartUpload;
                let vouches = if completes { Vouches::ForObject } else { Vouches::ForBody };
                let intake = Intake::new(payload, &call.headers, vouches)?;
                let document = intake.document(body).await?;
                call.blocking(move |call| call.answer_document(&document)).await
            }
            Takes::Object => {
                let bucket = call.bucket()?;
                let intake = Intake::new(payload, &call.headers, Vouches::ForBody)?;
                let intake = call.blocking(move |call| call.prepare(intake)).await?;
                let (draft, file) = bucket.store.draft()?;
                let received = intake.object(draft, file, body).await?;
                call.blocking(move |call| call.answer_object(received)).await
            }
        }
    }

    /// Calls without a body that matters.
    fn answer(&self) -> Result<Answer, S3Error> {
        match self.operation {
            Operation::ListBuckets => self.list_buckets(),
            Operation::HeadBucket => self.head_bucket(),
            Operation::DeleteBucket => self.delete_bucket(),
            Operation::GetBucketLocation => self.location(),
            Operation::GetBucketVersioning => self.versioning(),
            Operation::ListObjects => self.list_objects(),
            Operation::ListObjectsV2 => self.list_objects_v2(),
            Operation::ListObjectVersions => self.list_versions(),
            Operation::ListMultipartUploads => self.list_uploads(),
            Operation::GetBucketPolicy => self.get_policy(),
            Operation::DeleteBucketPolicy => self.delete_policy(),
            Operation::GetBucketPolicyStatus => self.policy_status(),
            Operation::GetBucketAcl => self.bucket_acl(),
            Operation::GetBucketDocument(document) => self.get_document(document),
            Operation::DeleteBucketDocument(document) => self.delete_document(document),
            Operation::GetObject | Operation::HeadObject => self.get_object(),
            Operation::DeleteObject => self.delete_object(),
            Operation::CopyObject => self.copy_object(),
            Operation::GetObjectAttributes => self.object_attributes(),
            Operation::GetObjectAcl => self.object_acl(),
            Operation::GetObjectTagging => self.object_tags(),
            Operation::DeleteObjectTagging => self.delete_object_tags(),
            Operation::CreateMultipartUpload => self.create_upload(),
            Operation::UploadPartCopy => self.copy_part(),
            Operation::AbortMultipartUpload => self.abort_upload(),
            Operation::ListParts => self.list_parts(),
            _ => Err(S3Error::new(crate::error::NOT_IMPLEMENTED)),
        }
    }

    /// Calls with a document.
    fn answer_document(&self, document: &[u8]) -> Result<Answer, S3Error> {
        match self.operation {
            Operation::CreateBucket => self.create_bucket(document),
            Operation::DeleteObjects => self.delete_objects(document),
            Operation::PutBucketPolicy => self.put_policy(document),
            Operation::PutBucketAcl => self.put_bucket_acl(document),
            Operation::PutBucketDocument(kind) => self.put_document(kind, document),
            Operation::PutObjectAcl => self.put_object_acl(document),
            Operation::PutObjectTagging => self.put_object_tags(document),
            Operation::CompleteMultipartUpload => self.complete_upload(document),
            _ => Err(S3Error::new(crate::error::NOT_IMPLEMENTED)),
        }
    }

    /// Whether the bytes that follow are welcome, and what they must have with them.
    fn prepare(&self, intake: Intake) -> Result<Intake, S3Error> {
        match self.operation {
            Operation::UploadPart => self.prepare_part(intake),
            _ => self.prepare_object(intake),
        }
    }

    /// Calls with an object's bytes.
    fn answer_object(&self, received: intake::Received) -> Result<Answer, S3Error> {
        match self.operation {
            Operation::UploadPart => self.put_part(received),
            _ => self.put_object(received),
        }
    }

    /// The bucket that the call is about, if it is whose the caller thinks it is.
    fn bucket(&self) -> Result<Arc<Bucket>, S3Error> {
        let bucket = self.inner.bucket(&self.target.bucket)?;
        match self.header("x-amz-expected-bucket-owner") {
            Some(expected) if bucket.with(|settings, _| settings.owner.account != expected) => {
                Err(ACCESS_DENIED.into())
            }
            _ => Ok(bucket),
        }
    }

    /// Asks whether the caller may do `action` to `key`, or to the bucket itself.
    fn authorize(
        &self,
        bucket: &Bucket,
        action: &'static str,
        key: Option<&str>,
        conditions: &[(String, String)],
        acl: Acl,
    ) -> Result<(), S3Error> {
        let verdict = self.caller.may(bucket, Question { action, key, conditions, acl });
        self.decided(verdict)
    }

    /// Asks about the bucket itself, with no conditions of its own.
    fn authorize_bucket(&self, bucket: &Bucket, action: &'static str) -> Result<(), S3Error> {
        self.authorize(bucket, action, None, &[], Acl::Silent)
    }

    fn decided(&self, verdict: Verdict) -> Result<(), S3Error> {
        let allowed = verdict.allowed;
        *self.verdict.lock().unwrap_or_else(PoisonError::into_inner) = Some(verdict);
        if allowed { Ok(()) } else { Err(ACCESS_DENIED.into()) }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, S3Error> + Send + 'static,
    ) -> Result<T, S3Error> {
        let call = Arc::clone(self);
        let work = tokio::task::spawn_blocking(move || work(&call));
        work.await.unwrap_or_else(|error| Err(S3Error::internal(&io::Error::other(error))))
    }
}
