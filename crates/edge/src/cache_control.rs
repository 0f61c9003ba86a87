//! `Cache-Control` header lines turned into the directives that decide about storing.

use std::time::Duration;

use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderName};

/// The directives that the edge heeds (RFC 9111, 5.2; RFC 5861).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one a directive, each there or not")]
pub(crate) struct Directives {
    pub no_store: bool,
    /// `no-cache` without fields.
    pub no_cache: bool,
    /// `private` without fields.
    pub private: bool,
    /// The fields that `no-cache="…"` and `private="…"` keep out of the store, in lower case.
    pub withheld: Vec<String>,
    pub max_age: Option<Duration>,
    pub shared_max_age: Option<Duration>,
    pub public: bool,
    pub must_revalidate: bool,
    pub proxy_revalidate: bool,
    pub must_understand: bool,
    pub stale_while_revalidate: Option<Duration>,
    pub stale_if_error: Option<Duration>,
}

impl Directives {
    /// Reads every `Cache-Control` line of `headers`.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        Self::of_field(headers, &CACHE_CONTROL)
    }

    /// Reads every line of that field, which has `Cache-Control`'s form.
    pub(crate) fn of_field(headers: &HeaderMap, field: &HeaderName) -> Self {
        let mut directives = Self::default();
        for line in headers.get_all(field) {
            for (name, value) in Parts(&String::from_utf8_lossy(line.as_bytes())) {
                directives.add(&name, value.as_deref());
            }
        }
        directives
    }

    /// Whether the origin says how long the answer holds.
    pub(crate) fn explicit_age(&self) -> Option<Duration> {
        self.shared_max_age.or(self.max_age)
    }

    fn add(&mut self, name: &str, value: Option<&str>) {
        let age = || Some(seconds(value));
        match name {
            "no-store" => self.no_store = true,
            "no-cache" => match value {
                Some(fields) => self.withhold(fields),
                None => self.no_cache = true,
            },
            "private" => match value {
                Some(fields) => self.withhold(fields),
                None => self.private = true,
            },
            // Of two, the shorter: an answer kept too briefly harms nobody.
            "max-age" => self.max_age = shorter(self.max_age, age()),
            "s-maxage" => self.shared_max_age = shorter(self.shared_max_age, age()),
            "public" => self.public = true,
            "must-revalidate" => self.must_revalidate = true,
            "proxy-revalidate" => self.proxy_revalidate = true,
            "must-understand" => self.must_understand = true,
            "stale-while-revalidate" => self.stale_while_revalidate = age(),
            "stale-if-error" => self.stale_if_error = age(),
            _ => {}
        }
    }

    fn withhold(&mut self, fields: &str) {
        self.withheld.extend(fields.split(',').map(|field| field.trim().to_ascii_lowercase()));
    }
}

fn shorter(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Whole seconds. What cannot be read counts as nought, because the origin meant to say something
/// (RFC 9111, 4.2.1); what is too large counts as very long (1.2.2).
fn seconds(value: Option<&str>) -> Duration {
    let digits = value.unwrap_or_default().trim();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Duration::ZERO;
    }
    Duration::from_secs(digits.parse().unwrap_or(u64::MAX).min(FOREVER.as_secs()))
}

/// The directives of one line: names in lower case, values without their quotes. A comma inside a
/// quoted string separates nothing.
struct Parts<'a>(&'a str);

impl Iterator for Parts<'_> {
    type Item = (String, Option<String>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0 = self.0.trim_start_matches([',', ' ', '\t']);
        if self.0.is_empty() {
            return None;
        }
        let end = self.0.find([',', '=']).unwrap_or(self.0.len());
        let name = self.0[..end].trim_end().to_ascii_lowercase();
        let Some(rest) = self.0[end..].strip_prefix('=') else {
            self.0 = &self.0[end..];
            return Some((name, None));
        };
        let Some(quoted) = rest.strip_prefix('"') else {
            let end = rest.find(',').unwrap_or(rest.len());
            let value = rest[..end].to_owned();
            self.0 = &rest[end..];
            return Some((name, Some(value)));
        };
        let mut value = String::new();
        let mut characters = quoted.char_indices();
        let mut end = quoted.len();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    end = at + 1;
                    break;
                }
                '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
                _ => value.push(character),
            }
        }
        let rest = &quoted[end..];
        self.0 = &rest[rest.find(',').unwrap_or(rest.len())..];
        Some((name, Some(value)))
    }
}

/// 68 years: what RFC 9111, 1.2.2 has for "greater than any I can keep".
pub(crate) const FOREVER: Duration = Duration::from_secs(1 << 31);

/// A fuzz target's body: any header line is read without a panic.
pub fn fuzz_cache_control(data: &[u8]) {
    if let Ok(value) = http::HeaderValue::from_bytes(data) {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, value);
        let _ = Directives::of(&headers);
    }
}

#[cfg(test)]
mod tests;
