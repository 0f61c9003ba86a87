//! Host and path → bucket and key, in path style and in virtual-host style (facts B-001).

use http::header::HOST;
use http::request::Parts;

use crate::error::{INVALID_URI, S3Error};

/// What a request is about. An empty bucket is the service itself, an empty key the bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) bucket: String,
    pub(crate) key: String,
    /// The bucket is in the host's name, not in the path.
    pub(crate) virtual_host: bool,
}

impl Target {
    pub(crate) fn of(head: &Parts) -> Result<Self, S3Error> {
        let host = head.uri.host().or_else(|| head.headers.get(HOST).and_then(|host| host.to_str().ok()));
        Self::parse(host.unwrap_or_default(), head.uri.path())
    }

    fn parse(host: &str, path: &str) -> Result<Self, S3Error> {
        let path = path.strip_prefix('/').unwrap_or(path);
        if let Some(bucket) = bucket_of(host) {
            return Ok(Self { bucket: bucket.to_owned(), key: decode(path)?, virtual_host: true });
        }
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        Ok(Self { bucket: decode(bucket)?, key: decode(key)?, virtual_host: false })
    }
}

/// The bucket in `BUCKET.s3.localhost:9000` or `BUCKET.s3.us-east-1.amazonaws.com`.
fn bucket_of(host: &str) -> Option<&str> {
    let host = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |(host, _)| host);
    let bucket = host.strip_suffix(".s3.localhost").or_else(|| {
        let service = host.strip_suffix(".amazonaws.com")?;
        let start = service.rfind(".s3")?;
        let region = &service[start + 3..];
        (region.is_empty() || region.starts_with(['.', '-'])).then_some(&service[..start])
    })?;
    (!bucket.is_empty()).then_some(bucket)
}

fn decode(text: &str) -> Result<String, S3Error> {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    decoded.map(Into::into).map_err(|_| S3Error::because(INVALID_URI, "Couldn't parse the specified URI."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(host: &str, path: &str, bucket: &str, key: &str) {
        let target = Target::parse(host, path).unwrap();
        assert_eq!((target.bucket.as_str(), target.key.as_str()), (bucket, key), "{host} {path}");
    }

    #[test]
    fn b_001_path_style() {
        check("127.0.0.1:9000", "/", "", "");
        check("localhost:9000", "/b", "b", "");
        check("localhost", "/b/k/%C3%A9%20%2B+/", "b", "k/é ++/");
        check("localhost", "/b//a/../c", "b", "/a/../c");
        check("s3.us-east-1.amazonaws.com", "/b/k", "b", "k");
        check("s3.localhost:9000", "/b/k", "b", "k");
    }

    #[test]
    fn b_001_virtual_host_style() {
        check("b.s3.localhost:9000", "/k/x", "b", "k/x");
        check("my.site.s3.amazonaws.com", "/", "my.site", "");
        check("b.s3.eu-west-1.amazonaws.com", "/k", "b", "k");
        check("b.s3-eu-west-1.amazonaws.com", "/k", "b", "k");
    }

    #[test]
    fn b_005_a_slash_after_the_bucket_is_the_bucket() {
        check("localhost", "/b/", "b", "");
    }

    #[test]
    fn a_key_is_utf_8() {
        assert_eq!(Target::parse("localhost", "/b/%ff").unwrap_err().code, INVALID_URI);
    }
}
