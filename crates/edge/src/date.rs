//! HTTP dates (RFC 9110, 5.6.7) to seconds since the Unix epoch.

use std::time::UNIX_EPOCH;

/// Seconds since the epoch; `None` for text that is none of the three forms, or lies before 1970.
///
/// Names of days and months are read in any case, as caches do; everything else has its one place.
pub(crate) fn parse(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let fixed = text.len() == 29 && text.as_bytes()[3] == b',';
    let canonical = if fixed {
        let (day, rest) = text.split_at(3);
        let (date, rest) = rest.split_at_checked(5)?;
        let (month, rest) = rest.split_at_checked(3)?;
        format!("{}{date}{}{}", capitalized(day), capitalized(month), rest.to_ascii_uppercase())
    } else {
        text.to_owned()
    };
    let time = httpdate::parse_http_date(&canonical).ok().or_else(|| {
        // In C's form the day's name is not proof enough to throw the date away.
        let rest = text.get(3..).filter(|rest| rest.starts_with(' '))?;
        DAYS.iter().find_map(|day| httpdate::parse_http_date(&format!("{day}{rest}")).ok())
    })?;
    time.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs())
}

fn capitalized(name: &str) -> String {
    let (first, rest) = name.split_at_checked(1).unwrap_or((name, ""));
    first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
