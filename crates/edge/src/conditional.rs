//! A viewer's conditions against a stored answer: whether 304 says enough.

use http::header::{DATE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use http::{HeaderMap, StatusCode};

use crate::date;

/// Whether the viewer has what is stored (E-133): `If-None-Match` beats `If-Modified-Since`.
pub(crate) fn not_modified(viewer: &HeaderMap, status: StatusCode, stored: &HeaderMap) -> bool {
    if status != StatusCode::OK {
        return false;
    }
    let mut tags = viewer.get_all(IF_NONE_MATCH).iter().peekable();
    if tags.peek().is_some() {
        let stored = stored.get(ETAG).and_then(|tag| tag.to_str().ok());
        return tags.filter_map(|line| line.to_str().ok()).any(|line| lists(line, stored));
    }
    let seconds =
        |headers: &HeaderMap, name| headers.get(name).and_then(|value| date::parse(value.as_bytes()));
    // What has no date of its own is as old as its answer (RFC 9111, 4.3.2).
    let modified = seconds(stored, LAST_MODIFIED).or_else(|| seconds(stored, DATE));
    match (seconds(viewer, IF_MODIFIED_SINCE), modified) {
        (Some(since), Some(modified)) => modified <= since,
        _ => false,
    }
}

/// Whether the list names the tag, weakly compared; `*` names any answer there is.
fn lists(line: &str, stored: Option<&str>) -> bool {
    let line = line.trim();
    if line == "*" {
        return true;
    }
    let Some(stored) = stored.map(opaque) else { return false };
    // Some viewers send tags without quotes; comparing whole items takes both.
    let mut rest = line;
    while !rest.is_empty() {
        rest = rest.trim_start_matches([',', ' ', '\t']);
        let start = opaque(rest);
        let offset = rest.len() - start.len();
        let length = match start.strip_prefix('"') {
            Some(inner) => inner.find('"').map_or(start.len(), |end| end + 2),
            None => start.find(',').unwrap_or(start.len()),
        };
        let item = start[..length].trim_end();
        if item == stored || !item.is_empty() && item.trim_matches('"') == stored.trim_matches('"') {
            return true;
        }
        rest = &rest[offset + length..];
    }
    false
}

fn opaque(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

#[cfg(test)]
mod tests;
