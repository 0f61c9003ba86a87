//! A viewer's request turned into what its origin gets: headers, cookies and query filtered by the
//! behavior, in both of CloudFront's generations.

mod cookies;
mod headers;
mod query;
mod viewer;

use std::borrow::Cow;

use http::header::{ACCEPT_ENCODING, AUTHORIZATION, COOKIE, HOST, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

pub(crate) use self::headers::strip_connection;
pub(crate) use self::viewer::Viewed;
use crate::config::{
    CacheBehavior, CachedMethods, Caching, CookiePreference, ForwardedValues, OriginRequestHeaders, Selection,
};

/// A behavior's forwarding rules, compiled once.
#[derive(Debug)]
pub(crate) struct Forwarding {
    generation: Generation,
    /// Headers of the key, which the origin gets too; sorted, so that their order in the template
    /// does not matter.
    key_headers: Vec<HeaderName>,
    key_cookies: Selection,
    origin_cookies: Selection,
    key_query: Selection,
    origin_query: Selection,
    encodings: Encodings,
    options_cached: bool,
}

/// Which rules hold for the headers outside the key.
#[derive(Debug)]
enum Generation {
    /// `ForwardedValues`: most headers pass unless CloudFront removes them.
    Legacy {
        /// `Headers: ['*']`.
        every_header: bool,
    },
    /// Policies: nothing passes that is not named.
    Policies(OriginRequestHeaders),
}

/// Which encodings the origin is asked for, and the key tells apart (E-103, E-127).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Encodings {
    /// gzip
    pub gzip: bool,
    /// br
    pub brotli: bool,
}

impl Forwarding {
    pub(crate) fn new(behavior: &CacheBehavior) -> Self {
        let options_cached = behavior.cached_methods == CachedMethods::GetHeadOptions;
        match &behavior.caching {
            Caching::Legacy { forwarded_values, .. } => Self::legacy(forwarded_values, options_cached),
            Caching::Policies { cache_policy, origin_request_policy } => {
                let key_headers = names(&cache_policy.headers);
                // E-122: an Accept-Encoding that is listed is an ordinary header of the key.
                let listed = key_headers.contains(&ACCEPT_ENCODING);
                let stored = !cache_policy.time_to_live.maximum.is_zero();
                let (headers, cookies, query) = match origin_request_policy {
                    Some(policy) => {
                        (policy.headers.clone(), policy.cookies.clone(), policy.query_strings.clone())
                    }
                    None => (OriginRequestHeaders::None, Selection::None, Selection::None),
                };
                Self {
                    generation: Generation::Policies(headers),
                    key_headers,
                    origin_cookies: united(&cache_policy.cookies, &cookies),
                    key_cookies: cache_policy.cookies.clone(),
                    origin_query: united(&cache_policy.query_strings, &query),
                    key_query: cache_policy.query_strings.clone(),
                    encodings: Encodings {
                        gzip: cache_policy.enable_accept_encoding_gzip && !listed && stored,
                        brotli: cache_policy.enable_accept_encoding_brotli && !listed && stored,
                    },
                    options_cached,
                }
            }
        }
    }

    fn legacy(values: &ForwardedValues, options_cached: bool) -> Self {
        let every_header = values.headers.iter().any(|name| name == "*");
        let cookies = match &values.cookies {
            CookiePreference::None => Selection::None,
            CookiePreference::Whitelist(names) => Selection::Whitelist(names.clone()),
            CookiePreference::All => Selection::All,
        };
        let (key_query, origin_query) = match (values.query_string, values.query_string_cache_keys.is_empty())
        {
            (false, _) => (Selection::None, Selection::None),
            (true, true) => (Selection::All, Selection::All),
            (true, false) => (Selection::Whitelist(values.query_string_cache_keys.clone()), Selection::All),
        };
        Self {
            generation: Generation::Legacy { every_header },
            key_headers: if every_header { Vec::new() } else { names(&values.headers) },
            key_cookies: cookies.clone(),
            origin_cookies: cookies,
            key_query,
            origin_query,
            // E-121: gzip and nothing else.
            encodings: Encodings { gzip: !every_header, brotli: false },
            options_cached,
        }
    }

    /// E-082: every header forwarded leaves nothing to share.
    pub(crate) fn forbids_caching(&self) -> bool {
        matches!(self.generation, Generation::Legacy { every_header: true })
    }

    /// Whether the origin sees cookies; then its own reach the viewer even from the cache (E-111).
    pub(crate) fn forwards_cookies(&self) -> bool {
        self.origin_cookies != Selection::None
    }

    /// Whether the older generation's rules hold.
    pub(crate) fn is_legacy(&self) -> bool {
        matches!(self.generation, Generation::Legacy { .. })
    }

