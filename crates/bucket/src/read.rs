//! GET and HEAD of an object: may he, is it there, is it new to him, and which bytes of it.

use http::header::{HeaderName, RANGE};
use http::{HeaderMap, StatusCode};

use crate::answer::Answer;
use crate::authorize::{Acl, Caller, Question, Verdict};
use crate::bucket::Bucket;
use crate::checksum::Checksum;
use crate::error::{ACCESS_DENIED, INVALID_PART, INVALID_RANGE, KEY_TOO_LONG, NO_SUCH_KEY, S3Error};
use crate::key::Key;
use crate::preconditions;
use crate::range::Range;
use crate::record::Record;
use crate::store::Object;

/// A read of one object.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) key: String,
    /// HEAD.
    pub(crate) head: bool,
    /// The request's, for its conditions and its range.
    pub(crate) headers: HeaderMap,
    /// `partNumber`
    pub(crate) part: Option<u32>,
    /// `response-content-type` and its like: headers that the answer has instead of the stored.
    pub(crate) overrides: Vec<(HeaderName, String)>,
}

impl Read {
    /// Answers the read, and says who allowed or denied it. It blocks.
    pub(crate) fn answer(self, bucket: &Bucket, caller: &Caller) -> (Verdict, Result<Answer, S3Error>) {
        let (verdict, object) = open(bucket, caller, &self.key, "s3:GetObject");
        (verdict, object.and_then(|object| self.found(object)))
    }

    fn found(self, object: Object) -> Result<Answer, S3Error> {
        let Object { file, record } = object;
        if let Err(refused) = preconditions::of_read(&self.headers, &record) {
            if refused.code.status != StatusCode::NOT_MODIFIED {
                return Err(refused);
            }
            let mut answer = Answer::empty(StatusCode::NOT_MODIFIED);
            describe(&mut answer, &record);
            return Ok(answer);
        }
        let Bytes { status, start, length } = self.bytes(&record)?;
        let mut answer = if self.head {
            Answer::of_length(status, length)
        } else {
            Answer::file(status, file, start, length)?
        };
        describe(&mut answer, &record);
        if status == StatusCode::PARTIAL_CONTENT {
            let range = format!("bytes {start}-{}/{}", start + length.max(1) - 1, record.stamp.size);
            answer = answer.with("content-range", range);
        }
        if let Some(checksum) = self.checksum(&record) {
            answer.set(HeaderName::from_static(checksum.algorithm.header()), &checksum.value);
            let kind = record.checksum.as_ref().map_or(checksum.kind, |whole| whole.kind);
            answer = answer.with("x-amz-checksum-type", kind.name());
        }
        if self.part.is_some() && !record.parts.is_empty() {
            answer = answer.with("x-amz-mp-parts-count", record.parts.len().to_string());
        }
        for (name, value) in self.overrides {
            answer.set(name, value);
        }
        Ok(answer)
    }

    /// Which bytes, by `partNumber` or by `Range`.
    fn bytes(&self, record: &Record) -> Result<Bytes, S3Error> {
        let size = record.stamp.size;
        if let Some(number) = self.part {
            return part(record, number);
        }
        let range = self.headers.get(RANGE).and_then(|value| value.to_str().ok());
        match range.map_or(Range::Whole, |range| Range::parse(range, size)) {
            Range::Whole => Ok(Bytes { status: StatusCode::OK, start: 0, length: size }),
            Range::Part { start, end } => {
                Ok(Bytes { status: StatusCode::PARTIAL_CONTENT, start, length: end - start + 1 })
            }
            Range::Unsatisfiable => Err(S3Error::new(INVALID_RANGE)
                .with("RangeRequested", range.unwrap_or_default())
                .with("ActualObjectSize", size.to_string())),
        }
    }

    /// The checksum of what is answered, if the client asks for it: of the object or of one part,
    /// never of a range.
    fn checksum<'a>(&self, record: &'a Record) -> Option<&'a Checksum> {
        let mode = self.headers.get("x-amz-checksum-mode")?;
        let ranged = self.headers.contains_key(RANGE);
        if !mode.as_bytes().eq_ignore_ascii_case(b"enabled") || ranged {
            return None;
        }
        match self.part.and_then(|number| usize::try_from(number).ok()) {
            Some(number) if !record.parts.is_empty() => record.parts.get(number - 1)?.checksum.as_ref(),
            _ => record.checksum.as_ref(),
        }
    }
}

