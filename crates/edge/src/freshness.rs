//! An origin's answer turned into whether and for how long it is kept, and a kept one into whether it
//! may still be shown.

use std::time::Duration;

use http::header::{AGE, DATE, EXPIRES, LAST_MODIFIED, VARY};
use http::{HeaderMap, HeaderName, StatusCode};
use trace::Timestamp;

use crate::cache_control::{Directives, FOREVER};
use crate::config::{Profile, TimeToLive};
use crate::date;
use crate::structured;

/// A behavior's rules about lifetimes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub time_to_live: TimeToLive,
    pub profile: Profile,
}

/// What the decision about storing looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answered<'a> {
    pub status: StatusCode,
    pub headers: &'a HeaderMap,
    /// When its head came in.
    pub received: Timestamp,
    /// Whether the origin saw credentials that are no part of the key.
    pub authorized: bool,
    /// The `ErrorCachingMinTTL` of that status: CloudFront's default, or the template's.
    pub error_minimum: Option<Duration>,
}

/// How long a kept answer may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// From `received` less `age`.
    pub lifetime: Duration,
    /// How old it was when it came in.
    pub age: Duration,
    /// When it came in.
    pub received: Timestamp,
    /// For so long after that it is shown while a new one is fetched.
    pub while_revalidating: Duration,
    /// For so long after that it is shown when no new one can be had.
    pub if_error: Duration,
}

/// What a kept answer is worth at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// It may be shown, for that much longer.
    Fresh { remaining: Duration },
    /// It may be shown once more while a new one is fetched.
    Revalidating,
    /// The origin has to be asked; if it fails, the answer may be shown.
    Stale,
    /// The origin has to be asked, and what it says holds.
    Dead,
}

impl Rules {
    /// E-115: a behavior that stores nothing at all.
    pub(crate) fn store_nothing(&self) -> bool {
        self.time_to_live.maximum.is_zero() && self.time_to_live.default.is_zero()
    }

    /// Whether an answer is kept, and on which terms.
    pub(crate) fn terms(&self, answered: &Answered<'_>) -> Option<Terms> {
        if self.store_nothing() {
            return None;
        }
        let directives = self.directives(answered.headers);
        let age = age(answered);
        // An error stands in for no other error, and one that holds no time is not kept.
        let is_error = answered.status.is_client_error() || answered.status.is_server_error();
        let lifetime = if is_error {
            self.error_lifetime(answered, &directives).filter(|lifetime| !lifetime.is_zero())?
        } else {
            self.lifetime(answered, &directives, age)?
        };
        let remaining_maximum = self.time_to_live.maximum.saturating_sub(lifetime);
        Some(Terms {
            lifetime,
            age,
            received: answered.received,
            while_revalidating: directives
                .stale_while_revalidate
                .filter(|_| !forbids_staleness(&directives))
                .unwrap_or_default()
                .min(remaining_maximum),
            if_error: if is_error { Duration::ZERO } else { stale_if_error(&directives) }
                .min(remaining_maximum),
        })
    }

    fn directives(&self, headers: &HeaderMap) -> Directives {
        let targeted = HeaderName::from_static("cdn-cache-control");
        // RFC 9213, 2.2: a valid targeted field stands in for Cache-Control.
        if self.profile == Profile::Rfc9111
            && headers.contains_key(&targeted)
            && structured::is_valid(headers, &targeted)
        {
            return Directives::of_field(headers, &targeted);
        }
        Directives::of(headers)
    }

    /// The table "Origin says" of facts E-110: the answer's own word, held between minimum and maximum.
    fn lifetime(&self, answered: &Answered<'_>, directives: &Directives, age: Duration) -> Option<Duration> {
        let TimeToLive { minimum, default, maximum } = self.time_to_live;
        if matches!(answered.status, StatusCode::PARTIAL_CONTENT | StatusCode::NOT_MODIFIED)
            || answered.status.is_informational()
        {
            return None;
        }
        if minimum.is_zero()
            && (self.must_not_store(answered, directives) || varies_on_everything(answered.headers))
        {
            return None;
        }
        let is_refused = directives.no_store || directives.no_cache || directives.private;
        if is_refused && !(minimum.is_zero() && directives.must_understand) {
            return Some(minimum + age);
        }
        let said = directives.explicit_age().or_else(|| expires(answered));
        let lifetime = match said {
            Some(lifetime) => lifetime.min(maximum),
            None => default.max(self.heuristic_lifetime(answered, directives)),
        };
        // A minimum holds from now on, however old the answer is already.
        Some(lifetime.max(if minimum.is_zero() { Duration::ZERO } else { minimum + age }))
    }

    /// E-113: `CloudFront` guesses nothing. The other profile takes a tenth of the time since the last
    /// change (RFC 9111, 4.2.2) where a status allows it, and only if no default is configured.
    fn heuristic_lifetime(&self, answered: &Answered<'_>, directives: &Directives) -> Duration {
        let may_guess =
            is_understood(answered.status) && answered.status != StatusCode::FOUND || directives.public;
        if self.profile == Profile::CloudFront || !self.time_to_live.default.is_zero() || !may_guess {
            return Duration::ZERO;
        }
        let at = |name| {
            answered.headers.get(name).and_then(|value: &http::HeaderValue| date::parse(value.as_bytes()))
        };
        let sent = at(DATE).unwrap_or(answered.received.seconds());
        at(LAST_MODIFIED)
            .map_or(Duration::ZERO, |modified| Duration::from_secs(sent.saturating_sub(modified) / 10))
    }

