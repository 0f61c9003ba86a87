//! Calls about one object, and `DeleteObjects` about many.

use std::collections::BTreeMap;

use http::header::HeaderName;
use http::{HeaderMap, StatusCode};

use access::Principal;

use super::intake::{Intake, Received};
use super::operation::Operation;
use super::{Call, tags};
use crate::answer::Answer;
use crate::authorize::Acl;
use crate::bucket::Bucket;
use crate::error::{self, S3Error};
use crate::key::Key;
use crate::preconditions::OfWrite;
use crate::read::{self, Read};
use crate::record::{HeaderText, Record, Stamp};
use crate::store::{Durability, Refused};
use crate::xml::{Document, Element};

impl Call {
    pub(super) fn get_object(&self) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        self.check_version()?;
        let read = Read {
            key: self.target.key.clone(),
            head: self.operation == Operation::HeadObject,
            headers: self.headers.clone(),
            part: self.query.number("partNumber")?.and_then(|number| u32::try_from(number).ok()),
            overrides: self.overrides()?,
        };
        let (verdict, answer) = read.answer(&bucket, &self.caller);
        let _ = self.decided(verdict);
        answer
    }

    /// `response-content-type` and its like. An anonymous caller could show others a page that the
    /// object's owner never wrote, so they are for signed requests (facts B-013).
    fn overrides(&self) -> Result<Vec<(HeaderName, String)>, S3Error> {
        let overrides: Vec<(HeaderName, String)> = self
            .query
            .iter()
            .filter_map(|(name, value)| {
                let name = name.strip_prefix("response-").filter(|name| STORED_HEADERS.contains(name))?;
                Some((HeaderName::from_bytes(name.as_bytes()).ok()?, value.to_owned()))
            })
            .collect();
        if !overrides.is_empty() && matches!(self.caller.principal, Principal::Anonymous) {
            return Err(S3Error::because(
                error::INVALID_REQUEST,
                "Request specific response headers cannot be used for anonymous GET requests.",
            ));
        }
        Ok(overrides)
    }

    pub(super) fn prepare_object(&self, intake: Intake) -> Result<Intake, S3Error> {
        let bucket = self.bucket()?;
        self.may_write(&bucket, &self.described()?)?;
        Ok(intake)
    }

    pub(super) fn put_object(&self, received: Received) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        let record = Record {
            etag: received.etag,
            checksum: received.checksum,
            stamp: Stamp { size: received.size, modified: bucket.store.next_time(self.inner.clock.now()) },
            ..self.described()?
        };
        let condition = OfWrite::read(&self.headers);
        let agreed = |present: Option<&Record>| condition.check(present);
        let key = self.key()?;
        let published =
            bucket.store.publish(&key, received.draft, &received.file, record, Durability::Durable, agreed);
        let record = published.map_err(refusal)?;
        let mut answer = Answer::empty(StatusCode::OK).with("etag", format!("\"{}\"", record.etag));
        if let Some(checksum) = &record.checksum {
            answer.set(HeaderName::from_static(checksum.algorithm.header()), &checksum.value);
            answer = answer.with("x-amz-checksum-type", checksum.kind.name());
        }
        Ok(answer)
    }

    /// What the request's headers say of the object that it makes.
    pub(super) fn described(&self) -> Result<Record, S3Error> {
        for name in self.headers.keys() {
            if REFUSED_HEADERS.iter().any(|prefix| name.as_str().starts_with(prefix)) {
                let message = format!("The header `{name}` implies functionality that is not implemented.");
                return Err(S3Error::because(error::NOT_IMPLEMENTED, message));
            }
        }
        let tags = self.header("x-amz-tagging").map(tags::read_header).transpose()?.unwrap_or_default();
        let writer = match &self.caller.principal {
            Principal::Account { canonical_user, .. } => {
                let owner = self.bucket()?.with(|settings, _| settings.owner.canonical_user.clone());
                (owner != *canonical_user).then(|| canonical_user.clone())
            }
            _ => None,
        };
        Ok(Record {
            headers: stored_headers(&self.headers),
            metadata: metadata(&self.headers),
            tags,
            writer,
            public: self.canned_acl()?,
            ..Record::default()
        })
    }

    /// Whether the canned ACL opens the object to everybody; without ACLs only `private`, which says
    /// what is true anyway, and `bucket-owner-full-control` are taken (facts B-031).
    pub(super) fn canned_acl(&self) -> Result<bool, S3Error> {
        let acls = self.bucket().is_ok_and(|bucket| bucket.with(|settings, _| settings.acls()));
        match self.header("x-amz-acl") {
            None | Some("private" | "bucket-owner-full-control" | "bucket-owner-read") => Ok(false),
            Some("public-read") if acls => Ok(true),
            Some(_) if !acls => Err(error::ACCESS_CONTROL_LIST_NOT_SUPPORTED.into()),
            Some(other) => Err(S3Error::because(
                error::NOT_IMPLEMENTED,
                format!("The canned ACL `{other}` is not implemented; `private` and `public-read` are."),
            )),
        }
    }

    /// Whether the caller may make the object that `record` describes.
    pub(super) fn may_write(&self, bucket: &Bucket, record: &Record) -> Result<(), S3Error> {
        let key = self.key()?;
        let mut conditions = tags::request_conditions(&record.tags);
        for name in CONDITION_HEADERS {
            if let Some(value) = self.header(name) {
                conditions.push((format!("s3:{name}"), value.to_owned()));
            }
        }
        self.authorize(bucket, "s3:PutObject", Some(key.as_str()), &conditions, Acl::Silent)
    }

    pub(super) fn delete_object(&self) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        self.check_version()?;
        let key = self.key()?;
        self.authorize(&bucket, "s3:DeleteObject", Some(key.as_str()), &[], Acl::Silent)?;
        let condition = OfWrite::read(&self.headers);
        let agreed =
            |present: Option<&Record>| present.map_or(Ok(()), |present| condition.check(Some(present)));
        bucket.store.delete(&key, agreed).map_err(refusal)?;
        Ok(Answer::empty(StatusCode::NO_CONTENT))
    }

    pub(super) fn delete_objects(&self, body: &[u8]) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        let vouched = |name: &HeaderName| {
            name == "content-md5" || name.as_str().starts_with("x-amz-checksum-") || name == "x-amz-trailer"
        };
        if !self.headers.keys().any(vouched) {
            let message = "Missing required header for this request: Content-MD5 OR x-amz-checksum-*";
            return Err(S3Error::because(error::INVALID_REQUEST, message));
        }
        let root = Element::read(body, "Delete").ok_or_else(|| S3Error::new(error::MALFORMED_XML))?;
        let objects: Vec<&Element> = root.all("Object").collect();
        if objects.is_empty() || objects.len() > MOST_DELETED {
            return Err(error::MALFORMED_XML.into());
        }
        let quiet = root.text_of("Quiet") == Some("true");
        let mut results = Vec::new();
        for object in objects {
            let key = object.text_of("Key").ok_or_else(|| S3Error::new(error::MALFORMED_XML))?;
            results.push((key, self.delete_one(&bucket, key, object.text_of("VersionId"))));
        }
        Ok(Answer::xml(Document::of("DeleteResult", |xml| {
            for (key, result) in results {
                match result {
                    Ok(()) if quiet => {}
                    Ok(()) => xml.element("Deleted", |xml| xml.text("Key", key)),
                    Err(error) => xml.element("Error", |xml| {
                        xml.text("Key", key);
                        xml.text("Code", error.code.name);
                        xml.text("Message", &error.message);
                    }),
                }
            }
        })))
    }

    fn delete_one(&self, bucket: &Bucket, key: &str, version: Option<&str>) -> Result<(), S3Error> {
        let key = Key::new(key).ok_or_else(|| S3Error::new(error::KEY_TOO_LONG))?;
        if version.is_some_and(|version| version != "null" && !version.is_empty()) {
            return Err(error::NO_SUCH_VERSION.into());
        }
        self.authorize(bucket, "s3:DeleteObject", Some(key.as_str()), &[], Acl::Silent)?;
        bucket.store.delete(&key, |_| Ok(())).map(|_| ()).map_err(refusal)
    }

    pub(super) fn object_acl(&self) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        let (verdict, object) = read::open(&bucket, &self.caller, &self.target.key, "s3:GetObjectAcl");
        let _ = self.decided(verdict);
        let record = object?.record;
        let owner = bucket.with(|settings, _| settings.owner.canonical_user.clone());
        Ok(Answer::xml(super::settings::acl(&record.writer.unwrap_or(owner), record.public)))
    }

    pub(super) fn put_object_acl(&self, _document: &[u8]) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        let key = self.key()?;
        self.authorize(&bucket, "s3:PutObjectAcl", Some(key.as_str()), &[], Acl::Silent)?;
        if !self.headers.contains_key("x-amz-acl") {
            return Err(S3Error::because(
                error::ACCESS_CONTROL_LIST_NOT_SUPPORTED,
                "Only canned ACLs in x-amz-acl are supported.",
            ));
        }
        let public = self.canned_acl()?;
        match bucket.store.update(&key, |record| record.public = public)? {
            Some(_) => Ok(Answer::empty(StatusCode::OK)),
            None => Err(S3Error::new(error::NO_SUCH_KEY).with("Key", key.as_str())),
        }
    }

    pub(super) fn object_attributes(&self) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        self.check_version()?;
        let (verdict, object) = read::open(&bucket, &self.caller, &self.target.key, "s3:GetObjectAttributes");
        let _ = self.decided(verdict);
        let record = object?.record;
        let asked: Vec<&str> = self
            .headers
            .get_all("x-amz-object-attributes")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(',').map(str::trim))
            .collect();
        if asked.is_empty() || asked.iter().any(|name| !ATTRIBUTES.contains(name)) {
            return Err(S3Error::because(error::INVALID_ARGUMENT, "Invalid attribute name specified."));
        }
        let number = |name: &str| self.header(name).and_then(|text| text.parse::<u32>().ok());
        let marker = number("x-amz-part-number-marker").unwrap_or(0);
        let most = number("x-amz-max-parts").unwrap_or(1_000).min(1_000);
        let document = Document::of("GetObjectAttributesResponse", |xml| {
            if asked.contains(&"ETag") {
                xml.text("ETag", &record.etag);
            }
            if asked.contains(&"Checksum")
                && let Some(checksum) = &record.checksum
            {
                xml.element("Checksum", |xml| {
                    xml.text(&checksum.algorithm.element(), &checksum.value);
                    xml.text("ChecksumType", checksum.kind.name());
                });
            }
            if asked.contains(&"ObjectParts") && !record.parts.is_empty() {
                xml.element("ObjectParts", |xml| parts(xml, &record, marker, most));
            }
            if asked.contains(&"StorageClass") {
                xml.text("StorageClass", "STANDARD");
            }
            if asked.contains(&"ObjectSize") {
                xml.text("ObjectSize", record.stamp.size.to_string());
            }
        });
        Ok(Answer::xml(document).with("last-modified", crate::http_date(record.modified_seconds())))
    }

    /// Versioning is off: there is the version `null` and no other.
    pub(super) fn check_version(&self) -> Result<(), S3Error> {
        match self.query.get("versionId") {
            None | Some("null" | "") => Ok(()),
            Some(other) => Err(S3Error::new(error::NO_SUCH_VERSION).with("VersionId", other)),
        }
    }
}

