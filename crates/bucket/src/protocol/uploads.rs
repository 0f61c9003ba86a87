//! Multipart uploads: begin, parts, complete or abort, and their lists (facts B-028).

use std::io;

use http::StatusCode;
use http::header::HeaderName;
use md5::{Digest as _, Md5};

use super::Call;
use super::copying::{self, Copied};
use super::intake::{Intake, Received};
use super::listing::{Page, Wanted};
use super::objects::refusal;
use crate::answer::Answer;
use crate::authorize::Acl;
use crate::bucket::Bucket;
use crate::checksum::{self, Algorithm, Checksum, Hasher, Kind};
use crate::error::{self, S3Error};
use crate::preconditions::OfWrite;
use crate::range::Range;
use crate::record::{Part, Record, Stamp};
use crate::store::{Durability, Upload, UploadedPart};
use crate::xml::{Document, Element};

impl Call {
    pub(super) fn create_upload(&self) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        let record = self.described()?;
        self.may_write(&bucket, &record)?;
        let algorithm = match self.header("x-amz-checksum-algorithm") {
            None => None,
            Some(name) => Some(Algorithm::from_name(name).ok_or_else(|| {
                S3Error::because(error::INVALID_REQUEST, "Checksum algorithm provided is unsupported.")
            })?),
        };
        let kind = match self.header("x-amz-checksum-type") {
            None => algorithm.map(Algorithm::default_kind).unwrap_or_default(),
            Some(name) => Kind::from_name(name).ok_or_else(|| {
                S3Error::because(error::INVALID_REQUEST, "Value for x-amz-checksum-type header is invalid.")
            })?,
        };
        let id = crate::hex(&self.inner.entropy.next_u64().to_be_bytes())
            + &crate::hex(&self.inner.entropy.next_u64().to_be_bytes());
        let key = self.key()?.as_str().to_owned();
        let initiated = self.inner.clock.now().millis();
        bucket.store.begin_upload(&id, &Upload { key, initiated, record, algorithm, kind })?;
        let mut answer = Answer::xml(Document::of("InitiateMultipartUploadResult", |xml| {
            xml.text("Bucket", &bucket.name);
            xml.text("Key", &self.target.key);
            xml.text("UploadId", &id);
        }));
        if let Some(algorithm) = algorithm {
            answer = answer
                .with("x-amz-checksum-algorithm", algorithm.name())
                .with("x-amz-checksum-type", kind.name());
        }
        Ok(answer)
    }

    pub(super) fn prepare_part(&self, intake: Intake) -> Result<Intake, S3Error> {
        let bucket = self.bucket()?;
        self.part_number()?;
        self.may_continue(&bucket)?;
        let (_, upload) = self.upload(&bucket)?;
        Ok(intake.with_default(upload.algorithm))
    }

    pub(super) fn put_part(&self, received: Received) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        let (id, _) = self.upload(&bucket)?;
        let (etag, checksum) = (received.etag.clone(), received.checksum.clone());
        let modified = self.inner.clock.now().millis();
        let part =
            UploadedPart::new(self.part_number()?, received.etag, received.size, modified, received.checksum);
        bucket.store.put_part(&id, part, received.draft, &received.file).map_err(|error| ended(&error))?;
        let mut answer = Answer::empty(StatusCode::OK).with("etag", format!("\"{etag}\""));
        if let Some(checksum) = checksum {
            answer.set(HeaderName::from_static(checksum.algorithm.header()), &checksum.value);
        }
        Ok(answer)
    }

    pub(super) fn copy_part(&self) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        let number = self.part_number()?;
        self.may_continue(&bucket)?;
        let (id, upload) = self.upload(&bucket)?;
        let mut source = self.open_source(&self.source()?)?;
        let size = source.record.stamp.size;
        let (start, length) = match self.header("x-amz-copy-source-range") {
            None => (0, size),
            Some(range) => source_range(range, size)?,
        };
        let (draft, mut file) = bucket.store.draft()?;
        let Copied { etag, checksum } =
            copying::copy_bytes(&mut source.file, start, length, &mut file, upload.algorithm)?;
        let modified = self.inner.clock.now().millis();
        let part = UploadedPart::new(number, etag.clone(), length, modified, checksum.clone());
        bucket.store.put_part(&id, part, draft, &file).map_err(|error| ended(&error))?;
        Ok(Answer::xml(Document::of("CopyPartResult", |xml| {
            xml.text("LastModified", access::calendar::iso_millis(modified));
            xml.text("ETag", format!("\"{etag}\""));
            if let Some(checksum) = &checksum {
                xml.text(&checksum.algorithm.element(), &checksum.value);
            }
        })))
    }

    pub(super) fn complete_upload(&self, document: &[u8]) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        self.may_continue(&bucket)?;
        let (id, upload) = match self.upload(&bucket) {
            Ok(found) => found,
            // A client whose answer was lost asks again, and is told the same.
            Err(error) => {
                let record = bucket.store.record(&self.key()?)?;
                let done = record.filter(|record| record.upload.as_deref() == self.query.get("uploadId"));
                return done.map(|record| self.completed(&bucket, &record)).ok_or(error);
            }
        };
        let wanted = read_parts(document)?;
        let parts = choose(&bucket.store.parts(&id)?, &wanted)?;
        let (draft, mut file) = bucket.store.draft()?;
        let whole = upload.algorithm.filter(|_| upload.kind == Kind::FullObject);
        let full = join(&bucket, &id, &parts, &mut file, whole)?;
        let checksum = match (upload.algorithm, full) {
            (_, Some(full)) => Some(full),
            (Some(algorithm), None) => {
                Some(checksum::composite(algorithm, parts.iter().filter_map(|part| part.checksum.as_ref())))
            }
            (None, None) => None,
        };
        self.check_checksum(checksum.as_ref())?;
        let record = Record {
            etag: etag_of(&parts),
            checksum,
            parts: parts
                .iter()
                .map(|part| Part { size: part.size, checksum: part.checksum.clone() })
                .collect(),
            stamp: Stamp {
                size: parts.iter().map(|part| part.size).sum(),
                modified: bucket.store.next_time(self.inner.clock.now()),
            },
            upload: Some(id.clone()),
            ..upload.record
        };
        let condition = OfWrite::read(&self.headers);
        let agreed = |present: Option<&Record>| condition.check(present);
        let published = bucket.store.publish(&self.key()?, draft, &file, record, Durability::Durable, agreed);
        let record = published.map_err(refusal)?;
        bucket.store.end_upload(&id)?;
        Ok(self.completed(&bucket, &record))
    }

    fn completed(&self, bucket: &Bucket, record: &Record) -> Answer {
        let host = self.header("host").unwrap_or("s3.localhost");
        Answer::xml(Document::of("CompleteMultipartUploadResult", |xml| {
            xml.text("Location", format!("http://{host}/{}/{}", bucket.name, self.target.key));
            xml.text("Bucket", &bucket.name);
            xml.text("Key", &self.target.key);
            xml.text("ETag", format!("\"{}\"", record.etag));
            if let Some(checksum) = &record.checksum {
                xml.text(&checksum.algorithm.element(), &checksum.value);
                xml.text("ChecksumType", checksum.kind.name());
            }
        }))
    }

    /// A checksum of the whole that the client gives must be the one that it has.
    fn check_checksum(&self, checksum: Option<&Checksum>) -> Result<(), S3Error> {
        let Some(checksum) = checksum else { return Ok(()) };
        match self.header(checksum.algorithm.header()) {
            Some(given) if given != checksum.value => Err(error::BAD_DIGEST.into()),
            _ => Ok(()),
        }
    }

    pub(super) fn abort_upload(&self) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        self.authorize(&bucket, "s3:AbortMultipartUpload", Some(&self.target.key), &[], Acl::Silent)?;
        let (id, _) = self.upload(&bucket)?;
        bucket.store.end_upload(&id)?;
        Ok(Answer::empty(StatusCode::NO_CONTENT))
    }

    pub(super) fn list_parts(&self) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        self.authorize(&bucket, "s3:ListMultipartUploadParts", Some(&self.target.key), &[], Acl::Silent)?;
        let (id, upload) = self.upload(&bucket)?;
        let marker = self.query.number("part-number-marker")?.unwrap_or(0);
        let most = self.query.number("max-parts")?.unwrap_or(MOST_LISTED).min(MOST_LISTED);
        let after = |part: &UploadedPart| usize::try_from(part.number).is_ok_and(|number| number > marker);
        let mut parts = bucket.store.parts(&id)?.into_iter().filter(after);
        let page: Vec<UploadedPart> = parts.by_ref().take(most).collect();
        let truncated = parts.next().is_some();
        let owner = bucket.with(|settings, _| settings.owner.canonical_user.clone());
        Ok(Answer::xml(Document::of("ListPartsResult", |xml| {
            xml.text("Bucket", &bucket.name);
            xml.text("Key", &self.target.key);
            xml.text("UploadId", &id);
            super::settings::owner(xml, "Initiator", upload.record.writer.as_deref().unwrap_or(&owner));
            super::settings::owner(xml, "Owner", &owner);
            xml.text("StorageClass", "STANDARD");
            xml.text("PartNumberMarker", marker.to_string());
            if let Some(last) = page.last() {
                xml.text("NextPartNumberMarker", last.number.to_string());
            }
            xml.text("MaxParts", most.to_string());
            xml.text("IsTruncated", truncated.to_string());
            if let Some(algorithm) = upload.algorithm {
                xml.text("ChecksumAlgorithm", algorithm.name());
                xml.text("ChecksumType", upload.kind.name());
            }
            for part in &page {
                xml.element("Part", |xml| {
                    xml.text("PartNumber", part.number.to_string());
                    xml.text("LastModified", access::calendar::iso_millis(part.modified));
                    xml.text("ETag", format!("\"{}\"", part.etag));
                    xml.text("Size", part.size.to_string());
                    if let Some(checksum) = &part.checksum {
                        xml.text(&checksum.algorithm.element(), &checksum.value);
                    }
                });
            }
        })))
    }

    pub(super) fn list_uploads(&self) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        self.authorize_bucket(&bucket, "s3:ListBucketMultipartUploads")?;
        let query = |name: &str| self.query.get(name).unwrap_or_default();
        let (prefix, delimiter, after) = (query("prefix"), query("delimiter"), query("key-marker"));
        let most = self.query.number("max-uploads")?.unwrap_or(MOST_LISTED).min(MOST_LISTED);
        let encode = self.encoding()?;
        let uploads = bucket.store.all_uploads()?;
        let keys: Vec<String> = uploads
            .iter()
            .map(|(_, upload)| upload.key.clone())
            .filter(|key| key.starts_with(prefix))
            .collect();
        let page = Page::of(&keys, Wanted { prefix, delimiter, after, most });
        let owner = bucket.with(|settings, _| settings.owner.canonical_user.clone());
        let listed = uploads.iter().filter(|(_, upload)| page.keys.contains(&upload.key.as_str()));
        Ok(Answer::xml(Document::of("ListMultipartUploadsResult", |xml| {
            xml.text("Bucket", &bucket.name);
            xml.text("KeyMarker", encode(after));
            xml.text("UploadIdMarker", query("upload-id-marker"));
            xml.text("Prefix", encode(prefix));
            if !delimiter.is_empty() {
                xml.text("Delimiter", encode(delimiter));
            }
            xml.text_if("NextKeyMarker", page.next.map(&encode));
            xml.text("MaxUploads", most.to_string());
            xml.text("IsTruncated", page.next.is_some().to_string());
            for (id, upload) in listed {
                xml.element("Upload", |xml| {
                    xml.text("Key", encode(&upload.key));
                    xml.text("UploadId", id);
                    super::settings::owner(
                        xml,
                        "Initiator",
                        upload.record.writer.as_deref().unwrap_or(&owner),
                    );
                    super::settings::owner(xml, "Owner", &owner);
                    xml.text("StorageClass", "STANDARD");
                    xml.text("Initiated", access::calendar::iso_millis(upload.initiated));
                });
            }
            for common in &page.prefixes {
                xml.element("CommonPrefixes", |xml| xml.text("Prefix", encode(common)));
            }
        })))
    }

    /// Whether the caller may go on with an upload: as he may make the object.
    fn may_continue(&self, bucket: &Bucket) -> Result<(), S3Error> {
        self.authorize(bucket, "s3:PutObject", Some(&self.target.key), &[], Acl::Silent)
    }

    fn upload(&self, bucket: &Bucket) -> Result<(String, Upload), S3Error> {
        let id = self.query.get("uploadId").unwrap_or_default();
        let upload = bucket.store.upload(id, &self.target.key)?;
        let upload = upload.ok_or_else(|| S3Error::new(error::NO_SUCH_UPLOAD).with("UploadId", id))?;
        Ok((id.to_owned(), upload))
    }

    fn part_number(&self) -> Result<u32, S3Error> {
        let number = self.query.get("partNumber").and_then(|text| text.parse().ok());
        number.filter(|number| (1..=MOST_PARTS).contains(number)).ok_or_else(|| {
            S3Error::because(
                error::INVALID_ARGUMENT,
                "Part number must be an integer between 1 and 10000, inclusive",
            )
            .with("ArgumentName", "partNumber")
        })
    }
}

