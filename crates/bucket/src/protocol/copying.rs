//! `CopyObject`, and the source that it shares with `UploadPartCopy`.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use md5::{Digest as _, Md5};

use super::Call;
use super::objects::{metadata, refusal, stored_headers};
use super::tags;
use crate::answer::Answer;
use crate::checksum::{Algorithm, Checksum, Hasher};
use crate::error::{self, S3Error};
use crate::preconditions::{self, OfWrite};
use crate::read;
use crate::record::{Record, Stamp};
use crate::store::{Durability, Object};
use crate::xml::Document;

/// Where a copy comes from.
pub(super) struct Source {
    pub(super) bucket: String,
    pub(super) key: String,
}

/// Bytes that were copied, and what they hash to.
pub(super) struct Copied {
    pub(super) etag: String,
    pub(super) checksum: Option<Checksum>,
}

impl Call {
    pub(super) fn copy_object(&self) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        let source = self.source()?;
        let replaces = match self.header("x-amz-metadata-directive") {
            None | Some("COPY") => false,
            Some("REPLACE") => true,
            Some(_) => return Err(S3Error::because(error::INVALID_ARGUMENT, "Unknown metadata directive.")),
        };
        let replaces_tags = self.header("x-amz-tagging-directive") == Some("REPLACE");
        if source.bucket == self.target.bucket && source.key == self.target.key && !replaces {
            return Err(S3Error::because(
                error::INVALID_REQUEST,
                "This copy request is illegal because it is trying to copy an object to itself without changing \
                 the object's metadata, storage class, website redirect location or encryption attributes.",
            ));
        }
        let described = self.described()?;
        self.may_write(&bucket, &described)?;
        let Object { mut file, record: original } = self.open_source(&source)?;
        let mut record = Record { tags: original.tags.clone(), ..described };
        if replaces {
            record.headers = stored_headers(&self.headers);
            record.metadata = metadata(&self.headers);
        } else {
            record.headers = original.headers.clone();
            record.metadata = original.metadata.clone();
        }
        if replaces_tags {
            record.tags =
                self.header("x-amz-tagging").map(tags::read_header).transpose()?.unwrap_or_default();
        }
        let asked = self.header("x-amz-checksum-algorithm").and_then(Algorithm::from_name);
        let algorithm = asked.or(original.checksum.as_ref().map(|checksum| checksum.algorithm));
        let (draft, mut copy) = bucket.store.draft()?;
        let copied = copy_bytes(&mut file, 0, original.stamp.size, &mut copy, algorithm)?;
        record.etag = copied.etag;
        record.checksum = copied.checksum;
        record.stamp =
            Stamp { size: original.stamp.size, modified: bucket.store.next_time(self.inner.clock.now()) };
        let condition = OfWrite::read(&self.headers);
        let agreed = |present: Option<&Record>| condition.check(present);
        let published = bucket.store.publish(&self.key()?, draft, &copy, record, Durability::Durable, agreed);
        let record = published.map_err(refusal)?;
        Ok(Answer::xml(Document::of("CopyObjectResult", |xml| {
            xml.text("LastModified", access::calendar::iso_millis(record.stamp.modified / 1_000_000));
            xml.text("ETag", format!("\"{}\"", record.etag));
            if let Some(checksum) = &record.checksum {
                xml.text(&checksum.algorithm.element(), &checksum.value);
                xml.text("ChecksumType", checksum.kind.name());
            }
        })))
    }

    /// Reads `x-amz-copy-source`: `/BUCKET/KEY`, percent-encoded, the first slash optional, and
    /// perhaps `?versionId=null` (facts B-027).
    pub(super) fn source(&self) -> Result<Source, S3Error> {
        let malformed = || {
            S3Error::because(
                error::INVALID_ARGUMENT,
                "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
            )
            .with("ArgumentName", "x-amz-copy-source")
        };
        let text = self.header("x-amz-copy-source").ok_or_else(malformed)?;
        let (text, version) = text.split_once("?versionId=").unwrap_or((text, "null"));
        if version != "null" {
            return Err(S3Error::new(error::NO_SUCH_VERSION).with("VersionId", version));
        }
        let decoded = percent_encoding::percent_decode_str(text).decode_utf8().map_err(|_| malformed())?;
        let path = decoded.strip_prefix('/').unwrap_or(&decoded);
        let (bucket, key) = path
            .split_once('/')
            .filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty())
            .ok_or_else(malformed)?;
        Ok(Source { bucket: bucket.to_owned(), key: key.to_owned() })
    }

    /// Opens the source for a caller who may read it, if its conditions hold.
    pub(super) fn open_source(&self, source: &Source) -> Result<Object, S3Error> {
        let bucket = self.inner.bucket(&source.bucket)?;
        let (verdict, object) = read::open(&bucket, &self.caller, &source.key, "s3:GetObject");
        let _ = self.decided(verdict);
        let object = object?;
        preconditions::of_copy(&self.headers, &object.record)?;
        Ok(object)
    }
}

/// Copies `length` bytes of `source` from `start`, and hashes them: an object in parts becomes one
/// whole, whose `ETag` is its MD5.
pub(super) fn copy_bytes(
    source: &mut File,
    start: u64,
    length: u64,
    target: &mut File,
    algorithm: Option<Algorithm>,
) -> io::Result<Copied> {
    source.seek(SeekFrom::Start(start))?;
    let mut hashing = Hashing { target, md5: Md5::new(), checksum: algorithm.map(Hasher::new) };
    let copied = io::copy(&mut source.take(length), &mut hashing)?;
    if copied != length {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "the source became shorter while it was copied",
        ));
    }
    Ok(Copied { etag: crate::hex(&hashing.md5.finalize()), checksum: hashing.checksum.map(Hasher::finish) })
}

/// Writes on, and hashes what passes.
struct Hashing<'a> {
    target: &'a mut File,
    md5: Md5,
    checksum: Option<Hasher>,
}

impl Write for Hashing<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let count = self.target.write(data)?;
        self.md5.update(&data[..count]);
        if let Some(checksum) = &mut self.checksum {
            checksum.update(&data[..count]);
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.target.flush()
    }
}