/// The parts of an object after `marker`, `most` of them.
fn parts(xml: &mut Document, record: &Record, marker: u32, most: u32) {
    // AWS numbers the parts of a complete object anew, from 1.
    let numbered = (1_u32..).zip(&record.parts).skip_while(|(number, _)| *number <= marker);
    let page: Vec<_> = numbered.take(usize::try_from(most).unwrap_or(usize::MAX)).collect();
    let last = page.last().map_or(marker, |(number, _)| *number);
    xml.text("PartsCount", record.parts.len().to_string());
    xml.text("PartNumberMarker", marker.to_string());
    xml.text("NextPartNumberMarker", last.to_string());
    xml.text("MaxParts", most.to_string());
    xml.text("IsTruncated", (usize::try_from(last).unwrap_or(usize::MAX) < record.parts.len()).to_string());
    for (number, part) in page {
        xml.element("Part", |xml| {
            if let Some(checksum) = &part.checksum {
                xml.text(&checksum.algorithm.element(), &checksum.value);
            }
            xml.text("PartNumber", number.to_string());
            xml.text("Size", part.size.to_string());
        });
    }
}

/// The headers that S3 keeps with an object. `aws-chunked` was the body's form on its way, not the
/// object's encoding (facts B-012).
pub(super) fn stored_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut stored = BTreeMap::new();
    for name in STORED_HEADERS {
        let values: Vec<&str> = headers
            .get_all(name)
            .iter()
            .filter_map(|value| std::str::from_utf8(value.as_bytes()).ok())
            .collect();
        let mut value = values.join(", ");
        if name == "content-encoding" {
            let kept: Vec<&str> = value
                .split(',')
                .map(str::trim)
                .filter(|one| !one.is_empty() && *one != "aws-chunked")
                .collect();
            value = kept.join(", ");
        }
        if !value.is_empty() {
            stored.insert(name.to_owned(), value);
        }
    }
    stored
}

