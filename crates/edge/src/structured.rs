//! Whether a targeted cache-control field is what RFC 9213 asks for: a structured dictionary (RFC 8941,
//! 3.2) whose ages are integers. If it isn't, it counts as absent.

use http::{HeaderMap, HeaderName};

/// Checks every line of that field.
pub(crate) fn is_valid(headers: &HeaderMap, field: &HeaderName) -> bool {
    headers.get_all(field).iter().all(|line| line.to_str().is_ok_and(is_dictionary))
}

fn is_dictionary(line: &str) -> bool {
    let mut rest = line.trim();
    loop {
        let name_length = rest.find(|character| !is_key(character)).unwrap_or(rest.len());
        let (name, after) = rest.split_at(name_length);
        if name.is_empty() {
            return false;
        }
        let kind;
        (kind, rest) = match after.strip_prefix('=') {
            Some(value) => match item(value) {
                Some(parsed) => parsed,
                None => return false,
            },
            None => (Kind::Boolean, after),
        };
        if AGES.contains(&name) && kind != Kind::Integer {
            return false;
        }
        while let Some(parameter) = rest.strip_prefix(';') {
            let parameter = parameter.trim_start();
            let length = parameter.find(|character| !is_key(character)).unwrap_or(parameter.len());
            rest = &parameter[length..];
            if let Some(value) = rest.strip_prefix('=') {
                match item(value) {
                    Some((_, after)) => rest = after,
                    None => return false,
                }
            }
        }
        rest = rest.trim_start();
        if rest.is_empty() {
            return true;
        }
        match rest.strip_prefix(',') {
            Some(next) => rest = next.trim_start(),
            None => return false,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Integer,
    Boolean,
    Other,
}

/// A bare item and what follows it.
fn item(text: &str) -> Option<(Kind, &str)> {
    let first = text.chars().next()?;
    match first {
        '?' => matches!(text.get(..2)?, "?0" | "?1").then(|| (Kind::Boolean, &text[2..])),
        '"' => {
            let mut escaped = false;
            let end = text[1..].find(|character| {
                let ends = character == '"' && !escaped;
                escaped = character == '\\' && !escaped;
                ends
            })?;
            Some((Kind::Other, &text[end + 2..]))
        }
        '-' | '0'..='9' => {
            let end = text[1..].find(|character: char| !character.is_ascii_digit() && character != '.');
            let end = end.map_or(text.len(), |end| end + 1);
            let number = &text[..end];
            let kind = if number.contains('.') { Kind::Other } else { Kind::Integer };
            (number != "-").then_some((kind, &text[end..]))
        }
        'A'..='Z' | 'a'..='z' | '*' => {
            let end = text.find([',', ';', ' ', '"', '=']).unwrap_or(text.len());
            Some((Kind::Other, &text[end..]))
        }
        _ => None,
    }
}

fn is_key(character: char) -> bool {
    matches!(character, 'a'..='z' | '0'..='9' | '_' | '-' | '.' | '*')
}

const AGES: [&str; 4] = ["max-age", "s-maxage", "stale-while-revalidate", "stale-if-error"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dictionaries_with_integer_ages_count() {
        for valid in ["max-age=60", "max-age=60, foo;bar=\"a,\\\"b\", no-store", "a=?1,b=tok/en, c=-1.5"] {
            assert!(is_dictionary(valid), "{valid}");
        }
        for invalid in
            ["max-age=\"60\"", "max-age=60, &&&", "", "MAX-AGE=60", "max-age =60", "a=\"open", "max-age=6.0"]
        {
            assert!(!is_dictionary(invalid), "{invalid}");
        }
    }
}