    fn must_not_store(&self, answered: &Answered<'_>, directives: &Directives) -> bool {
        // RFC 9111, 5.2.2.3: must-understand lifts no-store for statuses whose meaning is known.
        let no_store = directives.no_store
            && !(self.profile == Profile::Rfc9111
                && directives.must_understand
                && is_understood(answered.status));
        // RFC 9111, 3.5: what credentials have opened is nobody else's unless the origin says so.
        let is_somebodys = answered.authorized
            && !directives.public
            && !directives.must_revalidate
            && directives.shared_max_age.is_none();
        // In the profile an answer that has to be revalidated each time is worth storing.
        let no_cache = directives.no_cache && self.profile == Profile::CloudFront;
        no_store || no_cache || directives.private || is_somebodys
    }

    /// E-150 to E-152: which errors are kept, and for how long.
    fn error_lifetime(&self, answered: &Answered<'_>, directives: &Directives) -> Option<Duration> {
        let said = directives.explicit_age();
        let refused = directives.no_store || directives.no_cache || directives.private;
        if self.profile == Profile::Rfc9111 {
            let minimum = answered.error_minimum.unwrap_or_default();
            let guessed =
                Some(self.heuristic_lifetime(answered, directives)).filter(|guess| !guess.is_zero());
            let said = said.or_else(|| expires(answered)).or(guessed).filter(|_| {
                !self.must_not_store(answered, directives) && !varies_on_everything(answered.headers)
            });
            return said.map(|said| said.max(minimum).min(self.time_to_live.maximum)).or(Some(minimum));
        }
        let minimum = answered.error_minimum.unwrap_or(ERROR_CACHING_MINIMUM);
        match answered.status.as_u16() {
            404 | 414 | 500..=504 => {
                let said = if refused { None } else { said.or_else(|| expires(answered)) };
                Some(minimum.max(said.unwrap_or_default().min(self.time_to_live.maximum)))
            }
            400 | 403 | 405 | 412 | 415 => match said {
                Some(said) if !refused => Some(minimum.max(said.min(self.time_to_live.maximum))),
                // The template's own entry says that such an answer is kept.
                _ => answered.error_minimum,
            },
            // 416 is never kept, and of the others CloudFront's guide says nothing.
            _ => None,
        }
    }
}

impl Terms {
    /// How old the answer is.
    pub(crate) fn age_at(&self, now: Timestamp) -> Duration {
        self.age + now.since(self.received)
    }

    /// What the answer is worth.
    pub(crate) fn at(&self, now: Timestamp) -> Freshness {
        let age = self.age_at(now);
        if age < self.lifetime {
            return Freshness::Fresh { remaining: self.lifetime.saturating_sub(age) };
        }
        let overdue = age.saturating_sub(self.lifetime);
        if overdue < self.while_revalidating {
            Freshness::Revalidating
        } else if overdue < self.if_error {
            Freshness::Stale
        } else {
            Freshness::Dead
        }
    }
}

/// `Expires` less `Date`; one that cannot be read, or two, are in the past (RFC 9111, 5.3).
fn expires(answered: &Answered<'_>) -> Option<Duration> {
    let mut lines = answered.headers.get_all(EXPIRES).iter();
    let first = lines.next()?;
    let parsed = if lines.next().is_none() { date::parse(first.as_bytes()) } else { None };
    let from = answered
        .headers
        .get(DATE)
        .and_then(|date| date::parse(date.as_bytes()))
        .unwrap_or(answered.received.seconds());
    Some(Duration::from_secs(parsed.unwrap_or(0).saturating_sub(from)).min(FOREVER))
}

/// `Age` as the origin gave it: the first value of a list, nothing if it is no number.
fn age(answered: &Answered<'_>) -> Duration {
    let said = answered.headers.get(AGE).and_then(|age| age.to_str().ok()).map(|age| {
        let first = age.split(',').next().unwrap_or_default().trim();
        if first.bytes().all(|byte| byte.is_ascii_digit()) && !first.is_empty() {
            Duration::from_secs(first.parse().unwrap_or(u64::MAX).min(FOREVER.as_secs()))
        } else {
            Duration::ZERO
        }
    });
    said.unwrap_or_default()
}

/// E-153, E-154: with no word about it, a stale answer is better than an error.
fn stale_if_error(directives: &Directives) -> Duration {
    // RFC 9111, 5.2.2.10: s-maxage says what proxy-revalidate says.
    if forbids_staleness(directives) || directives.shared_max_age.is_some() {
        return Duration::ZERO;
    }
    directives.stale_if_error.unwrap_or(FOREVER)
}

fn forbids_staleness(directives: &Directives) -> bool {
    directives.must_revalidate || directives.proxy_revalidate || directives.no_cache
}

/// E-105: `Vary: *`.
pub(crate) fn varies_on_everything(headers: &HeaderMap) -> bool {
    headers
        .get_all(VARY)
        .iter()
        .any(|line| line.to_str().is_ok_and(|line| line.split(',').any(|name| name.trim() == "*")))
}

/// The statuses whose caching rules this code knows.
fn is_understood(status: StatusCode) -> bool {
    matches!(
        status.as_u16(),
        200 | 203 | 204 | 300 | 301 | 302 | 303 | 307 | 308 | 404 | 405 | 410 | 414 | 501
    )
}

/// CloudFront's `ErrorCachingMinTTL`.
pub(crate) const ERROR_CACHING_MINIMUM: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests;
