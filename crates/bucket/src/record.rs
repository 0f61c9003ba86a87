//! What is known about an object besides its bytes, as the JSON file that lies beside it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::checksum::Checksum;
use crate::content_type;

/// One object's record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Which bytes it speaks of.
    pub(crate) stamp: Stamp,
    /// MD5 in hex, or `…-N` for an object of N parts; without quotes.
    pub(crate) etag: String,
    /// `content-type` and the other headers that S3 stores, by lower-case name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) headers: BTreeMap<String, String>,
    /// `x-amz-meta-*`, without the prefix.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) metadata: BTreeMap<String, HeaderText>,
    /// The object's tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tags: BTreeMap<String, String>,
    /// The checksum that the client asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) checksum: Option<Checksum>,
    /// The parts that it was uploaded in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) parts: Vec<Part>,
    /// The upload that those parts were of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) upload: Option<String>,
    /// The canonical user who wrote it, if that is not the bucket's owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) writer: Option<String>,
    /// Anybody may read it: the canned ACL `public-read`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) public: bool,
    /// The file that it is a mirror of, as that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mirrored: Option<Stamp>,
}

/// Size and time tell one state of a file from another: Davy never gives two states of one object
/// the same time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp {
    /// In bytes.
    pub(crate) size: u64,
    /// Nanoseconds since the epoch.
    pub(crate) modified: u64,
}

/// A header's value as it came: UTF-8, or the Latin-1 that HTTP once was and boto3 still sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum HeaderText {
    Utf8(String),
    Latin1 { latin_1: String },
}

/// One part of an object that was uploaded in parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// In bytes.
    pub(crate) size: u64,
    /// Of the part alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) checksum: Option<Checksum>,
}

/// The file beside an object. While a new state is published it speaks of both, so that whichever
/// bytes are found have their record: see `store`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Records {
    /// The newest first.
    pub(crate) records: Vec<Record>,
}

impl Record {
    /// The record of a file that somebody put or edited by hand: what was said of the object
    /// before stays true, but for what follows from its bytes.
    pub(crate) fn adopted(key: &str, stamp: Stamp, etag: String, before: Option<&Self>) -> Self {
        let mut record = before.cloned().unwrap_or_default();
        record.stamp = stamp;
        record.etag = etag;
        record.checksum = None;
        record.parts = Vec::new();
        record.upload = None;
        record.mirrored = None;
        record.headers.entry("content-type".to_owned()).or_insert_with(|| content_type::of(key).to_owned());
        record
    }

    /// Last-Modified, in whole seconds since the epoch.
    pub(crate) fn modified_seconds(&self) -> u64 {
        self.stamp.modified / 1_000_000_000
    }
}

impl HeaderText {
    pub(crate) fn read(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Utf8(text.to_owned()),
            Err(_) => Self::Latin1 { latin_1: bytes.iter().copied().map(char::from).collect() },
        }
    }

    /// What came, to the byte.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Utf8(text) => text.as_bytes().to_vec(),
            Self::Latin1 { latin_1 } => latin_1.chars().filter_map(|one| u8::try_from(one).ok()).collect(),
        }
    }
}

impl Records {
    pub(crate) fn of(&self, stamp: Stamp) -> Option<&Record> {
        self.records.iter().find(|record| record.stamp == stamp)
    }
}
