//! The cookies that a selection takes, as one `Cookie` header sorted by name (E-084).

use http::HeaderMap;
use http::header::COOKIE;

use crate::config::Selection;
use crate::matching::wildcard;

/// The selected cookies of all `Cookie` headers (HTTP/2 may split them), or `None` when none is left.
pub(super) fn selected(selection: &Selection, headers: &HeaderMap) -> Option<String> {
    if *selection == Selection::None {
        return None;
    }
    let mut cookies: Vec<(&str, &str)> = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .map(str::trim)
        .filter(|cookie| !cookie.is_empty())
        .map(|cookie| (cookie.split_once('=').map_or(cookie, |(name, _)| name), cookie))
        .filter(|(name, _)| takes(selection, name))
        .collect();
    if cookies.is_empty() {
        return None;
    }
    // Stable: two cookies of one name keep their order, of which PHP takes the first.
    cookies.sort_by_key(|&(name, _)| name);
    Some(cookies.iter().map(|&(_, cookie)| cookie).collect::<Vec<_>>().join("; "))
}

fn takes(selection: &Selection, name: &str) -> bool {
    let listed = |names: &[String]| names.iter().any(|pattern| wildcard(pattern.as_bytes(), name.as_bytes()));
    match selection {
        Selection::None => false,
        Selection::All => true,
        Selection::Whitelist(names) => listed(names),
        Selection::AllExcept(names) => !listed(names),
    }
}
