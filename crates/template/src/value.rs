//! A value after its intrinsic functions: what the schema judges and the model is read from.

use serde_json::{Map, Number};

use crate::source::Span;

/// One resolved value and the place it is written at.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) data: Data,
    pub(crate) span: Span,
}

/// What it is.
#[derive(Clone, Debug)]
pub(crate) enum Data {
    Text {
        text: String,
        quoted: bool,
    },
    List(Vec<Value>),
    Map(Vec<Member>),
    /// `AWS::NoValue`, or a property with nothing behind its colon: as if it were not written.
    Absent,
    /// It could not be resolved, and that has been said: no more is to be said about it.
    Unknown,
}

/// One pair of a map.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) name_span: Span,
    pub(crate) value: Value,
}

impl Value {
    pub(crate) fn text_of(text: impl Into<String>, span: Span) -> Value {
        Value { data: Data::Text { text: text.into(), quoted: true }, span }
    }

    pub(crate) fn unknown(span: Span) -> Value {
        Value { data: Data::Unknown, span }
    }

    pub(crate) fn absent(span: Span) -> Value {
        Value { data: Data::Absent, span }
    }

    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self.data, Data::Unknown)
    }

    pub(crate) fn member(&self, name: &str) -> Option<&Value> {
        self.members().iter().rev().find(|member| member.name == name).map(|member| &member.value)
    }

    /// The value at the end of a path of names.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(self, |value, name| value.member(name))
    }

    pub(crate) fn members(&self) -> &[Member] {
        match &self.data {
            Data::Map(members) => members,
            _ => &[],
        }
    }

    pub(crate) fn items(&self) -> &[Value] {
        match &self.data {
            Data::List(items) => items,
            _ => &[],
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text { text, .. } => Some(text),
            _ => None,
        }
    }

    /// `true`, `'false'`, `Yes`: what CloudFormation takes for a boolean.
    pub(crate) fn boolean(&self) -> Option<bool> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => Some(true),
            "false" | "no" | "off" | "n" => Some(false),
            _ => None,
        }
    }

    /// `30`, `"30"`, `30.0`.
    pub(crate) fn integer(&self) -> Option<i64> {
        let text = self.text()?.trim();
        let whole = text
            .split_once('.')
            .map_or(text, |(whole, rest)| if rest.bytes().all(|byte| byte == b'0') { whole } else { text });
        whole.parse().ok()
    }

    pub(crate) fn number(&self) -> Option<f64> {
        self.text()?.trim().parse().ok().filter(|number: &f64| number.is_finite())
    }

    // === Members by their kind ===

    pub(crate) fn text_at(&self, name: &str) -> Option<String> {
        self.member(name)?.text().map(str::to_owned)
    }

    pub(crate) fn boolean_at(&self, name: &str) -> Option<bool> {
        self.member(name)?.boolean()
    }

    pub(crate) fn integer_at<T: TryFrom<i64>>(&self, name: &str) -> Option<T> {
        T::try_from(self.member(name)?.integer()?).ok()
    }

    /// A list's texts; a single text counts as a list of one.
    pub(crate) fn texts_at(&self, name: &str) -> Vec<String> {
        let Some(value) = self.member(name) else { return Vec::new() };
        match value.text() {
            Some(text) => vec![text.to_owned()],
            None => value.items().iter().filter_map(Value::text).map(str::to_owned).collect(),
        }
    }

    pub(crate) fn items_at(&self, name: &str) -> &[Value] {
        self.member(name).map_or(&[], Value::items)
    }

    /// What the value is, for a message.
    pub(crate) fn description(&self) -> String {
        match &self.data {
            Data::Text { text, .. } if text.chars().count() <= 40 => format!("`{text}`"),
            Data::Text { .. } => "a text".to_owned(),
            Data::List(_) => "a list".to_owned(),
            Data::Map(_) => "a map".to_owned(),
            Data::Absent => "nothing".to_owned(),
            Data::Unknown => "an unknown value".to_owned(),
        }
    }

    /// As JSON, for documents that Davy hands on whole. Plain `true`, `1` and the like are JSON's.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.data {
            Data::Text { text, quoted: false } => plain_json(text),
            Data::Text { text, .. } => serde_json::Value::String(text.clone()),
            Data::List(items) => items.iter().map(Value::to_json).collect(),
            Data::Map(members) => {
                let pairs = members.iter().map(|member| (member.name.clone(), member.value.to_json()));
                serde_json::Value::Object(pairs.collect::<Map<_, _>>())
            }
            Data::Absent | Data::Unknown => serde_json::Value::Null,
        }
    }
}

fn plain_json(text: &str) -> serde_json::Value {
    let canonical = |number: &Number| number.to_string() == text;
    match serde_json::from_str(text) {
        Ok(value @ serde_json::Value::Bool(_)) => value,
        // `012345678901` and `1.10` keep their digits.
        Ok(serde_json::Value::Number(number)) if canonical(&number) => serde_json::Value::Number(number),
        _ => serde_json::Value::String(text.to_owned()),
    }
}
