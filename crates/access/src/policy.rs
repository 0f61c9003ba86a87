//! A policy document, parsed whole or refused, and what it says about one request.

mod condition;
mod document;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use crate::principal::{CLOUDFRONT, identity_arn};
use crate::{Principal, wildcard};

use condition::Condition;
pub use document::MalformedPolicy;

/// A policy: its statements in the order they were written.
///
/// Source: facts P-001 to P-004; IAM user guide, "Policy evaluation logic".
#[derive(Clone, Debug)]
pub struct Policy {
    statements: Vec<Statement>,
}

/// What is asked of a policy.
#[derive(Debug)]
pub struct Request<'a> {
    /// Who asks.
    pub principal: &'a Principal,
    /// `s3:GetObject`
    pub action: &'a str,
    /// `arn:aws:s3:::BUCKET` or `arn:aws:s3:::BUCKET/KEY`
    pub resource: &'a str,
    /// The request's condition keys.
    pub conditions: &'a Conditions,
}

/// The condition keys of a request and their values. Names are case-insensitive; a key that is
/// absent here is absent for `Null` and `…IfExists`.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    values: BTreeMap<String, Vec<String>>,
}

/// What a policy says about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// This statement allows it and none denies it.
    Allowed(StatementName),
    /// This statement denies it, whatever the others say.
    Denied(StatementName),
    /// No statement speaks of it.
    NotDecided,
}

/// Which statement it was: its position, and its `Sid` if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementName {
    /// From 1.
    pub position: usize,
    /// The statement's own name.
    pub sid: Option<String>,
}

impl Policy {
    /// Decides one request: an explicit deny first, then an allow, else nothing (facts P-002).
    pub fn evaluate(&self, request: &Request<'_>) -> Decision {
        let matching = |effect| {
            self.statements.iter().find(|statement| statement.effect == effect && statement.matches(request))
        };
        if let Some(statement) = matching(Effect::Deny) {
            return Decision::Denied(statement.name.clone());
        }
        match matching(Effect::Allow) {
            Some(statement) => Decision::Allowed(statement.name.clone()),
            None => Decision::NotDecided,
        }
    }

    /// Whether a statement allows anybody at all, with no condition that names a fixed set of
    /// callers. Block Public Access refuses such a policy.
    pub fn is_public(&self) -> bool {
        self.statements.iter().any(|statement| {
            statement.effect == Effect::Allow
                && statement.principals.include_everybody()
                && !statement.conditions.iter().any(Condition::fixes_the_caller)
        })
    }

    /// Every specific AWS principal that the policy names, for a check that they exist.
    pub fn named_principals(&self) -> impl Iterator<Item = &str> {
        self.statements.iter().flat_map(|statement| statement.principals.names()).filter_map(
            |name| match name {
                NamedPrincipal::Aws(text) | NamedPrincipal::CanonicalUser(text) => Some(text.as_str()),
                NamedPrincipal::Everybody | NamedPrincipal::Service(_) => None,
            },
        )
    }
}

impl Conditions {
    /// No keys yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more value for `key`.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.add(key, value);
        self
    }

    /// Adds one more value for `key`.
    pub fn add(&mut self, key: &str, value: impl Into<String>) {
        self.values.entry(key.to_ascii_lowercase()).or_default().push(value.into());
    }

    fn values(&self, lower_case_key: &str) -> &[String] {
        self.values.get(lower_case_key).map_or(&[], Vec::as_slice)
    }
}

impl fmt::Display for StatementName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "statement {}", self.position)?;
        match &self.sid {
            Some(sid) => write!(out, " ({sid})"),
            None => Ok(()),
        }
    }
}

#[derive(Clone, Debug)]
struct Statement {
    name: StatementName,
    effect: Effect,
    principals: Principals,
    actions: Patterns,
    resources: Patterns,
    conditions: Vec<Condition>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    Allow,
    Deny,
}

/// Who a statement speaks of.
#[derive(Clone, Debug)]
enum Principals {
    /// Whoever holds the policy: a role's own.
    Holder,
    /// `Principal`
    Among(Vec<NamedPrincipal>),
    /// `NotPrincipal`
    AllBut(Vec<NamedPrincipal>),
}

#[derive(Clone, Debug)]
enum NamedPrincipal {
    Everybody,
    /// An account's digits, or an ARN.
    Aws(String),
    CanonicalUser(String),
    Service(String),
}

/// `Action`, `Resource`, or their negations.
#[derive(Clone, Debug)]
enum Patterns {
    Among(Vec<String>),
    AllBut(Vec<String>),
}

impl Statement {
    fn matches(&self, request: &Request<'_>) -> bool {
        self.principals.include(request.principal)
            && self.actions.include(&request.action.to_ascii_lowercase())
            && self.resources.include(request.resource)
            && self.conditions.iter().all(|condition| condition.holds(request.conditions))
    }
}

impl Principals {
    fn include(&self, principal: &Principal) -> bool {
        match self {
            Self::Holder => true,
            Self::Among(names) => names.iter().any(|name| name.names(principal)),
            Self::AllBut(names) => !names.iter().any(|name| name.names(principal)),
        }
    }

    fn include_everybody(&self) -> bool {
        match self {
            Self::Holder => false,
            Self::Among(names) => names.iter().any(|name| matches!(name, NamedPrincipal::Everybody)),
            Self::AllBut(_) => true,
        }
    }

    fn names(&self) -> &[NamedPrincipal] {
        match self {
            Self::Holder => &[],
            Self::Among(names) | Self::AllBut(names) => names,
        }
    }
}

impl NamedPrincipal {
    fn names(&self, principal: &Principal) -> bool {
        match (self, principal) {
            (Self::Everybody, _) => true,
            (
                Self::Aws(name),
                Principal::Account { account, arn, .. } | Principal::Role { account, arn, .. },
            ) => name == arn || name == account || *name == format!("arn:aws:iam::{account}:root"),
            (Self::Aws(name), Principal::Identity { id, .. }) => {
                // Templates write the ARN's spaces as underscores too.
                name.replace('_', " ") == identity_arn(id)
            }
            (
                Self::CanonicalUser(name),
                Principal::Account { canonical_user, .. } | Principal::Identity { canonical_user, .. },
            ) => name == canonical_user,
            (Self::Service(name), Principal::CloudFrontService { .. }) => name == CLOUDFRONT,
            _ => false,
        }
    }
}

impl Patterns {
    fn include(&self, text: &str) -> bool {
        match self {
            Self::Among(patterns) => patterns.iter().any(|pattern| wildcard::matches(pattern, text)),
            Self::AllBut(patterns) => !patterns.iter().any(|pattern| wildcard::matches(pattern, text)),
        }
    }
}
