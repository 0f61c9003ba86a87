//! Method, target and sub-resource → which of S3's calls it is (facts B-002 to B-004).

use http::{HeaderMap, Method};

use super::query::Query;
use super::target::Target;
use crate::error::{METHOD_NOT_ALLOWED, NOT_IMPLEMENTED, S3Error};

/// A call, by its name in the S3 API reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    ListBuckets,
    CreateBucket,
    HeadBucket,
    DeleteBucket,
    GetBucketLocation,
    GetBucketVersioning,
    ListObjects,
    ListObjectsV2,
    ListObjectVersions,
    ListMultipartUploads,
    DeleteObjects,
    GetBucketPolicy,
    PutBucketPolicy,
    DeleteBucketPolicy,
    GetBucketPolicyStatus,
    GetBucketAcl,
    PutBucketAcl,
    GetBucketDocument(Document),
    PutBucketDocument(Document),
    DeleteBucketDocument(Document),
    GetObject,
    HeadObject,
    PutObject,
    CopyObject,
    DeleteObject,
    GetObjectAttributes,
    GetObjectAcl,
    PutObjectAcl,
    GetObjectTagging,
    PutObjectTagging,
    DeleteObjectTagging,
    CreateMultipartUpload,
    UploadPart,
    UploadPartCopy,
    CompleteMultipartUpload,
    AbortMultipartUpload,
    ListParts,
}

/// A setting of a bucket that is kept as the document it came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Document {
    Tagging,
    Cors,
    Lifecycle,
    Encryption,
    OwnershipControls,
    PublicAccessBlock,
}

/// What a call's body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    Nothing,
    /// XML or JSON, held in memory.
    Document,
    /// An object's bytes, written to a file as they come.
    Object,
}

impl Operation {
    /// Recognises a call. A sub-resource that is none of ours is refused, never taken for the
    /// object or bucket itself.
    pub(crate) fn of(
        method: &Method,
        target: &Target,
        query: &Query,
        headers: &HeaderMap,
    ) -> Result<Self, S3Error> {
        let foreign = |(name, value): &(&str, &str)| {
            FOREIGN.contains(name) || (value.is_empty() && !OURS.contains(name) && !PLAIN.contains(name))
        };
        if let Some((name, _)) = query.iter().find(foreign) {
            let message = format!("The sub-resource `{name}` is not implemented.");
            return Err(S3Error::because(NOT_IMPLEMENTED, message));
        }
        let found = match (target.bucket.is_empty(), target.key.is_empty()) {
            (true, _) if method == Method::GET => Some(Self::ListBuckets),
            // What is posted to the service itself is for another of AWS's: IAM, STS.
            (true, _) => return Err(S3Error::new(METHOD_NOT_ALLOWED)),
            (false, true) => Self::of_bucket(method, query),
            (false, false) => Self::of_object(method, query, headers),
        };
        if query.has("versioning") && method == Method::PUT {
            return Err(S3Error::because(NOT_IMPLEMENTED, "Versioning is not implemented: it stays off."));
        }
        found.ok_or_else(|| S3Error::new(METHOD_NOT_ALLOWED).with("Method", method.as_str()))
    }

    fn of_bucket(method: &Method, query: &Query) -> Option<Self> {
        let document = Document::ALL.into_iter().find(|document| query.has(document.name()));
        if let Some(document) = document {
            return match *method {
                Method::GET => Some(Self::GetBucketDocument(document)),
                Method::PUT => Some(Self::PutBucketDocument(document)),
                Method::DELETE => Some(Self::DeleteBucketDocument(document)),
                _ => None,
            };
        }
        let named = OURS.into_iter().find(|name| query.has(name));
        Some(match (method.as_str(), named) {
            ("GET", Some("policy")) => Self::GetBucketPolicy,
            ("PUT", Some("policy")) => Self::PutBucketPolicy,
            ("DELETE", Some("policy")) => Self::DeleteBucketPolicy,
            ("GET", Some("policyStatus")) => Self::GetBucketPolicyStatus,
            ("GET", Some("acl")) => Self::GetBucketAcl,
            ("PUT", Some("acl")) => Self::PutBucketAcl,
            ("GET", Some("location")) => Self::GetBucketLocation,
            ("GET", Some("versioning")) => Self::GetBucketVersioning,
            ("GET", Some("versions")) => Self::ListObjectVersions,
            ("GET", Some("uploads")) => Self::ListMultipartUploads,
            ("POST", Some("delete")) => Self::DeleteObjects,
            ("GET", _) if query.get("list-type") == Some("2") => Self::ListObjectsV2,
            ("GET", None) => Self::ListObjects,
            ("HEAD", None) => Self::HeadBucket,
            ("PUT", None) => Self::CreateBucket,
            ("DELETE", None) => Self::DeleteBucket,
            _ => return None,
        })
    }

