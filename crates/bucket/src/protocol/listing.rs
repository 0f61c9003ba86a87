//! Lists of a bucket's objects, in S3's three forms, a page at a time (facts B-025).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Call;
use crate::answer::Answer;
use crate::bucket::Bucket;
use crate::checksum::{from_base64, to_base64};
use crate::error::{INVALID_ARGUMENT, S3Error};
use crate::key::Key;
use crate::record::Record;
use crate::xml::Document;

/// One page of names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page<'a> {
    /// Whole keys.
    pub(super) keys: Vec<&'a str>,
    /// What keys have in common up to the delimiter.
    pub(super) prefixes: Vec<&'a str>,
    /// More follow; the last name of this page, to go on from.
    pub(super) next: Option<&'a str>,
}

/// Which page of which names.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted<'a> {
    pub(super) prefix: &'a str,
    pub(super) delimiter: &'a str,
    /// Only names after this one.
    pub(super) after: &'a str,
    pub(super) most: usize,
}

impl<'a> Page<'a> {
    /// Takes a page out of `keys`, which are sorted and all begin with the prefix.
    pub(super) fn of(keys: &'a [String], wanted: Wanted<'_>) -> Self {
        let mut page = Self::default();
        if wanted.most == 0 {
            return page;
        }
        let mut last = None;
        for key in &keys[keys.partition_point(|key| key.as_str() <= wanted.after)..] {
            let rest = &key[wanted.prefix.len()..];
            let end = rest.find(wanted.delimiter).filter(|_| !wanted.delimiter.is_empty());
            let (name, common) = match end {
                Some(end) => (&key[..wanted.prefix.len() + end + wanted.delimiter.len()], true),
                None => (key.as_str(), false),
            };
            // A common prefix that an earlier page had, or this one has already.
            if common && (name <= wanted.after || page.prefixes.last() == Some(&name)) {
                continue;
            }
            if page.keys.len() + page.prefixes.len() == wanted.most {
                page.next = last;
                return page;
            }
            if common {
                page.prefixes.push(name);
            } else {
                page.keys.push(name);
            }
            last = Some(name);
        }
        page
    }
}

impl Call {
    pub(super) fn list_objects(&self) -> Result<Answer, S3Error> {
        let marker = self.query.get("marker").unwrap_or_default();
        let delimiter = self.query.get("delimiter").unwrap_or_default();
        self.list("ListBucketResult", marker, |xml, page, encode| {
            xml.text("Marker", encode(marker));
            if !delimiter.is_empty() {
                xml.text_if("NextMarker", page.next.map(encode));
            }
        })
    }

    pub(super) fn list_objects_v2(&self) -> Result<Answer, S3Error> {
        let token = self.query.get("continuation-token");
        let start_after = self.query.get("start-after");
        // The token leads: it says where the list that began at `start-after` has come to.
        let after = match token.filter(|token| !token.is_empty()) {
            Some(token) => {
                from_base64(token).and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| {
                    S3Error::because(INVALID_ARGUMENT, "The continuation token provided is incorrect")
                        .with("ArgumentName", "continuation-token")
                })?
            }
            None => start_after.unwrap_or_default().to_owned(),
        };
        self.list("ListBucketResult", &after, |xml, page, encode| {
            xml.text("KeyCount", (page.keys.len() + page.prefixes.len()).to_string());
            xml.text_if("ContinuationToken", token);
            xml.text_if("NextContinuationToken", page.next.map(|next| to_base64(next.as_bytes())));
            xml.text_if("StartAfter", start_after.map(encode));
        })
    }

    pub(super) fn list_versions(&self) -> Result<Answer, S3Error> {
        let marker = self.query.get("key-marker").unwrap_or_default();
        self.list("ListVersionsResult", marker, |xml, page, encode| {
            xml.text("KeyMarker", encode(marker));
            xml.text("VersionIdMarker", self.query.get("version-id-marker").unwrap_or_default());
            if let Some(next) = page.next {
                xml.text("NextKeyMarker", encode(next));
                xml.text("NextVersionIdMarker", "null");
            }
        })
    }

    /// What the three forms have in common; `own` writes what they don't.
    fn list(
        &self,
        root: &str,
        after: &str,
        own: impl FnOnce(&mut Document, &Page<'_>, &dyn Fn(&str) -> String),
    ) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        let versions = root == "ListVersionsResult";
        let prefix = self.query.get("prefix").unwrap_or_default();
        let delimiter = self.query.get("delimiter").unwrap_or_default();
        let most = self.query.number("max-keys")?.unwrap_or(MOST_KEYS).min(MOST_KEYS);
        self.may_list(&bucket, if versions { "s3:ListBucketVersions" } else { "s3:ListBucket" })?;
        let encode = self.encoding()?;
        let owners = match self.query.get("list-type") {
            Some(_) => self.query.get("fetch-owner") == Some("true"),
            None => true,
        };
        let keys = bucket.store.keys(prefix)?;
        let page = Page::of(&keys, Wanted { prefix, delimiter, after, most });
        let records: Vec<(&str, Record)> = page
            .keys
            .iter()
            .filter_map(|name| Some((*name, bucket.store.record(&Key::new(*name)?).transpose()?)))
            // One that has been deleted since is not in the list.
            .map(|(name, record)| record.map(|record| (name, record)))
            .collect::<Result<_, _>>()?;
        let owner = bucket.with(|settings, _| settings.owner.canonical_user.clone());
        Ok(Answer::xml(Document::of(root, |xml| {
            xml.text("Name", &bucket.name);
            // The first form's prefix is the one name that is never encoded: boto3 reads it as it is.
            let first_form = !versions && self.query.get("list-type").is_none();
            xml.text("Prefix", if first_form { prefix.to_owned() } else { encode(prefix) });
            own(xml, &page, &encode);
            xml.text("MaxKeys", most.to_string());
            if !delimiter.is_empty() {
                xml.text("Delimiter", encode(delimiter));
            }
            if self.query.get("encoding-type").is_some() {
                xml.text("EncodingType", "url");
            }
            xml.text("IsTruncated", page.next.is_some().to_string());
            for (name, record) in &records {
                xml.element(if versions { "Version" } else { "Contents" }, |xml| {
                    xml.text("Key", encode(name));
                    if versions {
                        xml.text("VersionId", "null");
                        xml.text("IsLatest", "true");
                    }
                    entry(xml, record, owners.then_some(owner.as_str()));
                });
            }
            for common in &page.prefixes {
                xml.element("CommonPrefixes", |xml| xml.text("Prefix", encode(common)));
            }
        })))
    }

    fn may_list(&self, bucket: &Bucket, action: &'static str) -> Result<(), S3Error> {
        let asked = ["prefix", "delimiter", "max-keys"].into_iter();
        let conditions: Vec<(String, String)> =
            asked.filter_map(|name| Some((format!("s3:{name}"), self.query.get(name)?.to_owned()))).collect();
        self.authorize(bucket, action, None, &conditions, bucket.listing_acl())
    }

    /// How names are written: as they are, or percent-encoded for XML that cannot hold them.
    pub(super) fn encoding(&self) -> Result<impl Fn(&str) -> String + use<>, S3Error> {
        let encoded = match self.query.get("encoding-type") {
            None => false,
            Some("url") => true,
            Some(_) => {
                return Err(S3Error::because(
                    INVALID_ARGUMENT,
                    "Invalid Encoding Method specified in Request",
                )
                .with("ArgumentName", "encoding-type"));
            }
        };
        Ok(
            move |text: &str| {
                if encoded { utf8_percent_encode(text, ENCODED).to_string() } else { text.to_owned() }
            },
        )
    }
}

