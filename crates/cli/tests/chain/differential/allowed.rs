//! Where Davy may show PHP something else than nginx does, each with its reason.

use super::dump::Difference;

/// By which address of the stack a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entrance {
    HttpApi,
    Distribution,
}

pub(crate) fn is_allowed(entrance: Entrance, case: &str, difference: &Difference) -> bool {
    ALLOWED.iter().any(|allowed| {
        (allowed.entrance.is_none() || allowed.entrance == Some(entrance))
            && allowed.cases.holds(case)
            && allowed.values.iter().any(|value| matches(value, &difference.name))
    })
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

struct Allowed {
    entrance: Option<Entrance>,
    cases: Cases,
    /// Names of values; a star at the end stands for anything.
    values: &'static [&'static str],
    #[expect(dead_code, reason = "read by people")]
    reason: &'static str,
}

enum Cases {
    All,
    Named(&'static [&'static str]),
}

impl Cases {
    fn holds(&self, case: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.iter().any(|name| matches(name, case)),
        }
    }
}

const ALLOWED: &[Allowed] = &[
    Allowed {
        entrance: None,
        cases: Cases::All,
        values: &["_SERVER[REQUEST_TIME]", "_SERVER[REQUEST_TIME_FLOAT]"],
        reason: "two requests, two times",
    },
    Allowed {
        entrance: None,
        cases: Cases::All,
        values: &["_SERVER[SERVER_SOFTWARE]"],
        reason: "the name of who asks php-fpm",
    },
    Allowed {
        entrance: None,
        cases: Cases::All,
        values: &["_SERVER[REMOTE_PORT]"],
        reason: "an event has the viewer's address, not his port",
    },
    Allowed {
        entrance: None,
        cases: Cases::All,
        values: &["_SERVER[REMOTE_USER]"],
        reason: "nginx sends the name that a viewer claims, or nothing; nobody has checked it (RFC 3875, 4.1.11)",
    },
    Allowed {
        entrance: None,
        cases: Cases::All,
        values: &[
            "_SERVER[AWS_*",
            "_SERVER[LAMBDA_*",
            "_SERVER[_AWS_*",
            "_SERVER[_HANDLER]",
            "_SERVER[_X_AMZN_TRACE_ID]",
            "_SERVER[LANG]",
            "_SERVER[LD_LIBRARY_PATH]",
            "_SERVER[PATH]",
            "_SERVER[TZ]",
        ],
        reason: "what every execution environment has, and the invocation",
    },
    Allowed {
        entrance: None,
        cases: Cases::All,
        values: &["_SERVER[DAVY_*"],
        reason: "how the runtime was told to run on this machine",
    },
    Allowed {
        entrance: None,
        cases: Cases::All,
        values: &["_SERVER[USER]", "_SERVER[HOME]"],
        reason: "the user that PHP runs as",
    },
    Allowed {
        entrance: None,
        cases: Cases::All,
        values: &["_SERVER[HTTP_X_AMZN_TRACE_ID]", "_SERVER[HTTP_X_FORWARDED_*"],
        reason: "headers that an HTTP API adds, or writes anew",
    },
    Allowed {
        entrance: Some(Entrance::Distribution),
        cases: Cases::All,
        values: &["_SERVER[HTTP_VIA]", "_SERVER[HTTP_X_AMZ_CF_ID]"],
        reason: "headers that CloudFront adds",
    },
    Allowed {
        entrance: Some(Entrance::Distribution),
        cases: Cases::All,
        values: &["_SERVER[HTTP_USER_AGENT]"],
        reason: "a viewer who names no User-Agent gets CloudFront's",
    },
    Allowed {
        entrance: None,
        cases: Cases::Named(&["path /a%2Bb", "path /a%2Fb", "path /a%40b"]),
        values: &["_SERVER[REQUEST_URI]"],
        reason: "an HTTP API decodes the path; what may stand in a path as it is cannot be told from what was encoded",
    },
    Allowed {
        entrance: None,
        cases: Cases::Named(&["query ?"]),
        values: &["_SERVER[REQUEST_URI]"],
        reason: "an event does not tell an empty query from none",
    },
    Allowed {
        entrance: None,
        cases: Cases::Named(&["cookie a=1;b=2", "cookie a=1;"]),
        values: &["_SERVER[HTTP_COOKIE]"],
        reason: "cookies arrive one by one in an event of format 2.0; PHP reads the same from them",
    },
    Allowed {
        entrance: None,
        cases: Cases::Named(&["two cookie headers", "a header twice"]),
        values: &["_SERVER[HTTP_COOKIE]", "_COOKIE[a]", "_SERVER[HTTP_ACCEPT]"],
        reason: "of a header that comes twice this nginx passes on the last; an event has both, joined",
    },
];
