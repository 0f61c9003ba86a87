//! Policy JSON → statements. What is not understood is refused by name: a condition that is
//! skipped would allow what its author forbade.

use std::fmt;

use serde_json::{Map, Value};

use super::condition::Condition;
use super::{Effect, NamedPrincipal, Patterns, Policy, Principals, Statement, StatementName};

/// Why a policy was refused, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedPolicy {
    /// `Statement[0].Condition`
    pub place: String,
    /// What was expected there and what was found.
    pub problem: String,
}

impl fmt::Display for MalformedPolicy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "policy, {}: {}", self.place, self.problem)
    }
}

impl std::error::Error for MalformedPolicy {}

impl Policy {
    /// Reads a resource's policy, a bucket's for one: every statement names its principals.
    pub fn parse(document: &Value) -> Result<Self, MalformedPolicy> {
        Self::read(document, Kind::Resource)
    }

    /// Reads a role's own policy, whose statements speak of the role and name no principal.
    pub fn parse_identity(document: &Value) -> Result<Self, MalformedPolicy> {
        Self::read(document, Kind::Identity)
    }

    fn read(document: &Value, kind: Kind) -> Result<Self, MalformedPolicy> {
        let place = Place("document".to_owned());
        let Value::Object(fields) = document else {
            return Err(place.problem(format_args!("expected an object, found {}", kind_of(document))));
        };
        for (name, value) in fields {
            match name.as_str() {
                "Version" if matches!(value.as_str(), Some("2012-10-17" | "2008-10-17")) => {}
                "Version" => {
                    return Err(Place("Version".to_owned())
                        .problem(format_args!("expected \"2012-10-17\" or \"2008-10-17\", found {value}")));
                }
                "Id" | "Statement" => {}
                _ => return Err(place.problem(format_args!("unknown element `{name}`"))),
            }
        }
        let statements = match fields.get("Statement") {
            Some(Value::Array(list)) if !list.is_empty() => list.as_slice(),
            Some(single @ Value::Object(_)) => std::slice::from_ref(single),
            _ => return Err(place.problem(format_args!("expected `Statement`: an object or a list of them"))),
        };
        let statements = statements
            .iter()
            .enumerate()
            .map(|(index, statement)| read_statement(index, statement, kind))
            .collect::<Result<_, _>>()?;
        Ok(Self { statements })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Resource,
    Identity,
}

fn read_statement(index: usize, statement: &Value, kind: Kind) -> Result<Statement, MalformedPolicy> {
    let place = Place(format!("Statement[{index}]"));
    let Value::Object(fields) = statement else {
        return Err(place.problem(format_args!("expected an object, found {}", kind_of(statement))));
    };
    if let Some(unknown) = fields.keys().find(|name| !ELEMENTS.contains(&name.as_str())) {
        return Err(place.problem(format_args!("unknown element `{unknown}`")));
    }
    let effect = match fields.get("Effect").and_then(Value::as_str) {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        _ => return Err(place.problem(format_args!("expected `Effect`: \"Allow\" or \"Deny\""))),
    };
    let actions = match read_patterns(fields, "Action", "NotAction", &place)? {
        Patterns::Among(list) => Patterns::Among(lower_case(&list)),
        Patterns::AllBut(list) => Patterns::AllBut(lower_case(&list)),
    };
    let principals = read_principals(fields, kind, &place)?;
    if effect == Effect::Allow && matches!(principals, Principals::AllBut(_)) {
        return Err(place.problem(format_args!("`NotPrincipal` goes with \"Deny\" alone, as in AWS")));
    }
    Ok(Statement {
        name: StatementName {
            position: index + 1,
            sid: fields.get("Sid").and_then(Value::as_str).filter(|sid| !sid.is_empty()).map(str::to_owned),
        },
        effect,
        principals,
        actions,
        resources: read_patterns(fields, "Resource", "NotResource", &place)?,
        conditions: read_conditions(fields.get("Condition"), &place)?,
    })
}

fn read_principals(
    fields: &Map<String, Value>,
    kind: Kind,
    place: &Place,
) -> Result<Principals, MalformedPolicy> {
    match (fields.get("Principal"), fields.get("NotPrincipal"), kind) {
        (None, None, Kind::Identity) => Ok(Principals::Holder),
        (_, _, Kind::Identity) => {
            Err(place.problem(format_args!("a role's own policy names no principal: leave it out")))
        }
        (Some(among), None, _) => Ok(Principals::Among(read_names(among, &place.at("Principal"))?)),
        (None, Some(but), _) => Ok(Principals::AllBut(read_names(but, &place.at("NotPrincipal"))?)),
        (None, None, _) => Err(place.problem(format_args!("expected `Principal` or `NotPrincipal`"))),
        (Some(_), Some(_), _) => {
            Err(place.problem(format_args!("has both `Principal` and `NotPrincipal`: keep one")))
        }
    }
}

fn read_names(value: &Value, place: &Place) -> Result<Vec<NamedPrincipal>, MalformedPolicy> {
    let kinds = match value {
        Value::String(text) if text == "*" => return Ok(vec![NamedPrincipal::Everybody]),
        Value::Object(kinds) if !kinds.is_empty() => kinds,
        _ => {
            return Err(place.problem(format_args!(
                "expected \"*\" or an object of AWS, CanonicalUser or Service, found {value}"
            )));
        }
    };
    let mut names = Vec::new();
    for (kind, value) in kinds {
        for text in strings(value, &place.at(kind))? {
            names.push(match (kind.as_str(), text) {
                ("AWS", text) if text == "*" => NamedPrincipal::Everybody,
                ("AWS", text) if account_or_arn(&text) => NamedPrincipal::Aws(text),
                ("CanonicalUser", text) => NamedPrincipal::CanonicalUser(text),
                ("Service", text) => NamedPrincipal::Service(text),
                (_, text) => {
                    return Err(place.at(kind).problem(format_args!(
                        "`{text}` is no principal here: expected an account, a role's or user's ARN, \
                         a canonical user or a service"
                    )));
                }
            });
        }
    }
    Ok(names)
}

/// Twelve digits, or an ARN of IAM or STS with them. A wildcard inside one is not allowed by AWS
/// either; CloudFront's identities are in an account of that name.
fn account_or_arn(text: &str) -> bool {
    let account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts[..] {
        ["arn", "aws", "iam" | "sts", "", owner, name] => {
            (account(owner) || owner == "cloudfront") && !name.contains('*')
        }
        _ => account(text),
    }
}

fn read_patterns(
    fields: &Map<String, Value>,
    name: &str,
    negated: &str,
    place: &Place,
) -> Result<Patterns, MalformedPolicy> {
    let patterns = match (fields.get(name), fields.get(negated)) {
        (Some(among), None) => Patterns::Among(strings(among, &place.at(name))?),
        (None, Some(but)) => Patterns::AllBut(strings(but, &place.at(negated))?),
        _ => return Err(place.problem(format_args!("expected one of `{name}` and `{negated}`"))),
    };
    let (Patterns::Among(list) | Patterns::AllBut(list)) = &patterns;
    if let Some(variable) = list.iter().find(|pattern| pattern.contains("${")) {
        return Err(place.at(name).problem(format_args!("policy variables are not supported: `{variable}`")));
    }
    Ok(patterns)
}

fn read_conditions(value: Option<&Value>, place: &Place) -> Result<Vec<Condition>, MalformedPolicy> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let place = place.at("Condition");
    let Value::Object(operators) = value else {
        return Err(place.problem(format_args!("expected an object, found {}", kind_of(value))));
    };
    let mut conditions = Vec::new();
    for (operator, keys) in operators {
        let Value::Object(keys) = keys else {
            return Err(place
                .at(operator)
                .problem(format_args!("expected an object, found {}", kind_of(keys))));
        };
        for (key, values) in keys {
            let values = strings(values, &place.at(operator).at(key))?;
            let condition = Condition::parse(operator, key, &values)
                .map_err(|problem| place.at(operator).problem(format_args!("{problem}")))?;
            conditions.push(condition);
        }
    }
    Ok(conditions)
}

/// One string or a list of them; numbers and booleans count by their text, as IAM takes them.
fn strings(value: &Value, place: &Place) -> Result<Vec<String>, MalformedPolicy> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    };
    let list = match value {
        Value::Array(list) => list.iter().map(text).collect(),
        single => text(single).map(|text| vec![text]),
    };
    list.filter(|list: &Vec<String>| !list.is_empty())
        .ok_or_else(|| place.problem(format_args!("expected a string or a list of strings, found {value}")))
}

fn lower_case(list: &[String]) -> Vec<String> {
    list.iter().map(|text| text.to_ascii_lowercase()).collect()
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Where in the document: `Statement[0].Condition`.
struct Place(String);

impl Place {
    fn at(&self, name: &str) -> Self {
        Self(format!("{}.{name}", self.0))
    }

    fn problem(&self, problem: fmt::Arguments<'_>) -> MalformedPolicy {
        MalformedPolicy { place: self.0.clone(), problem: problem.to_string() }
    }
}

const ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];
