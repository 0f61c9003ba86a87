//! One condition of a statement: an operator, a key, and the values that it is held against.
//!
//! Source: facts P-004; IAM user guide, "Condition operators".

use std::net::IpAddr;

use super::Conditions;
use crate::{calendar, wildcard};

/// A condition, its values read as what its operator compares.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    key: String,
    quantifier: Quantifier,
    /// `StringNotEquals` and the like: no value may match.
    negated: bool,
    /// `…IfExists`: an absent key satisfies it.
    if_exists: bool,
    tests: Vec<Test>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantifier {
    Plain,
    AnyValue,
    AllValues,
}

/// What one value of the policy asks of one value of the request.
#[derive(Clone, Debug)]
enum Test {
    Equals(String),
    EqualsIgnoringCase(String),
    Like(String),
    Arn(String),
    Address { network: IpAddr, prefix: u32 },
    Boolean(bool),
    Number(Comparison, f64),
    Date(Comparison, u64),
    Absent(bool),
}

#[derive(Clone, Copy, Debug)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Condition {
    /// Reads a condition; the error says what is not understood.
    pub(super) fn parse(operator: &str, key: &str, values: &[String]) -> Result<Self, String> {
        let lower_case_key = key.to_ascii_lowercase();
        if !known(&lower_case_key) {
            return Err(format!(
                "condition key `{key}` is not one that Davy can evaluate; ignoring it would change what the policy allows"
            ));
        }
        if let Some(variable) = values.iter().find(|value| value.contains("${")) {
            return Err(format!("policy variables are not supported: `{variable}`"));
        }
        let (quantifier, name) = match operator.split_once(':') {
            Some(("ForAnyValue", name)) => (Quantifier::AnyValue, name),
            Some(("ForAllValues", name)) => (Quantifier::AllValues, name),
            _ => (Quantifier::Plain, operator),
        };
        let (if_exists, name) = match name.strip_suffix("IfExists") {
            Some(name) if name != "Null" => (true, name),
            _ => (false, name),
        };
        let (negated, compared) =
            Operator::parse(name).ok_or_else(|| format!("unknown condition operator `{operator}`"))?;
        let tests = values
            .iter()
            .map(|value| compared.read(value).ok_or_else(|| format!("`{value}` is no value for {operator}")))
            .collect::<Result<_, _>>()?;
        Ok(Self { key: lower_case_key, quantifier, negated, if_exists, tests })
    }

    pub(super) fn holds(&self, conditions: &Conditions) -> bool {
        let values = conditions.values(&self.key);
        if let [Test::Absent(absent), ..] = self.tests[..] {
            return values.is_empty() == absent;
        }
        if values.is_empty() {
            return self.if_exists
                || self.quantifier == Quantifier::AllValues
                || (self.negated && self.quantifier == Quantifier::Plain);
        }
        let satisfied = |value: &String| self.tests.iter().any(|test| test.matches(value)) != self.negated;
        match self.quantifier {
            Quantifier::AllValues => values.iter().all(satisfied),
            Quantifier::Plain if self.negated => values.iter().all(satisfied),
            Quantifier::AnyValue | Quantifier::Plain => values.iter().any(satisfied),
        }
    }

    /// Whether it holds for a fixed set of callers only, so that `Principal: "*"` is not public.
    ///
    /// Source: S3 user guide, "The meaning of public": fixed values for these keys, or an address
    /// range narrower than everything.
    pub(super) fn fixes_the_caller(&self) -> bool {
        let by_key = CALLER_KEYS.contains(&self.key.as_str())
            && self.tests.iter().all(|test| match test {
                Test::Equals(text) | Test::EqualsIgnoringCase(text) | Test::Like(text) | Test::Arn(text) => {
                    !text.contains(['*', '?'])
                }
                _ => false,
            });
        let by_address = self.tests.iter().all(|test| matches!(test, Test::Address { prefix: 1.., .. }));
        !self.negated && !self.if_exists && self.quantifier != Quantifier::AllValues && (by_key || by_address)
    }
}

impl Test {
    fn matches(&self, value: &str) -> bool {
        match self {
            Self::Equals(expected) => value == expected,
            Self::EqualsIgnoringCase(expected) => value.to_lowercase() == *expected,
            Self::Like(pattern) => wildcard::matches(pattern, value),
            Self::Arn(pattern) => arn_matches(pattern, value),
            Self::Address { network, prefix } => {
                value.parse().is_ok_and(|address| within(address, *network, *prefix))
            }
            Self::Boolean(expected) => boolean(value) == Some(*expected),
            Self::Number(comparison, expected) => {
                value.parse().is_ok_and(|number: f64| comparison.holds(&number, expected))
            }
            Self::Date(comparison, expected) => {
                date(value).is_some_and(|date| comparison.holds(&date, expected))
            }
            Self::Absent(_) => false,
        }
    }
}

impl Comparison {
    fn holds<T: PartialOrd>(self, value: &T, expected: &T) -> bool {
        match self {
            Self::Equal => value == expected,
            Self::Less => value < expected,
            Self::LessOrEqual => value <= expected,
            Self::Greater => value > expected,
            Self::GreaterOrEqual => value >= expected,
        }
    }
}

