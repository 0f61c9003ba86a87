//! A request's method, path and headers, as one of the operations that there are.

use http::{HeaderMap, Method, Uri};
use percent_encoding::percent_decode_str;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Invoke {
        function: String,
    },
    InvokeStreaming {
        function: String,
    },
    List,
    Get {
        function: String,
    },
    Configuration {
        function: String,
    },
    /// `FilterLogEvents`, …
    Logs {
        operation: String,
    },
}

impl Call {
    pub(super) fn of(method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Self> {
        let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok());
        if let Some(operation) = target.and_then(|target| target.strip_prefix("Logs_20140328.")) {
            return (method == Method::POST).then(|| Self::Logs { operation: operation.to_owned() });
        }
        let path = uri.path();
        if let Some(rest) = path.strip_prefix("/2021-11-15/functions/") {
            let function = rest.strip_suffix("/response-streaming-invocations")?;
            return (method == Method::POST).then(|| Self::InvokeStreaming { function: name(function) });
        }
        let rest = path.strip_prefix("/2015-03-31/functions")?.trim_start_matches('/');
        match (method, rest.rsplit_once('/')) {
            (&Method::GET, None) if rest.is_empty() => Some(Self::List),
            (&Method::GET, None) => Some(Self::Get { function: name(rest) }),
            (&Method::GET, Some((function, "configuration"))) => {
                Some(Self::Configuration { function: name(function) })
            }
            (&Method::POST, Some((function, "invocations"))) => {
                Some(Self::Invoke { function: name(function) })
            }
            _ => None,
        }
    }

    /// The service that the signature is for.
    pub(super) const fn service(&self) -> &'static str {
        match self {
            Self::Logs { .. } => "logs",
            _ => "lambda",
        }
    }
}

/// A name, an ARN, or a part of one, without the one qualifier that there is.
fn name(text: &str) -> String {
    let text = percent_decode_str(text).decode_utf8_lossy();
    let text = text.strip_suffix(":$LATEST").unwrap_or(&text);
    match text.split_once(":function:") {
        Some((account, name)) if !account.starts_with("arn:") => name.to_owned(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "a table reads better without ampersands")]
    fn check(method: &Method, path: &str, expected: Option<Call>) {
        let uri = path.parse().expect("a path");
        assert_eq!(Call::of(method, &uri, &HeaderMap::new()), expected, "{method} {path}");
    }

    #[test]
    fn operations_and_names() {
        let function = || "site".to_owned();
        check(&Method::GET, "/2015-03-31/functions/", Some(Call::List));
        check(&Method::GET, "/2015-03-31/functions?MaxItems=1", Some(Call::List));
        check(&Method::GET, "/2015-03-31/functions/site", Some(Call::Get { function: function() }));
        check(
            &Method::GET,
            "/2015-03-31/functions/site/configuration",
            Some(Call::Configuration { function: function() }),
        );
        check(
            &Method::POST,
            "/2015-03-31/functions/site%3A%24LATEST/invocations",
            Some(Call::Invoke { function: function() }),
        );
        check(
            &Method::POST,
            "/2015-03-31/functions/123456789012:function:site/invocations",
            Some(Call::Invoke { function: function() }),
        );
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:site";
        check(
            &Method::POST,
            &format!("/2015-03-31/functions/{}/invocations", arn.replace(':', "%3A")),
            Some(Call::Invoke { function: arn.to_owned() }),
        );
        check(
            &Method::POST,
            "/2021-11-15/functions/site/response-streaming-invocations",
            Some(Call::InvokeStreaming { function: function() }),
        );
        check(&Method::DELETE, "/2015-03-31/functions/site", None);
        check(&Method::GET, "/", None);
    }
}
