//! Signatures of requests: who signed it, and is it whole.

mod canonical;
pub mod v2;
pub mod v4;

use std::fmt;

/// A request as it arrived, before anything was decoded: a signature covers these very bytes.
#[derive(Clone, Copy, Debug)]
pub struct SignedRequest<'a> {
    /// `GET`
    pub method: &'a str,
    /// The target's path, percent-encoded as it arrived; nothing removed from it.
    pub path: &'a str,
    /// The target's query without `?`; empty if there is none.
    pub query: &'a str,
    /// Every header in order of arrival, names in any case.
    pub headers: &'a [(&'a str, &'a [u8])],
}

impl<'a> SignedRequest<'a> {
    /// The first header of that name, if it is readable text.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        let (_, value) = self.headers.iter().find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(value).ok()
    }

    /// The first query parameter of that name, decoded.
    pub fn parameter(&self, name: &str) -> Option<String> {
        canonical::parameters(self.query).find(|(candidate, _)| candidate == name).map(|(_, value)| value)
    }
}

/// Why a signature was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not of the form that it claims to have.
    Malformed {
        /// Where it stands, as S3's error codes tell apart.
        form: Form,
        /// What was expected and what was found.
        problem: String,
    },
    /// It is for another region or service.
    WrongScope {
        /// What was expected.
        expected: String,
        /// What it says.
        found: String,
    },
    /// Nobody has that access key.
    UnknownKey,
    /// A temporary key without its token, or with another's.
    WrongToken,
    /// A header that must be signed is not.
    UnsignedHeader(String),
    /// The clocks differ by more than 15 minutes.
    Skewed {
        /// What the request says.
        request: u64,
        /// What the clock says.
        now: u64,
    },
    /// A presigned address whose time is over.
    Expired {
        /// When it ended.
        at: u64,
    },
    /// A presigned address of more than seven days, or of none.
    LifetimeOutOfRange(String),
    /// Another secret was used, or the request was changed on its way.
    Mismatch {
        /// What should have been signed, to be held against what the client signed.
        string_to_sign: String,
    },
}

/// Where a signature stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In the `Authorization` header.
    Header,
    /// In the query of a presigned address.
    Query,
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { problem, .. } => out.write_str(problem),
            Self::WrongScope { expected, found } => {
                write!(out, "The signature is for `{found}`; expected `{expected}`.")
            }
            Self::UnknownKey => {
                out.write_str("The AWS Access Key Id you provided does not exist in our records.")
            }
            Self::WrongToken => {
                out.write_str("The security token is missing, or is not the one of this access key.")
            }
            Self::UnsignedHeader(name) => {
                write!(out, "There were headers present in the request which were not signed: {name}")
            }
            Self::Skewed { .. } => {
                out.write_str("The difference between the request time and the current time is too large.")
            }
            Self::Expired { .. } => out.write_str("Request has expired"),
            Self::LifetimeOutOfRange(found) => {
                write!(out, "X-Amz-Expires must be between 1 and 604800 seconds; found `{found}`.")
            }
            Self::Mismatch { .. } => out.write_str(
                "The request signature we calculated does not match the signature you provided. \
                 Check your key and signing method.",
            ),
        }
    }
}

impl std::error::Error for Refusal {}
