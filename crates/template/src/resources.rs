//! Resource types: how each is named, what `Ref` and `GetAtt` give, and whether it runs here.

mod catalogue;

use crate::identity::Identity;

pub(crate) use self::catalogue::{PRODUCT, known_types, lookup};

/// What is known of one type.
#[derive(Debug)]
pub(crate) struct ResourceType {
    pub(crate) name: &'static str,
    pub(crate) naming: Naming,
    /// What `Ref` gives; `{name}` and the like are filled in by [`fill`].
    pub(crate) reference: &'static str,
    pub(crate) attributes: &'static [(&'static str, &'static str)],
    pub(crate) local: Local,
}

/// How a resource comes to its name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Naming {
    /// By a property, else made up.
    Property(&'static str),
    /// The same, without capitals.
    LowerProperty(&'static str),
    /// Always made up.
    Made,
}

/// What becomes of a resource on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Local {
    /// It is in the model.
    Runs,
    /// Nothing has to run for it: roles, permissions, log groups.
    NothingToRun,
    /// It exists in AWS only.
    Absent,
}

/// What a pattern's placeholders stand for.
pub(crate) struct Filling<'a> {
    pub(crate) identity: Identity<'a>,
    pub(crate) name: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
}

impl ResourceType {
    pub(crate) fn attribute(&self, name: &str) -> Option<&'static str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, pattern)| *pattern)
    }
}

impl Naming {
    pub(crate) fn property(self) -> Option<&'static str> {
        match self {
            Naming::Property(name) | Naming::LowerProperty(name) => Some(name),
            Naming::Made => None,
        }
    }
}

/// `arn:{partition}:s3:::{name}` with its placeholders replaced.
pub(crate) fn fill(pattern: &str, filling: &Filling<'_>) -> String {
    let identity = &filling.identity;
    let mut filled = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        let (placeholder, after) = after.split_once('}').unwrap_or((after, ""));
        filled += before;
        let value = match placeholder {
            "name" => filling.name.to_owned(),
            "region" => filling.region.to_owned(),
            "account" => filling.account.to_owned(),
            "partition" => partition(filling.region).to_owned(),
            "suffix" => url_suffix(filling.region).to_owned(),
            "stack" => identity.stack.to_owned(),
            "logical" => identity.logical_id.to_owned(),
            "api" => identity.api_id(),
            "cloudfront" => identity.cloudfront_id(),
            "host" => identity.cloudfront_host(),
            "canonical" => identity.canonical_user(),
            "uuid" => identity.uuid(),
            "url" => identity.function_url_host(),
            "random" => identity.suffix(6),
            "hex" => identity.hexadecimal(17),
            other => other.to_owned(),
        };
        filled += &value;
        rest = after;
    }
    filled + rest
}

/// `aws`, or the partitions of China and the US government.
pub(crate) fn partition(region: &str) -> &'static str {
    match region {
        china if china.starts_with("cn-") => "aws-cn",
        government if government.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// `AWS::URLSuffix`.
pub(crate) fn url_suffix(region: &str) -> &'static str {
    if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
}
