//! Whether a caller may do what he asks: every rule that has a say, and the one that decided.
//!
//! The order is IAM's: an explicit deny of the bucket's or the caller's own policy, then the owner,
//! an allow of either, an ACL, and otherwise no.

#[cfg(test)]
mod tests;

use access::{Conditions, Decision, Policy, Principal, Request};
use trace::Timestamp;

use crate::bucket::Bucket;

/// Who asks, and the condition keys that hold for all that he asks in one request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    pub(crate) conditions: Conditions,
}

/// One thing that is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    /// `s3:GetObject`
    pub(crate) action: &'static str,
    /// The object's key; `None` for the bucket itself.
    pub(crate) key: Option<&'a str>,
    /// The keys of this question alone: a list's prefix, an object's tags.
    pub(crate) conditions: &'a [(String, String)],
    /// What an ACL has to say.
    pub(crate) acl: Acl,
}

/// What a canned ACL grants to everybody for the question at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Acl {
    Silent,
    Grants,
}

/// The answer, and why, for the access log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) allowed: bool,
    pub(crate) why: String,
}

impl Caller {
    /// A caller whose conditions are his own; the request's are added by [`Caller::with`].
    pub(crate) fn new(principal: Principal, now: Timestamp) -> Self {
        let seconds = now.seconds();
        let mut conditions = Conditions::new()
            .with("aws:EpochTime", seconds.to_string())
            .with("aws:CurrentTime", access::calendar::iso_millis(now.millis()));
        match &principal {
            Principal::Account { account, arn, .. } | Principal::Role { account, arn, .. } => {
                conditions.add("aws:PrincipalArn", arn.as_str());
                conditions.add("aws:PrincipalAccount", account.as_str());
            }
            Principal::CloudFrontService { source_arn } => {
                conditions.add("aws:SourceArn", source_arn.as_str());
                if let Some(account) = source_arn.split(':').nth(4) {
                    conditions.add("aws:SourceAccount", account);
                }
            }
            Principal::Anonymous | Principal::Identity { .. } => {}
        }
        Self { principal, conditions }
    }

    #[must_use]
    pub(crate) fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.conditions.add(key, value);
        self
    }

    /// Whether the caller is the canonical user of that id.
    pub(crate) fn is(&self, canonical_user: &str) -> bool {
        matches!(&self.principal, Principal::Account { canonical_user: own, .. } if own == canonical_user)
    }

    /// Decides one question about `bucket`.
    pub(crate) fn may(&self, bucket: &Bucket, question: Question<'_>) -> Verdict {
        let mut conditions = self.conditions.clone();
        for (key, value) in question.conditions {
            conditions.add(key, value.as_str());
        }
        let resource = match question.key {
            Some(key) => format!("{}/{key}", bucket.arn()),
            None => bucket.arn(),
        };
        let request = Request {
            principal: &self.principal,
            action: question.action,
            resource: &resource,
            conditions: &conditions,
        };
        bucket.with(|settings, policy| {
            let owner = self.principal.account() == Some(settings.owner.account.as_str());
            let restricted = settings.public_access.restrict_public_buckets
                && policy.is_some_and(Policy::is_public)
                && !owner
                && !matches!(self.principal, Principal::CloudFrontService { .. });
            let of_bucket = policy.map_or(Decision::NotDecided, |policy| policy.evaluate(&request));
            let of_role = self.role_policies(&request);
            let acl =
                question.acl == Acl::Grants && settings.acls() && !settings.public_access.ignore_public_acls;
            match (of_bucket, of_role) {
                (Decision::Denied(statement), _) => Verdict::no(format!("bucket policy, {statement}")),
                (_, Decision::Denied(statement)) => Verdict::no(format!("role's policy, {statement}")),
                _ if owner && matches!(self.principal, Principal::Account { .. }) => {
                    Verdict::yes("the bucket is the caller's".to_owned())
                }
                (Decision::Allowed(statement), _) if !restricted => {
                    Verdict::yes(format!("bucket policy, {statement}"))
                }
                (_, Decision::Allowed(statement)) if owner => {
                    Verdict::yes(format!("role's policy, {statement}"))
                }
                (Decision::Allowed(statement), _) => Verdict::no(format!(
                    "Block Public Access, though the bucket policy's {statement} allows it to everybody"
                )),
                _ if acl => Verdict::yes("ACL public-read".to_owned()),
                _ => Verdict::no("no statement allows it".to_owned()),
            }
        })
    }

    fn role_policies(&self, request: &Request<'_>) -> Decision {
        let Principal::Role { policies, .. } = &self.principal else { return Decision::NotDecided };
        let mut decided = Decision::NotDecided;
        for policy in policies.iter() {
            match policy.evaluate(request) {
                Decision::NotDecided => {}
                denied @ Decision::Denied(_) => return denied,
                allowed => decided = allowed,
            }
        }
        decided
    }
}

impl Verdict {
    /// Nobody decided: the bucket could not be asked.
    pub(crate) fn failed() -> Self {
        Self::no("a failure of the bucket's files".to_owned())
    }

    /// Allowed because the caller wrote the object.
    pub(crate) fn writer() -> Self {
        Self::yes("the caller wrote the object".to_owned())
    }

    /// Whether a policy's deny decided, against which nothing helps.
    pub(crate) fn denied_by_policy(&self) -> bool {
        !self.allowed && self.why.contains("policy, statement")
    }

    pub(crate) fn yes(why: String) -> Self {
        Self { allowed: true, why }
    }

    pub(crate) fn no(why: String) -> Self {
        Self { allowed: false, why }
    }

    /// For the access log: `allowed: bucket policy, statement 1`, `denied: no statement allows it`.
    pub(crate) fn describe(&self) -> String {
        format!("{}: {}", if self.allowed { "allowed" } else { "denied" }, self.why)
    }
}
