//! `.davy/parameters.yaml`: the user's own values for what a template takes from outside.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::exit::{Exit, Failure};

/// Reads the file in the state folder; none is as good as an empty one.
///
/// A line is `NAME: value`. A name with a colon in it stands in quotes:
/// `'{{resolve:ssm:/db/host}}': localhost`.
pub(crate) fn read(state: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let path = state.join("parameters.yaml");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => {
            return Err(Failure::new(Exit::Failed, format!("cannot read {}: {error}", path.display())));
        }
    };
    parse(&text).map_err(|line| {
        let message = format!("{}:{line}: expected NAME: value", path.display());
        Failure::new(Exit::Failed, message).hint("a name with a colon in it stands in quotes")
    })
}

/// The values, or the number of the first line that is none.
fn parse(text: &str) -> Result<BTreeMap<String, String>, usize> {
    let mut values = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line == "---" {
            continue;
        }
        let (name, value) = name_and_value(line).ok_or(index + 1)?;
        values.insert(name.to_owned(), unquoted(value.trim()).to_owned());
    }
    Ok(values)
}

fn name_and_value(line: &str) -> Option<(&str, &str)> {
    let Some(quote) = line.chars().next().filter(|first| ['\'', '"'].contains(first)) else {
        return line
            .split_once(':')
            .map(|(name, value)| (name.trim_end(), value))
            .filter(|(name, _)| !name.is_empty());
    };
    let (name, rest) = line[1..].split_once(quote)?;
    rest.trim_start().strip_prefix(':').map(|value| (name, value))
}

fn unquoted(value: &str) -> &str {
    for quote in ['\'', '"'] {
        if let Some(inner) = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_with_and_without_quotes() {
        let values =
            parse("# mine\nStage: dev\n'{{resolve:ssm:/db/host}}': \"a: b\"\nEmpty:\nUrl: http://x\n")
                .unwrap();
        let expected =
            [("Empty", ""), ("Stage", "dev"), ("Url", "http://x"), ("{{resolve:ssm:/db/host}}", "a: b")];
        assert_eq!(values, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        assert_eq!(parse("Stage: dev\nnonsense\n"), Err(2));
        assert_eq!(parse("'open: x\n"), Err(1));
        assert_eq!(parse(": x\n"), Err(1));
    }
}
