//! A `WHERE` clause as it grows: pieces of SQL that are constants, and values that are bound.

use rusqlite::types::Value;

#[derive(Default)]
pub(super) struct Conditions {
    pieces: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    /// Adds a condition in which `?` stands for `value`.
    pub(super) fn add(&mut self, condition: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        self.pieces.push(condition.replace('?', &format!("?{}", self.values.len())));
    }

    /// Adds the condition that `column` is one of `values`.
    pub(super) fn one_of(&mut self, column: &str, values: &[String]) {
        let first = self.values.len() + 1;
        self.values.extend(values.iter().cloned().map(Value::from));
        let marks: Vec<String> = (first..=self.values.len()).map(|number| format!("?{number}")).collect();
        self.pieces.push(format!("{column} IN ({})", marks.join(", ")));
    }

    /// Adds a condition that has no value.
    pub(super) fn plain(&mut self, condition: &str) {
        self.pieces.push(condition.to_owned());
    }

    /// The clause that bounds the answer; not part of [`Conditions::clause`].
    pub(super) fn limit(&mut self, rows: usize) -> String {
        self.values.push(i64::try_from(rows).unwrap_or(i64::MAX).into());
        format!("LIMIT ?{}", self.values.len())
    }

    pub(super) fn clause(&self) -> String {
        if self.pieces.is_empty() { String::new() } else { format!("WHERE {}", self.pieces.join(" AND ")) }
    }

    pub(super) fn values(&self) -> &[Value] {
        &self.values
    }
}
