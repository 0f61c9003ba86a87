//! What S3 says when it refuses: a code, a status, a message, and what it was about.

use std::borrow::Cow;
use std::io;

use http::StatusCode;

/// An answer that is a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct S3Error {
    pub(crate) code: Code,
    pub(crate) message: Cow<'static, str>,
    /// Further elements of the document: `Key`, `BucketName`, `Condition`.
    pub(crate) details: Vec<(&'static str, String)>,
}

/// A code of S3's, its status and its usual message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) name: &'static str,
    pub(crate) status: StatusCode,
    message: &'static str,
}

impl S3Error {
    pub(crate) fn new(code: Code) -> Self {
        Self { code, message: Cow::Borrowed(code.message), details: Vec::new() }
    }

    /// With a message of its own.
    pub(crate) fn because(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), details: Vec::new() }
    }

    /// With one more element.
    #[must_use]
    pub(crate) fn with(mut self, element: &'static str, text: impl Into<String>) -> Self {
        self.details.push((element, text.into()));
        self
    }

    /// A file system's failure: ours, so it says what failed.
    pub(crate) fn internal(error: &io::Error) -> Self {
        Self::because(INTERNAL_ERROR, format!("The bucket's files could not be used: {error}"))
    }
}

impl From<Code> for S3Error {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl From<io::Error> for S3Error {
    fn from(error: io::Error) -> Self {
        Self::internal(&error)
    }
}

macro_rules! codes {
    ($($constant:ident = $name:literal, $status:ident, $message:literal;)*) => {
        $(pub(crate) const $constant: Code =
            Code { name: $name, status: StatusCode::$status, message: $message };)*
    };
}

// Source: S3 API reference, "List of error codes".
codes! {
    ACCESS_CONTROL_LIST_NOT_SUPPORTED = "AccessControlListNotSupported", BAD_REQUEST, "The bucket does not allow ACLs";
    ACCESS_FORBIDDEN = "AccessForbidden", FORBIDDEN, "CORSResponse: This CORS request is not allowed: no rule of the bucket's CORS configuration has its origin, method and headers.";
    ACCESS_DENIED = "AccessDenied", FORBIDDEN, "Access Denied";
    AUTHORIZATION_HEADER_MALFORMED = "AuthorizationHeaderMalformed", BAD_REQUEST, "The authorization header that you provided is not valid.";
    AUTHORIZATION_QUERY_PARAMETERS_ERROR = "AuthorizationQueryParametersError", BAD_REQUEST, "The authorization query parameters that you provided are not valid.";
    BAD_REQUEST = "BadRequest", BAD_REQUEST, "The request is not valid.";
    BAD_DIGEST = "BadDigest", BAD_REQUEST, "The Content-MD5 or checksum value that you specified did not match what the server received.";
    BUCKET_ALREADY_EXISTS = "BucketAlreadyExists", CONFLICT, "The requested bucket name is not available. Select a different name and try again.";
    BUCKET_NOT_EMPTY = "BucketNotEmpty", CONFLICT, "The bucket that you tried to delete is not empty.";
    ENTITY_TOO_LARGE = "EntityTooLarge", BAD_REQUEST, "Your proposed upload exceeds the maximum allowed object size.";
    ENTITY_TOO_SMALL = "EntityTooSmall", BAD_REQUEST, "Your proposed upload is smaller than the minimum allowed object size.";
    INCOMPLETE_BODY = "IncompleteBody", BAD_REQUEST, "You did not provide the number of bytes specified by the Content-Length HTTP header.";
    INTERNAL_ERROR = "InternalError", INTERNAL_SERVER_ERROR, "An internal error occurred. Try again.";
    INVALID_ACCESS_KEY_ID = "InvalidAccessKeyId", FORBIDDEN, "The AWS access key ID that you provided does not exist in our records.";
    INVALID_ARGUMENT = "InvalidArgument", BAD_REQUEST, "Invalid argument.";
    INVALID_BUCKET_NAME = "InvalidBucketName", BAD_REQUEST, "The specified bucket is not valid.";
    INVALID_DIGEST = "InvalidDigest", BAD_REQUEST, "The Content-MD5 or checksum value that you specified is not valid.";
    INVALID_LOCATION_CONSTRAINT = "InvalidLocationConstraint", BAD_REQUEST, "The specified location constraint is not valid.";
    INVALID_PART = "InvalidPart", BAD_REQUEST, "One or more of the specified parts could not be found. The part might not have been uploaded, or the specified entity tag might not have matched the part's entity tag.";
    INVALID_PART_ORDER = "InvalidPartOrder", BAD_REQUEST, "The list of parts was not in ascending order. The parts list must be specified in order by part number.";
    INVALID_RANGE = "InvalidRange", RANGE_NOT_SATISFIABLE, "The requested range is not satisfiable";
    INVALID_REQUEST = "InvalidRequest", BAD_REQUEST, "The request is not valid.";
    INVALID_TAG = "InvalidTag", BAD_REQUEST, "The tag provided was not a valid tag.";
    INVALID_TOKEN = "InvalidToken", BAD_REQUEST, "The provided token is malformed or otherwise not valid.";
    INVALID_URI = "InvalidURI", BAD_REQUEST, "The specified URI couldn't be parsed.";
    KEY_TOO_LONG = "KeyTooLongError", BAD_REQUEST, "Your key is too long";
    MALFORMED_POLICY = "MalformedPolicy", BAD_REQUEST, "Your policy contains a principal, an action or a condition that is not valid.";
    MALFORMED_XML = "MalformedXML", BAD_REQUEST, "The XML that you provided was not well formed or did not validate against our published schema";
    METHOD_NOT_ALLOWED = "MethodNotAllowed", METHOD_NOT_ALLOWED, "The specified method is not allowed against this resource.";
    NOT_IMPLEMENTED = "NotImplemented", NOT_IMPLEMENTED, "A header or query that you provided implies functionality that is not implemented.";
    NOT_MODIFIED = "NotModified", NOT_MODIFIED, "Not Modified";
    NO_SUCH_BUCKET = "NoSuchBucket", NOT_FOUND, "The specified bucket does not exist";
    NO_SUCH_BUCKET_POLICY = "NoSuchBucketPolicy", NOT_FOUND, "The bucket policy does not exist";
    NO_SUCH_CORS_CONFIGURATION = "NoSuchCORSConfiguration", NOT_FOUND, "The CORS configuration does not exist";
    NO_SUCH_LIFECYCLE_CONFIGURATION = "NoSuchLifecycleConfiguration", NOT_FOUND, "The lifecycle configuration does not exist";
    NO_SUCH_KEY = "NoSuchKey", NOT_FOUND, "The specified key does not exist.";
    NO_SUCH_TAG_SET = "NoSuchTagSet", NOT_FOUND, "The TagSet does not exist";
    NO_SUCH_UPLOAD = "NoSuchUpload", NOT_FOUND, "The specified multipart upload does not exist. The upload ID might not be valid, or the multipart upload might have been aborted or completed.";
    NO_SUCH_VERSION = "NoSuchVersion", NOT_FOUND, "The version ID specified in the request does not match an existing version.";
    PRECONDITION_FAILED = "PreconditionFailed", PRECONDITION_FAILED, "At least one of the preconditions that you specified did not hold.";
    PRESIGNED_LIFETIME_OUT_OF_RANGE = "AuthorizationQueryParametersError", FORBIDDEN, "X-Amz-Expires must be between 1 and 604800 seconds.";
    REQUEST_TIME_TOO_SKEWED = "RequestTimeTooSkewed", FORBIDDEN, "The difference between the request time and the server's time is too large.";
    SIGNATURE_DOES_NOT_MATCH = "SignatureDoesNotMatch", FORBIDDEN, "The request signature that the server calculated does not match the signature that you provided.";
    X_AMZ_CONTENT_SHA256_MISMATCH = "XAmzContentSHA256Mismatch", BAD_REQUEST, "The provided 'x-amz-content-sha256' header does not match what was computed.";
}