/// Which bytes of an object an answer carries.
struct Bytes {
    status: StatusCode,
    start: u64,
    length: u64,
}

/// One part's bytes; an object that was uploaded whole is its own part 1.
fn part(record: &Record, number: u32) -> Result<Bytes, S3Error> {
    if record.parts.is_empty() && number == 1 {
        let status = if record.stamp.size == 0 { StatusCode::OK } else { StatusCode::PARTIAL_CONTENT };
        return Ok(Bytes { status, start: 0, length: record.stamp.size });
    }
    let position = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let position = position.filter(|position| *position < record.parts.len());
    let position = position.ok_or_else(|| S3Error::new(INVALID_PART))?;
    let start = record.parts[..position].iter().map(|part| part.size).sum();
    Ok(Bytes { status: StatusCode::PARTIAL_CONTENT, start, length: record.parts[position].size })
}

/// Opens an object for a caller who may do `action` to it. What is absent is said to be so only to
/// who may list; everybody else reads that he may not know (facts B-020).
pub(crate) fn open(
    bucket: &Bucket,
    caller: &Caller,
    key: &str,
    action: &'static str,
) -> (Verdict, Result<Object, S3Error>) {
    let Some(valid) = Key::new(key) else { return (Verdict::failed(), Err(KEY_TOO_LONG.into())) };
    let object = match bucket.store.object(&valid) {
        Ok(object) => object,
        Err(error) => return (Verdict::failed(), Err(error.into())),
    };
    let verdict = may(bucket, caller, key, action, object.as_ref().map(|object| &object.record));
    match object {
        Some(_) if !verdict.allowed => (verdict, Err(ACCESS_DENIED.into())),
        Some(object) => (verdict, Ok(object)),
        None if verdict.denied_by_policy() => (verdict, Err(ACCESS_DENIED.into())),
        None => {
            let conditions = [("s3:prefix".to_owned(), key.to_owned())];
            let acl = bucket.listing_acl();
            let list = caller
                .may(bucket, Question { action: "s3:ListBucket", key: None, conditions: &conditions, acl });
            if list.allowed {
                return (list, Err(S3Error::new(NO_SUCH_KEY).with("Key", key)));
            }
            (list, Err(ACCESS_DENIED.into()))
        }
    }
}

/// Whether the caller may do `action` to an object; its tags have a say, if there is one.
fn may(
    bucket: &Bucket,
    caller: &Caller,
    key: &str,
    action: &'static str,
    record: Option<&Record>,
) -> Verdict {
    let conditions = record.map(tag_conditions).unwrap_or_default();
    let readable = action == "s3:GetObject" && record.is_some_and(|record| record.public);
    let acl = if readable { Acl::Grants } else { Acl::Silent };
    let verdict = caller.may(bucket, Question { action, key: Some(key), conditions: &conditions, acl });
    match record {
        // A writer may read what they wrote in a foreign bucket (facts P-002).
        Some(Record { writer: Some(writer), .. }) if !verdict.denied_by_policy() && caller.is(writer) => {
            Verdict::writer()
        }
        _ => verdict,
    }
}

/// The condition keys that an object's tags give.
pub(crate) fn tag_conditions(record: &Record) -> Vec<(String, String)> {
    record.tags.iter().map(|(name, value)| (format!("s3:ExistingObjectTag/{name}"), value.clone())).collect()
}

/// The headers that tell what an object is (facts B-011).
fn describe(answer: &mut Answer, record: &Record) {
    answer.set(http::header::ETAG, format!("\"{}\"", record.etag));
    answer.set(http::header::LAST_MODIFIED, crate::http_date(record.modified_seconds()));
    if answer.status == StatusCode::NOT_MODIFIED {
        for name in ["cache-control", "expires"] {
            if let Some(value) = record.headers.get(name) {
                answer.set(HeaderName::from_static(name), value);
            }
        }
        return;
    }
    answer.set(http::header::ACCEPT_RANGES, "bytes");
    answer.set(http::header::CONTENT_TYPE, crate::content_type::DEFAULT);
    for (name, value) in &record.headers {
        if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
            answer.set(name, value);
        }
    }
    for (name, value) in &record.metadata {
        if let Ok(name) = HeaderName::from_bytes(format!("x-amz-meta-{name}").as_bytes()) {
            answer.set(name, value.bytes());
        }
    }
    if !record.tags.is_empty() {
        answer.set(HeaderName::from_static("x-amz-tagging-count"), record.tags.len().to_string());
    }
}
