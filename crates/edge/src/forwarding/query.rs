//! The share of a query string that a selection of parameters takes, in its own order and spelling.

use std::borrow::Cow;

use crate::config::Selection;

/// The selected parameters, or `None` when none is left. Only `&` separates (E-102).
pub(super) fn selected<'a>(selection: &Selection, query: Option<&'a str>) -> Option<Cow<'a, str>> {
    let query = query?;
    let keep: Box<dyn Fn(&str) -> bool + '_> = match selection {
        Selection::None => return None,
        Selection::All => return Some(Cow::Borrowed(query)),
        Selection::Whitelist(names) => Box::new(|name| names.iter().any(|listed| listed == name)),
        Selection::AllExcept(names) => Box::new(|name| !names.iter().any(|listed| listed == name)),
    };
    let kept: Vec<&str> = query.split('&').filter(|parameter| keep(name_of(parameter))).collect();
    if kept.is_empty() { None } else { Some(Cow::Owned(kept.join("&"))) }
}

fn name_of(parameter: &str) -> &str {
    parameter.split_once('=').map_or(parameter, |(name, _)| name)
}