/// What an operator compares, before its values are read.
#[derive(Clone, Copy)]
enum Operator {
    Equals,
    EqualsIgnoringCase,
    Like,
    Arn,
    Address,
    Boolean,
    Number(Comparison),
    Date(Comparison),
    Absent,
}

impl Operator {
    /// The operator of that name, and whether it is a negation.
    fn parse(name: &str) -> Option<(bool, Self)> {
        if let Some(comparison) = name.strip_prefix("Numeric") {
            let (negated, comparison) = comparison_of(comparison)?;
            return Some((negated, Self::Number(comparison)));
        }
        if let Some(comparison) = name.strip_prefix("Date") {
            let (negated, comparison) = comparison_of(comparison)?;
            return Some((negated, Self::Date(comparison)));
        }
        Some(match name {
            "StringEquals" => (false, Self::Equals),
            "StringNotEquals" => (true, Self::Equals),
            "StringEqualsIgnoreCase" => (false, Self::EqualsIgnoringCase),
            "StringNotEqualsIgnoreCase" => (true, Self::EqualsIgnoringCase),
            "StringLike" => (false, Self::Like),
            "StringNotLike" => (true, Self::Like),
            "ArnEquals" | "ArnLike" => (false, Self::Arn),
            "ArnNotEquals" | "ArnNotLike" => (true, Self::Arn),
            "IpAddress" => (false, Self::Address),
            "NotIpAddress" => (true, Self::Address),
            "Bool" => (false, Self::Boolean),
            "Null" => (false, Self::Absent),
            _ => return None,
        })
    }

    fn read(self, value: &str) -> Option<Test> {
        Some(match self {
            Self::Equals => Test::Equals(value.to_owned()),
            Self::EqualsIgnoringCase => Test::EqualsIgnoringCase(value.to_lowercase()),
            Self::Like => Test::Like(value.to_owned()),
            Self::Arn => Test::Arn(value.to_owned()),
            Self::Address => network(value)?,
            Self::Boolean => Test::Boolean(boolean(value)?),
            Self::Number(comparison) => Test::Number(comparison, value.parse().ok()?),
            Self::Date(comparison) => Test::Date(comparison, date(value)?),
            Self::Absent => Test::Absent(boolean(value)?),
        })
    }
}

fn comparison_of(name: &str) -> Option<(bool, Comparison)> {
    Some(match name {
        "Equals" => (false, Comparison::Equal),
        "NotEquals" => (true, Comparison::Equal),
        "LessThan" => (false, Comparison::Less),
        "LessThanEquals" => (false, Comparison::LessOrEqual),
        "GreaterThan" => (false, Comparison::Greater),
        "GreaterThanEquals" => (false, Comparison::GreaterOrEqual),
        _ => return None,
    })
}

/// Each of an ARN's six parts is matched by itself, so that `*` never reaches over a colon.
fn arn_matches(pattern: &str, value: &str) -> bool {
    let pattern: Vec<&str> = pattern.splitn(6, ':').collect();
    let value: Vec<&str> = value.splitn(6, ':').collect();
    pattern.len() == value.len()
        && pattern.iter().zip(&value).all(|(part, text)| wildcard::matches(part, text))
}

fn network(text: &str) -> Option<Test> {
    let (address, prefix) =
        text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let network: IpAddr = address.parse().ok()?;
    let bits = if network.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.map_or(Some(bits), |prefix| prefix.parse().ok())?;
    (prefix <= bits).then_some(Test::Address { network, prefix })
}

fn within(address: IpAddr, network: IpAddr, prefix: u32) -> bool {
    match (address.to_canonical(), network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            (u32::from(address) ^ u32::from(network)).leading_zeros() >= prefix
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            (u128::from(address) ^ u128::from(network)).leading_zeros() >= prefix
        }
        _ => false,
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// ISO 8601, or seconds since the epoch.
fn date(text: &str) -> Option<u64> {
    calendar::parse_iso(text).or_else(|| text.parse().ok())
}

fn known(lower_case_key: &str) -> bool {
    KEYS.contains(&lower_case_key)
        || ABSENT_KEYS.contains(&lower_case_key)
        || TAG_KEYS.iter().any(|prefix| lower_case_key.starts_with(prefix))
}

/// The keys that a request to a bucket gives values for, in lower case.
const KEYS: [&str; 24] = [
    "aws:currenttime",
    "aws:epochtime",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:referer",
    "aws:securetransport",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:useragent",
    "s3:authtype",
    "s3:delimiter",
    "s3:max-keys",
    "s3:prefix",
    "s3:requestobjecttagkeys",
    "s3:signatureage",
    "s3:signatureversion",
    "s3:versionid",
    "s3:x-amz-acl",
    "s3:x-amz-content-sha256",
    "s3:x-amz-copy-source",
    "s3:x-amz-metadata-directive",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-storage-class",
];

/// Keys of networks and organisations that no request of this machine comes through. That they are
/// absent is the truth, and what AWS would evaluate for such a request.
const ABSENT_KEYS: [&str; 6] = [
    "aws:multifactorauthpresent",
    "aws:principalorgid",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:viaawsservice",
    "aws:vpcsourceip",
];

const TAG_KEYS: [&str; 2] = ["s3:existingobjecttag/", "s3:requestobjecttag/"];

const CALLER_KEYS: [&str; 4] =
    ["aws:principalaccount", "aws:principalarn", "aws:sourceaccount", "aws:sourcearn"];
