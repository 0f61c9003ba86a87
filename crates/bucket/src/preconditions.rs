//! Conditional requests: what `If-…` headers decide about an object's present state.

use http::{HeaderMap, header};

use crate::error::{NO_SUCH_KEY, NOT_MODIFIED, PRECONDITION_FAILED, S3Error};
use crate::record::Record;

/// Decides a read (facts B-023). A copy's source is asked by the same rules under other names.
pub(crate) fn of_read(headers: &HeaderMap, record: &Record) -> Result<(), S3Error> {
    decide(
        [header::IF_MATCH, header::IF_UNMODIFIED_SINCE, header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE]
            .map(|name| headers.get(name).and_then(|value| value.to_str().ok())),
        record,
    )
    .map_err(|failed| match failed {
        Failed::Match => condition_failed("If-Match"),
        Failed::UnmodifiedSince => condition_failed("If-Unmodified-Since"),
        Failed::NoneMatch | Failed::ModifiedSince => S3Error::new(NOT_MODIFIED),
    })
}

/// Decides a copy by its source (facts B-027): every failure is 412.
pub(crate) fn of_copy(headers: &HeaderMap, record: &Record) -> Result<(), S3Error> {
    decide(COPY_HEADERS.map(|name| headers.get(name).and_then(|value| value.to_str().ok())), record).map_err(
        |failed| match failed {
            Failed::Match => condition_failed(COPY_HEADERS[0]),
            Failed::UnmodifiedSince => condition_failed(COPY_HEADERS[1]),
            Failed::NoneMatch => condition_failed(COPY_HEADERS[2]),
            Failed::ModifiedSince => condition_failed(COPY_HEADERS[3]),
        },
    )
}

/// The condition of a write on what it would replace (facts B-024).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OfWrite {
    if_match: Option<String>,
    if_none_match: Option<String>,
}

impl OfWrite {
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Self { if_match: text(header::IF_MATCH), if_none_match: text(header::IF_NONE_MATCH) }
    }

    pub(crate) fn check(&self, present: Option<&Record>) -> Result<(), S3Error> {
        if let Some(wanted) = &self.if_match {
            let Some(present) = present else { return Err(NO_SUCH_KEY.into()) };
            if !names(wanted, &present.etag) {
                return Err(condition_failed("If-Match"));
            }
        }
        match (&self.if_none_match, present) {
            (Some(unwanted), Some(present)) if names(unwanted, &present.etag) => {
                Err(condition_failed("If-None-Match"))
            }
            _ => Ok(()),
        }
    }
}

enum Failed {
    Match,
    UnmodifiedSince,
    NoneMatch,
    ModifiedSince,
}

/// `ETag`s lead: where one is given, the date beside it says nothing (RFC 9110, 13.2.2).
fn decide(
    [if_match, if_unmodified_since, if_none_match, if_modified_since]: [Option<&str>; 4],
    record: &Record,
) -> Result<(), Failed> {
    let modified = record.modified_seconds();
    match if_match {
        Some(wanted) if !names(wanted, &record.etag) => return Err(Failed::Match),
        None if if_unmodified_since.and_then(seconds).is_some_and(|limit| modified > limit) => {
            return Err(Failed::UnmodifiedSince);
        }
        _ => {}
    }
    match if_none_match {
        Some(unwanted) if names(unwanted, &record.etag) => Err(Failed::NoneMatch),
        None if if_modified_since.and_then(seconds).is_some_and(|limit| modified <= limit) => {
            Err(Failed::ModifiedSince)
        }
        _ => Ok(()),
    }
}

/// Whether a list of `ETag`s has this one: with or without quotes or `W/`, or `*`.
fn names(list: &str, etag: &str) -> bool {
    list.split(',')
        .map(|one| one.trim().trim_start_matches("W/").trim_matches('"'))
        .any(|one| one == "*" || one == etag)
}

fn seconds(date: &str) -> Option<u64> {
    let time = httpdate::parse_http_date(date).ok()?;
    time.duration_since(std::time::UNIX_EPOCH).ok().map(|since| since.as_secs())
}

fn condition_failed(header: &str) -> S3Error {
    S3Error::new(PRECONDITION_FAILED).with("Condition", header)
}

/// In the order that [`decide`] takes them.
const COPY_HEADERS: [&str; 4] = [
    "x-amz-copy-source-if-match",
    "x-amz-copy-source-if-unmodified-since",
    "x-amz-copy-source-if-none-match",
    "x-amz-copy-source-if-modified-since",
];

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;
    use crate::record::Stamp;

    const BEFORE: &str = "Tue, 01 Jan 2030 00:00:00 GMT";
    const SAME: &str = "Wed, 02 Jan 2030 00:00:00 GMT";

    #[track_caller]
    fn check(headers: &[(&'static str, &'static str)], expected: &str) {
        let answer = match of_read(&map(headers), &record()) {
            Ok(()) => "200",
            Err(error) => error.code.name,
        };
        assert_eq!(answer, expected, "{headers:?}");
    }

    #[test]
    fn b_023_conditional_reads() {
        check(&[], "200");
        check(&[("if-match", "\"e\"")], "200");
        check(&[("if-match", "e")], "200");
        check(&[("if-match", "\"x\", \"e\"")], "200");
        check(&[("if-match", "\"x\"")], "PreconditionFailed");
        check(&[("if-match", "\"e\""), ("if-unmodified-since", BEFORE)], "200");
        check(&[("if-unmodified-since", BEFORE)], "PreconditionFailed");
        check(&[("if-unmodified-since", SAME)], "200");
        check(&[("if-none-match", "W/\"e\"")], "NotModified");
        check(&[("if-none-match", "*")], "NotModified");
        check(&[("if-none-match", "\"x\""), ("if-modified-since", SAME)], "200");
        check(&[("if-modified-since", SAME)], "NotModified");
        check(&[("if-modified-since", BEFORE)], "200");
        check(&[("if-modified-since", "yesterday")], "200");
    }

    #[test]
    fn b_024_conditional_writes() {
        let write = |headers: &[(&'static str, &'static str)], present: Option<&Record>| {
            OfWrite::read(&map(headers)).check(present).map_err(|error| error.code.name)
        };
        let present = record();
        assert_eq!(write(&[("if-none-match", "*")], None), Ok(()));
        assert_eq!(write(&[("if-none-match", "*")], Some(&present)), Err("PreconditionFailed"));
        assert_eq!(write(&[("if-none-match", "\"x\"")], Some(&present)), Ok(()));
        assert_eq!(write(&[("if-match", "*")], None), Err("NoSuchKey"));
        assert_eq!(write(&[("if-match", "\"e\"")], Some(&present)), Ok(()));
        assert_eq!(write(&[("if-match", "\"x\"")], Some(&present)), Err("PreconditionFailed"));
    }

    #[test]
    fn b_027_a_copy_s_conditions_fail_with_412_alone() {
        let headers = map(&[("x-amz-copy-source-if-none-match", "\"e\"")]);
        assert_eq!(of_copy(&headers, &record()).unwrap_err().code.name, "PreconditionFailed");
        let headers = map(&[("x-amz-copy-source-if-match", "\"e\"")]);
        assert_eq!(of_copy(&headers, &record()), Ok(()));
    }

    fn record() -> Record {
        // 2030-01-02T00:00:00.5Z: HTTP's dates have no fractions, so half a second later is the same.
        let stamp = Stamp { size: 1, modified: 1_893_542_400_500_000_000 };
        Record { etag: "e".to_owned(), stamp, ..Record::default() }
    }

    fn map(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }
}