    /// The key's share of the query (E-102).
    pub(crate) fn key_query<'a>(&self, query: Option<&'a str>) -> Option<Cow<'a, str>> {
        query::selected(&self.key_query, query)
    }

    /// The origin's share of the query.
    pub(crate) fn origin_query<'a>(&self, query: Option<&'a str>) -> Option<Cow<'a, str>> {
        query::selected(&self.origin_query, query)
    }

    /// Calls `each` with what the key holds besides path and query, in an order of its own (E-101,
    /// E-103).
    pub(crate) fn key_parts(&self, viewed: &Viewed<'_>, mut each: impl FnMut(&str, &[u8])) {
        for name in &self.key_headers {
            for value in viewed.values(name) {
                each(name.as_str(), value.as_bytes());
            }
        }
        if self.key_cookies != Selection::None
            && let Some(cookies) = cookies::selected(&self.key_cookies, viewed.headers)
        {
            each("cookie", cookies.as_bytes());
        }
        if let Some(encodings) = self.encodings.accepted(viewed.headers) {
            each("accept-encoding", encodings.as_bytes());
        }
    }

    /// The encodings that the behavior knows.
    pub(crate) fn encodings(&self) -> Encodings {
        self.encodings
    }

    /// Whether the key tells values of that header apart.
    pub(crate) fn keys_header(&self, name: &HeaderName) -> bool {
        self.key_headers.contains(name)
    }

    /// Whether that header of the origin's request is the viewer's own, so that `Vary` may name it to
    /// the viewer (E-104).
    pub(crate) fn forwards_header(&self, name: &HeaderName) -> bool {
        if self.key_headers.contains(name) {
            return true;
        }
        match &self.generation {
            Generation::Legacy { every_header } => *every_header,
            Generation::Policies(policy) => match policy {
                OriginRequestHeaders::None => false,
                OriginRequestHeaders::Whitelist(listed) => names_contain(listed, name),
                OriginRequestHeaders::AllViewer
                | OriginRequestHeaders::AllViewerAndWhitelistCloudFront(_) => true,
                OriginRequestHeaders::AllExcept(listed) => !names_contain(listed, name),
            },
        }
    }

    /// The headers of the origin's request, but for the ones that the edge adds to every one.
    ///
    /// `host` is the origin's own name, for when the viewer's is not forwarded.
    pub(crate) fn origin_headers(&self, viewed: &Viewed<'_>, host: &str) -> HeaderMap {
        let mut out = HeaderMap::with_capacity(16);
        match &self.generation {
            Generation::Legacy { every_header } => self.legacy_headers(*every_header, viewed, &mut out),
            Generation::Policies(policy) => self.policy_headers(policy, viewed, &mut out),
        }
        strip_connection(viewed.headers, &mut out);
        out.remove(COOKIE);
        if let Some(cookies) = cookies::selected(&self.origin_cookies, viewed.headers)
            && let Ok(cookies) = HeaderValue::from_str(&cookies)
        {
            out.insert(COOKIE, cookies);
        }
        if !out.contains_key(HOST)
            && let Ok(host) = HeaderValue::from_str(host)
        {
            out.insert(HOST, host);
        }
        if !out.contains_key(USER_AGENT) {
            out.insert(USER_AGENT, HeaderValue::from_static("Amazon CloudFront"));
        }
        headers::append_forwarded_for(viewed, &mut out);
        out
    }

    /// The table of `ForwardedValues`: what is not removed passes.
    fn legacy_headers(&self, every_header: bool, viewed: &Viewed<'_>, out: &mut HeaderMap) {
        for (name, value) in viewed.headers {
            if headers::never_forwarded(name) || name == COOKIE {
                continue;
            }
            let listed = every_header || self.key_headers.contains(name);
            if listed
                || !headers::removed_unless_listed(name) && !self.removes_authorization(name, viewed.method)
            {
                out.append(name.clone(), value.clone());
            }
        }
        self.add_generated(&self.key_headers, viewed, out);
        if !every_header && !self.key_headers.contains(&ACCEPT_ENCODING) {
            self.ask_for_encodings(viewed, out);
        }
    }

    /// Authorization: gone where answers are cached, kept with methods that never are.
    fn removes_authorization(&self, name: &HeaderName, method: &Method) -> bool {
        name == AUTHORIZATION
            && (matches!(*method, Method::GET | Method::HEAD)
                || *method == Method::OPTIONS && self.options_cached)
    }

    /// E-090 to E-094: nothing but the key's headers and what the origin request policy adds.
    fn policy_headers(&self, policy: &OriginRequestHeaders, viewed: &Viewed<'_>, out: &mut HeaderMap) {
        for (name, value) in viewed.headers {
            // Authorization and Accept-Encoding cannot be listed in an origin request policy (E-092);
            // with all viewer headers the first passes.
            let wanted = self.key_headers.contains(name)
                || match policy {
                    OriginRequestHeaders::None => false,
                    OriginRequestHeaders::Whitelist(listed) => {
                        name != AUTHORIZATION && names_contain(listed, name)
                    }
                    OriginRequestHeaders::AllViewer
                    | OriginRequestHeaders::AllViewerAndWhitelistCloudFront(_) => true,
                    OriginRequestHeaders::AllExcept(listed) => !names_contain(listed, name),
                };
            if wanted && !headers::never_forwarded(name) && name != COOKIE {
                out.append(name.clone(), value.clone());
            }
        }
        self.add_generated(&self.key_headers, viewed, out);
        if let OriginRequestHeaders::Whitelist(listed)
        | OriginRequestHeaders::AllViewerAndWhitelistCloudFront(listed) = policy
        {
            self.add_generated(&names(listed), viewed, out);
        }
        if !self.key_headers.contains(&ACCEPT_ENCODING) {
            let everything = matches!(
                policy,
                OriginRequestHeaders::AllViewer
                    | OriginRequestHeaders::AllViewerAndWhitelistCloudFront(_)
                    | OriginRequestHeaders::AllExcept(_)
            );
            if self.encodings == Encodings::default() && everything {
                // AllViewer with no encodings in the key passes the viewer's header as it came.
            } else {
                self.ask_for_encodings(viewed, out);
            }
        }
    }

    /// The `CloudFront-*` headers among `names`, made from the connection and the request.
    #[expect(clippy::unused_self, reason = "reads beside its callers")]
    fn add_generated(&self, names: &[HeaderName], viewed: &Viewed<'_>, out: &mut HeaderMap) {
        for name in names {
            if let Some(value) = viewed.generated(name) {
                out.insert(name.clone(), value);
            }
        }
    }

    fn ask_for_encodings(&self, viewed: &Viewed<'_>, out: &mut HeaderMap) {
        match self.encodings.accepted(viewed.headers) {
            Some(encodings) => {
                out.insert(ACCEPT_ENCODING, HeaderValue::from_static(encodings));
            }
            None if self.is_legacy() => {
                out.remove(ACCEPT_ENCODING);
            }
            None => {
                out.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
            }
        }
    }
}

