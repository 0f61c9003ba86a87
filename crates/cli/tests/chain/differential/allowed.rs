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
        values: &["_SERVER[SERVER_SOFTWARE]", "_SERVER[GATEWAY_INTERFACE]"],
        reason: "the name of who asks php-fpm",
    },
];