/// Writes the parts one after the other; the checksum of the whole, if it is asked for.
fn join(
    bucket: &Bucket,
    id: &str,
    parts: &[UploadedPart],
    file: &mut std::fs::File,
    whole: Option<Algorithm>,
) -> Result<Option<Checksum>, S3Error> {
    let mut hasher = whole.map(Hasher::new);
    for part in parts {
        // A part that is sent again in this moment is another than the one that was named.
        let mut source = bucket.store.open_part(id, part).map_err(|_| S3Error::new(error::INVALID_PART))?;
        let copied = match &mut hasher {
            // The kernel copies, where it can by sharing blocks.
            None => io::copy(&mut source, file)?,
            Some(hasher) => io::copy(&mut source, &mut Tee { file, hasher })?,
        };
        if copied != part.size {
            return Err(error::INVALID_PART.into());
        }
    }
    Ok(hasher.map(Hasher::finish))
}

/// An upload that was completed or aborted while a part of it came.
fn ended(error: &io::Error) -> S3Error {
    match error.kind() {
        io::ErrorKind::NotFound => error::NO_SUCH_UPLOAD.into(),
        _ => S3Error::internal(error),
    }
}

/// A part as `CompleteMultipartUpload` names it.
struct Named {
    number: u32,
    etag: String,
    checksum: Option<(Algorithm, String)>,
}