impl Encodings {
    /// The normalised `Accept-Encoding`: those of these that the viewer takes, brotli first.
    pub(crate) fn accepted(self, viewer: &HeaderMap) -> Option<&'static str> {
        if self == Self::default() {
            return None;
        }
        let taken = Self::of_viewer(viewer);
        match (self.brotli && taken.brotli, self.gzip && taken.gzip) {
            (true, true) => Some("br,gzip"),
            (true, false) => Some("br"),
            (false, true) => Some("gzip"),
            (false, false) => None,
        }
    }

    /// What the viewer's `Accept-Encoding` names with a weight above nought.
    fn of_viewer(viewer: &HeaderMap) -> Self {
        let mut taken = Self::default();
        for coding in viewer.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()) {
            for part in coding.split(',') {
                let (name, parameters) = part.split_once(';').unwrap_or((part, ""));
                if headers::weight_is_nought(parameters) {
                    continue;
                }
                match name.trim() {
                    name if name.eq_ignore_ascii_case("gzip") => taken.gzip = true,
                    name if name.eq_ignore_ascii_case("br") => taken.brotli = true,
                    _ => {}
                }
            }
        }
        taken
    }
}

/// E-091: what either side takes; two lists of exceptions make one.
fn united(key: &Selection, request: &Selection) -> Selection {
    use Selection::{All, AllExcept, None, Whitelist};
    match (key, request) {
        (All, _) | (_, All) => All,
        (None, other) | (other, None) => other.clone(),
        (Whitelist(one), Whitelist(other)) => Whitelist(one.iter().chain(other).cloned().collect()),
        (AllExcept(one), AllExcept(other)) => AllExcept(one.iter().chain(other).cloned().collect()),
        // The cache policy's list beats the other's exceptions, whichever way round.
        (Whitelist(listed), AllExcept(excepted)) | (AllExcept(excepted), Whitelist(listed)) => {
            AllExcept(excepted.iter().filter(|name| !listed.contains(name)).cloned().collect())
        }
    }
}

fn names(listed: &[String]) -> Vec<HeaderName> {
    let mut names: Vec<HeaderName> = listed.iter().filter_map(|name| name.parse().ok()).collect();
    names.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
    names.dedup();
    names
}

fn names_contain(listed: &[String], name: &HeaderName) -> bool {
    listed.iter().any(|listed| listed.eq_ignore_ascii_case(name.as_str()))
}

#[cfg(test)]
mod tests;
