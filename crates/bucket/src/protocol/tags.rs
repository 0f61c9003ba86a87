//! Tags, as a document and as a header, and what S3 asks of them (facts B-030).

use std::collections::{BTreeMap, BTreeSet};

use http::StatusCode;

use super::Call;
use crate::answer::Answer;
use crate::authorize::Acl;
use crate::error::{INVALID_ARGUMENT, INVALID_TAG, MALFORMED_XML, S3Error};
use crate::key::Key;
use crate::read;
use crate::xml::{Document, Element};

impl Call {
    pub(super) fn object_tags(&self) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        let (verdict, object) = read::open(&bucket, &self.caller, &self.target.key, "s3:GetObjectTagging");
        // An allowed caller reads that the object is missing; the verdict is logged either way.
        let _ = self.decided(verdict);
        Ok(Answer::xml(document(&object?.record.tags)))
    }

    pub(super) fn put_object_tags(&self, body: &[u8]) -> Result<Answer, S3Error> {
        let tags = read_document(body, MOST_OF_AN_OBJECT)?;
        self.change_tags("s3:PutObjectTagging", tags, StatusCode::OK)
    }

    pub(super) fn delete_object_tags(&self) -> Result<Answer, S3Error> {
        self.change_tags("s3:DeleteObjectTagging", BTreeMap::new(), StatusCode::NO_CONTENT)
    }

    fn change_tags(
        &self,
        action: &'static str,
        tags: BTreeMap<String, String>,
        status: StatusCode,
    ) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        let key = self.key()?;
        let mut conditions = request_conditions(&tags);
        let record = bucket.store.record(&key)?;
        conditions.extend(record.iter().flat_map(read::tag_conditions));
        self.authorize(&bucket, action, Some(key.as_str()), &conditions, Acl::Silent)?;
        match bucket.store.update(&key, |record| record.tags = tags)? {
            Some(_) => Ok(Answer::empty(status)),
            None => Err(S3Error::new(crate::error::NO_SUCH_KEY).with("Key", key.as_str())),
        }
    }

    /// The key that the call is about, of a length that S3 takes.
    pub(super) fn key(&self) -> Result<Key, S3Error> {
        Key::new(self.target.key.as_str()).ok_or_else(|| S3Error::new(crate::error::KEY_TOO_LONG))
    }
}

/// Reads `x-amz-tagging`: `name=value&…`, percent-encoded.
pub(super) fn read_header(text: &str) -> Result<BTreeMap<String, String>, S3Error> {
    let query = super::query::Query::parse(text);
    let tags: Vec<(String, String)> =
        query.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    validate(tags, MOST_OF_AN_OBJECT).map_err(|error| match error.code {
        INVALID_TAG => error,
        _ => S3Error::because(INVALID_ARGUMENT, "The header 'x-amz-tagging' must be name=value pairs."),
    })
}

/// Reads a `Tagging` document with at most `most` tags.
pub(super) fn read_document(body: &[u8], most: usize) -> Result<BTreeMap<String, String>, S3Error> {
    let root = Element::read(body, "Tagging").ok_or_else(|| S3Error::new(MALFORMED_XML))?;
    let set = root.child("TagSet").ok_or_else(|| S3Error::new(MALFORMED_XML))?;
    let tag = |tag: &Element| Some((tag.text_of("Key")?.to_owned(), tag.text_of("Value")?.to_owned()));
    let tags = set.all("Tag").map(tag).collect::<Option<Vec<_>>>();
    validate(tags.ok_or_else(|| S3Error::new(MALFORMED_XML))?, most)
}

pub(super) fn document(tags: &BTreeMap<String, String>) -> String {
    Document::of("Tagging", |xml| {
        xml.element("TagSet", |xml| {
            for (name, value) in tags {
                xml.element("Tag", |xml| {
                    xml.text("Key", name);
                    xml.text("Value", value);
                });
            }
        });
    })
}

/// The condition keys that a request's tags give.
pub(super) fn request_conditions(tags: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let values = tags.iter().map(|(name, value)| (format!("s3:RequestObjectTag/{name}"), value.clone()));
    let names = tags.keys().map(|name| ("s3:RequestObjectTagKeys".to_owned(), name.clone()));
    values.chain(names).collect()
}

fn validate(tags: Vec<(String, String)>, most: usize) -> Result<BTreeMap<String, String>, S3Error> {
    let refuse = |message: &'static str| Err(S3Error::because(INVALID_TAG, message));
    if tags.len() > most {
        return refuse(if most == MOST_OF_AN_OBJECT {
            "Object tags cannot be greater than 10"
        } else {
            "Bucket tag count cannot be greater than 50"
        });
    }
    let names: BTreeSet<&str> = tags.iter().map(|(name, _)| name.as_str()).collect();
    if names.len() < tags.len() {
        return refuse("Cannot provide multiple Tags with the same key");
    }
    if tags.iter().any(|(name, _)| name.is_empty() || name.chars().count() > 128) {
        return refuse("The TagKey you have provided is invalid");
    }
    if tags.iter().any(|(_, value)| value.chars().count() > 256) {
        return refuse("The TagValue you have provided is invalid");
    }
    Ok(tags.into_iter().collect())
}

const MOST_OF_AN_OBJECT: usize = 10;
pub(super) const MOST_OF_A_BUCKET: usize = 50;