fn read_parts(document: &[u8]) -> Result<Vec<Named>, S3Error> {
    let malformed = || S3Error::new(error::MALFORMED_XML);
    let root = Element::read(document, "CompleteMultipartUpload").ok_or_else(malformed)?;
    let parts = root.all("Part").map(|part| {
        Some(Named {
            number: part.text_of("PartNumber")?.parse().ok()?,
            etag: part.text_of("ETag")?.trim_matches('"').to_owned(),
            checksum: Algorithm::ALL
                .into_iter()
                .find_map(|algorithm| Some((algorithm, part.text_of(&algorithm.element())?.to_owned()))),
        })
    });
    let parts = parts.collect::<Option<Vec<_>>>().ok_or_else(malformed)?;
    if parts.is_empty() {
        return Err(malformed());
    }
    if !parts.is_sorted_by(|one, other| one.number < other.number) {
        return Err(error::INVALID_PART_ORDER.into());
    }
    Ok(parts)
}

/// The uploaded parts that `wanted` names, in its order.
fn choose(uploaded: &[UploadedPart], wanted: &[Named]) -> Result<Vec<UploadedPart>, S3Error> {
    let mut parts = Vec::with_capacity(wanted.len());
    for named in wanted {
        let part = uploaded.iter().find(|part| {
            let checksum_agrees = match (&named.checksum, &part.checksum) {
                (Some((algorithm, value)), Some(had)) => had.algorithm != *algorithm || had.value == *value,
                _ => true,
            };
            part.number == named.number && part.etag == named.etag && checksum_agrees
        });
        let part = part
            .ok_or_else(|| S3Error::new(error::INVALID_PART).with("PartNumber", named.number.to_string()))?;
        parts.push(part.clone());
    }
    if let Some((_, all_but_last)) = parts.split_last()
        && let Some(small) = all_but_last.iter().find(|part| part.size < SMALLEST_PART)
    {
        return Err(S3Error::new(error::ENTITY_TOO_SMALL)
            .with("ProposedSize", small.size.to_string())
            .with("MinSizeAllowed", SMALLEST_PART.to_string())
            .with("PartNumber", small.number.to_string()));
    }
    Ok(parts)
}