fn entry(xml: &mut Document, record: &Record, owner: Option<&str>) {
    xml.text("LastModified", access::calendar::iso_millis(record.stamp.modified / 1_000_000));
    xml.text("ETag", format!("\"{}\"", record.etag));
    if let Some(checksum) = &record.checksum {
        xml.text("ChecksumAlgorithm", checksum.algorithm.name());
        xml.text("ChecksumType", checksum.kind.name());
    }
    xml.text("Size", record.stamp.size.to_string());
    if let Some(owner) = owner {
        super::settings::owner(xml, "Owner", record.writer.as_deref().unwrap_or(owner));
    }
    xml.text("StorageClass", "STANDARD");
}

const MOST_KEYS: usize = 1_000;
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(keys: &[&str], wanted: Wanted<'_>, names: &[&str], prefixes: &[&str], next: Option<&str>) {
        let keys: Vec<String> =
            keys.iter().filter(|key| key.starts_with(wanted.prefix)).map(|key| (*key).to_owned()).collect();
        let page = Page::of(&keys, wanted);
        assert_eq!((&page.keys[..], &page.prefixes[..], page.next), (names, prefixes, next));
    }

    const ALL: Wanted<'static> = Wanted { prefix: "", delimiter: "", after: "", most: 1_000 };
    const KEYS: [&str; 5] = ["asdf", "boo/bar", "boo/baz/xyzzy", "cquux/bla", "cquux/thud"];

    #[test]
    fn b_025_common_prefixes_count_and_are_gone_on_from() {
        let wanted = Wanted { delimiter: "/", ..ALL };
        check(&KEYS, wanted, &["asdf"], &["boo/", "cquux/"], None);
        check(&KEYS, Wanted { most: 1, ..wanted }, &["asdf"], &[], Some("asdf"));
        check(&KEYS, Wanted { most: 1, after: "asdf", ..wanted }, &[], &["boo/"], Some("boo/"));
        check(&KEYS, Wanted { most: 1, after: "boo/", ..wanted }, &[], &["cquux/"], None);
        check(&KEYS, Wanted { prefix: "boo/", ..wanted }, &["boo/bar"], &["boo/baz/"], None);
    }

    #[test]
    fn b_025_pages() {
        check(&KEYS, Wanted { most: 2, ..ALL }, &["asdf", "boo/bar"], &[], Some("boo/bar"));
        check(&KEYS, Wanted { most: 5, ..ALL }, &KEYS, &[], None);
        check(&KEYS, Wanted { most: 0, ..ALL }, &[], &[], None);
        check(&KEYS, Wanted { after: "zzz", ..ALL }, &[], &[], None);
        check(&["a"], Wanted { prefix: "a", delimiter: "a", ..ALL }, &["a"], &[], None);
    }

    #[test]
    fn delimiters_may_be_longer_than_a_character() {
        check(&["a--b", "a-b", "c"], Wanted { delimiter: "--", ..ALL }, &["a-b", "c"], &["a--"], None);
    }
}