/// The headers `x-amz-meta-*`, without the prefix.
pub(super) fn metadata(headers: &HeaderMap) -> BTreeMap<String, HeaderText> {
    let mut metadata = BTreeMap::new();
    for name in headers.keys() {
        if let Some(short) = name.as_str().strip_prefix("x-amz-meta-") {
            let values: Vec<&[u8]> = headers.get_all(name).iter().map(http::HeaderValue::as_bytes).collect();
            metadata.insert(short.to_owned(), HeaderText::read(&values.join(&b","[..])));
        }
    }
    metadata
}

pub(super) fn refusal(refused: Refused<S3Error>) -> S3Error {
    match refused {
        Refused::Condition(error) => error,
        Refused::Io(error) => S3Error::internal(&error),
    }
}

const STORED_HEADERS: [&str; 6] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
];
/// Headers that policies can ask for, as `s3:NAME`.
const CONDITION_HEADERS: [&str; 6] = [
    "x-amz-acl",
    "x-amz-copy-source",
    "x-amz-metadata-directive",
    "x-amz-server-side-encryption",
    "x-amz-storage-class",
    "x-amz-content-sha256",
];
/// What would be stored otherwise than its owner was told.
const REFUSED_HEADERS: [&str; 3] =
    ["x-amz-server-side-encryption-customer-", "x-amz-object-lock-", "x-amz-server-side-encryption-aws-kms-"];
const ATTRIBUTES: [&str; 5] = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];
const MOST_DELETED: usize = 1_000;