/// The MD5 of the parts' MD5s, and how many they are (facts B-011).
fn etag_of(parts: &[UploadedPart]) -> String {
    let mut hasher = Md5::new();
    for part in parts {
        let bytes: Vec<u8> = (0..part.etag.len() / 2)
            .filter_map(|at| u8::from_str_radix(&part.etag[at * 2..at * 2 + 2], 16).ok())
            .collect();
        hasher.update(&bytes);
    }
    format!("{}-{}", crate::hex(&hasher.finalize()), parts.len())
}

/// `bytes=FIRST-LAST`, both ends within the source.
fn source_range(text: &str, size: u64) -> Result<(u64, u64), S3Error> {
    let bounds = text.strip_prefix("bytes=").and_then(|range| range.split_once('-'));
    let bounds =
        bounds.and_then(|(first, last)| Some((first.parse::<u64>().ok()?, last.parse::<u64>().ok()?)));
    let Some((first, last)) = bounds.filter(|(first, last)| first <= last) else {
        return Err(S3Error::because(
            error::INVALID_ARGUMENT,
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the \
             zero-based offsets of the first and last bytes to copy",
        )
        .with("ArgumentName", "x-amz-copy-source-range"));
    };
    match Range::parse(text, size) {
        Range::Part { start, end } if end == last => Ok((start, last - first + 1)),
        _ => Err(S3Error::because(
            error::INVALID_RANGE,
            format!("Range specified is not valid for source object of size: {size}"),
        )),
    }
}

/// Writes on, and hashes what passes.
struct Tee<'a> {
    file: &'a mut std::fs::File,
    hasher: &'a mut Hasher,
}

impl io::Write for Tee<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let count = self.file.write(data)?;
        self.hasher.update(&data[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

const MOST_PARTS: u32 = 10_000;
const MOST_LISTED: usize = 1_000;
/// Every part but the last: 5 MiB.
const SMALLEST_PART: u64 = 5 * 1_024 * 1_024;