    fn of_object(method: &Method, query: &Query, headers: &HeaderMap) -> Option<Self> {
        let copies = headers.contains_key("x-amz-copy-source");
        let named = OURS.into_iter().find(|name| query.has(name));
        Some(match (method.as_str(), named) {
            ("GET", Some("acl")) => Self::GetObjectAcl,
            ("PUT", Some("acl")) => Self::PutObjectAcl,
            ("GET", Some("attributes")) => Self::GetObjectAttributes,
            ("GET", Some("tagging")) => Self::GetObjectTagging,
            ("PUT", Some("tagging")) => Self::PutObjectTagging,
            ("DELETE", Some("tagging")) => Self::DeleteObjectTagging,
            ("POST", Some("uploads")) => Self::CreateMultipartUpload,
            ("PUT", Some("uploadId")) if copies => Self::UploadPartCopy,
            ("PUT", Some("uploadId")) => Self::UploadPart,
            ("POST", Some("uploadId")) => Self::CompleteMultipartUpload,
            ("DELETE", Some("uploadId")) => Self::AbortMultipartUpload,
            ("GET", Some("uploadId")) => Self::ListParts,
            ("GET", None | Some("partNumber")) => Self::GetObject,
            ("HEAD", None | Some("partNumber")) => Self::HeadObject,
            ("PUT", None) if copies => Self::CopyObject,
            ("PUT", None) => Self::PutObject,
            ("DELETE", None) => Self::DeleteObject,
            _ => return None,
        })
    }

    pub(crate) fn takes(self) -> Takes {
        match self {
            Self::PutObject | Self::UploadPart => Takes::Object,
            Self::CreateBucket
            | Self::DeleteObjects
            | Self::PutBucketPolicy
            | Self::PutBucketAcl
            | Self::PutBucketDocument(_)
            | Self::PutObjectAcl
            | Self::PutObjectTagging
            | Self::CompleteMultipartUpload => Takes::Document,
            _ => Takes::Nothing,
        }
    }
}

impl Document {
    pub(crate) const ALL: [Self; 6] = [
        Self::Tagging,
        Self::Cors,
        Self::Lifecycle,
        Self::Encryption,
        Self::OwnershipControls,
        Self::PublicAccessBlock,
    ];

    /// The sub-resource.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tagging => "tagging",
            Self::Cors => "cors",
            Self::Lifecycle => "lifecycle",
            Self::Encryption => "encryption",
            Self::OwnershipControls => "ownershipControls",
            Self::PublicAccessBlock => "publicAccessBlock",
        }
    }
}

/// The sub-resources that are answered, of buckets and objects.
const OURS: [&str; 17] = [
    "acl",
    "attributes",
    "cors",
    "delete",
    "encryption",
    "lifecycle",
    "location",
    "ownershipControls",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "tagging",
    "uploadId",
    "uploads",
    "versioning",
    "versions",
    "partNumber",
];

/// Parameters that may be empty and change no call.
const PLAIN: [&str; 10] = [
    "prefix",
    "delimiter",
    "marker",
    "max-keys",
    "encoding-type",
    "continuation-token",
    "start-after",
    "key-marker",
    "version-id-marker",
    "upload-id-marker",
];

/// S3's other sub-resources, whatever value they have.
const FOREIGN: [&str; 21] = [
    "accelerate",
    "analytics",
    "append",
    "intelligent-tiering",
    "inventory",
    "legal-hold",
    "logging",
    "metadataTable",
    "metrics",
    "notification",
    "object-lock",
    "replication",
    "requestPayment",
    "restore",
    "retention",
    "select",
    "session",
    "torrent",
    "website",
    "renameObject",
    "metadataConfiguration",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(method: &str, path: &str, query: &str, expected: Result<Operation, &str>) {
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let target = Target { bucket: bucket.to_owned(), key: key.to_owned(), virtual_host: false };
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let found = Operation::of(&method, &target, &Query::parse(query), &HeaderMap::new());
        assert_eq!(found.map_err(|error| error.code.name), expected, "{method} {path}?{query}");
    }

    #[test]
    fn b_002_calls() {
        check("GET", "", "", Ok(Operation::ListBuckets));
        check("GET", "b", "", Ok(Operation::ListObjects));
        check("GET", "b", "prefix=&delimiter=", Ok(Operation::ListObjects));
        check("GET", "b", "list-type=2&prefix=a", Ok(Operation::ListObjectsV2));
        check("GET", "b", "location", Ok(Operation::GetBucketLocation));
        check("PUT", "b", "cors", Ok(Operation::PutBucketDocument(Document::Cors)));
        check("GET", "b/k", "x-id=GetObject", Ok(Operation::GetObject));
        check("GET", "b/k", "versionId=null", Ok(Operation::GetObject));
        check("POST", "b/k", "uploads", Ok(Operation::CreateMultipartUpload));
        check("PUT", "b/k", "partNumber=1&uploadId=x", Ok(Operation::UploadPart));
        check("POST", "b", "delete", Ok(Operation::DeleteObjects));
    }

    #[test]
    fn b_004_what_is_not_ours_is_never_taken_for_the_object() {
        check("PUT", "b/k", "retention", Err("NotImplemented"));
        check("GET", "b", "website", Err("NotImplemented"));
        check("GET", "b/k", "something-new", Err("NotImplemented"));
        check("DELETE", "b", "acl", Err("MethodNotAllowed"));
        check("POST", "", "", Err("MethodNotAllowed"));
        check("PATCH", "b/k", "", Err("MethodNotAllowed"));
    }
}
