//! Host and path as stage and the path that routes are matched against.

use crate::config::{DomainMapping, Stage};

/// Where a request belongs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Addressed<'a> {
    /// The stage's position in the API's list.
    pub(crate) stage: usize,
    /// The path without the stage or the mapping's key; begins with a slash.
    pub(crate) path: &'a str,
}

/// The stage of a request to `host` (without port).
///
/// A custom domain shows the stage of its longest mapping that fits; elsewhere the first segment
/// names the stage, and what names none belongs to `$default`.
pub(crate) fn address<'a>(
    stages: &[Stage],
    domains: &[DomainMapping],
    host: &str,
    path: &'a str,
) -> Option<Addressed<'a>> {
    let named = |name: &str| stages.iter().position(|stage| stage.name == name);
    if domains.iter().any(|mapping| mapping.domain_name.eq_ignore_ascii_case(host)) {
        return domains
            .iter()
            .filter(|mapping| mapping.domain_name.eq_ignore_ascii_case(host))
            .filter_map(|mapping| {
                let key = mapping.key.as_deref().unwrap_or_default();
                Some((key.len(), named(&mapping.stage)?, below(path, key)?))
            })
            .max_by_key(|(length, ..)| *length)
            .map(|(_, stage, path)| Addressed { stage, path });
    }
    let first = path.strip_prefix('/')?.split('/').next()?;
    // `$default` has no segment of its own.
    if let Some(stage) = named(first).filter(|_| !first.is_empty() && first != "$default") {
        return Some(Addressed { stage, path: below(path, first)? });
    }
    Some(Addressed { stage: named("$default")?, path })
}

/// `/b/c` of `/a/b/c` below `a`; `/` of `/a` itself.
fn below<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    if prefix.is_empty() {
        return Some(path);
    }
    match path.strip_prefix('/')?.strip_prefix(prefix)? {
        "" => Some("/"),
        rest => rest.starts_with('/').then_some(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stages(names: &[&str]) -> Vec<Stage> {
        names.iter().map(|name| Stage { name: (*name).to_owned(), ..Stage::default() }).collect()
    }

    #[track_caller]
    fn check(names: &[&str], path: &str, expected: Option<(&str, &str)>) {
        let found = address(&stages(names), &[], "localhost", path);
        assert_eq!(found.map(|found| (names[found.stage], found.path)), expected, "{path}");
    }

    #[test]
    fn the_first_segment_names_the_stage() {
        check(&["$default"], "/dev/a", Some(("$default", "/dev/a")));
        check(&["$default"], "/$default/a", Some(("$default", "/$default/a")));
        check(&["$default", "dev"], "/dev/a", Some(("dev", "/a")));
        check(&["$default", "dev"], "/developer", Some(("$default", "/developer")));
        check(&["dev"], "/dev", Some(("dev", "/")));
        check(&["dev"], "/dev/", Some(("dev", "/")));
        check(&["dev"], "/dev//a", Some(("dev", "//a")));
        check(&["dev"], "/a", None);
        check(&["dev"], "/", None);
        check(&[], "/", None);
        check(&["dev"], "*", None);
    }

    #[test]
    fn a_custom_domain_shows_its_longest_mapping() {
        let names = ["live", "beta"];
        let mapping = |stage: &str, key: Option<&str>| DomainMapping {
            domain_name: "www.example.com".to_owned(),
            stage: stage.to_owned(),
            key: key.map(str::to_owned),
        };
        let domains = [mapping("live", None), mapping("beta", Some("v2/beta"))];
        let found = |host, path| {
            address(&stages(&names), &domains, host, path).map(|found| (names[found.stage], found.path))
        };
        assert_eq!(found("WWW.example.com", "/a"), Some(("live", "/a")));
        assert_eq!(found("www.example.com", "/v2/beta/a"), Some(("beta", "/a")));
        assert_eq!(found("www.example.com", "/v2/betas"), Some(("live", "/v2/betas")));
        assert_eq!(found("www.example.com", "/live/a"), Some(("live", "/live/a")));
        assert_eq!(found("localhost", "/live/a"), Some(("live", "/a")));
    }
}
