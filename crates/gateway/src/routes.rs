//! The route that a request takes: keys are read and put in order once, requests only compare.

mod key;
#[cfg(test)]
mod tests;

use std::fmt;

use events::front_end::PathParameter;

use key::Key;

/// All routes of an API, the most specific first.
#[derive(Debug)]
pub(crate) struct RouteTable {
    routes: Vec<(Key, usize)>,
    selection: Selection,
}

/// How an API chooses among routes whose path matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    /// HTTP API: the most specific route whose path *and* method match.
    Route,
    /// REST: the most specific path, and only then its methods; a closing slash counts for nothing.
    Resource,
}

/// A request's route.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Selected<'a> {
    /// Its position in the list that the table was made of.
    pub(crate) route: usize,
    /// Its variables, as they came.
    pub(crate) parameters: Vec<PathParameter<'a>>,
}

/// Why a route key is none, or can't stand beside the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteError {
    /// The API's name in the template.
    pub api: String,
    /// The key as it is written there.
    pub key: String,
    /// What was expected, what was found.
    pub why: String,
}

impl RouteTable {
    /// Reads `keys` and orders them.
    pub(crate) fn new<'k>(
        api: &str,
        keys: impl Iterator<Item = &'k str>,
        selection: Selection,
    ) -> Result<Self, RouteError> {
        let mut routes: Vec<(Key, usize)> = Vec::new();
        for (position, text) in keys.enumerate() {
            let error = |why| RouteError { api: api.to_owned(), key: text.to_owned(), why };
            let key = Key::parse(text).map_err(error)?;
            if routes.iter().any(|(known, _)| *known == key) {
                return Err(error("this route is there already; AWS takes a key once".to_owned()));
            }
            routes.push((key, position));
        }
        routes.sort_by(|(one, _), (other, _)| one.precedence(other));
        Ok(Self { routes, selection })
    }

    /// The route of a request; `path` is percent-encoded and begins with a slash.
    pub(crate) fn select<'a>(&'a self, method: &str, path: &'a str) -> Option<Selected<'a>> {
        let path = match self.selection {
            Selection::Route => path,
            Selection::Resource => without_slash(path),
        };
        let mut resource: Option<&Key> = None;
        for (key, route) in &self.routes {
            if let Some(resource) = resource
                && !key.has_path_of(resource)
            {
                return None;
            }
            let Some(parameters) = key.match_path(path) else { continue };
            if key.takes(method) {
                return Some(Selected { route: *route, parameters });
            }
            if self.selection == Selection::Resource {
                resource = Some(key);
            }
        }
        None
    }
}

impl RouteTable {
    /// The methods of the resource that `path` is, `ANY` among them; none if there is no such.
    pub(crate) fn methods(&self, path: &str) -> Vec<&str> {
        let path = without_slash(path);
        let Some((resource, _)) = self.routes.iter().find(|(key, _)| key.match_path(path).is_some()) else {
            return Vec::new();
        };
        self.routes.iter().filter(|(key, _)| key.has_path_of(resource)).map(|(key, _)| key.method()).collect()
    }
}

/// On REST a closing slash counts for nothing.
fn without_slash(path: &str) -> &str {
    path.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(path)
}

impl fmt::Display for RouteError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "route `{}` of API `{}`: {}", self.key, self.api, self.why)
    }
}

impl std::error::Error for RouteError {}
