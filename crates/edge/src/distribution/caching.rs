//! A request for a behavior's object: looked up, or fetched once for all who ask, and stored.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    AGE, AUTHORIZATION, CONTENT_LENGTH, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use http::{HeaderMap, Method, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use telemetry::Placement;
use trace::Timestamp;

use super::pump::Pump;
use super::{Behavior, Shared, custom_error, own_answer};
use crate::answer::{Answer, AnswerBody, CacheResult, end_to_end};
use crate::cache_control::Directives;
use crate::compression;
use crate::config::Profile;
use crate::entry::{Entry, EntryHead, varies};
use crate::fetch::OriginRequest;
use crate::flight::{Landing, Leader, Place, SharedAnswer, wait};
use crate::freshness::{Answered, ERROR_CACHING_MINIMUM, Freshness};
use crate::key::Key;
use crate::measured::measured;
use crate::pages::OwnError;
use crate::relay::Relay;
use crate::request::ViewerRequest;

type OriginResponse = Response<UnsyncBoxBody<Bytes, std::io::Error>>;

impl Shared {
    /// The answer to a request that a behavior has taken.
    pub(super) async fn resolve(
        self: &Arc<Self>,
        behavior: &Behavior,
        viewer: &mut ViewerRequest,
    ) -> Result<Answer, OwnError> {
        let caches = behavior.config.cached_methods.contains(&viewer.method)
            && !behavior.forwarding.forbids_caching()
            && !behavior.rules.store_nothing();
        if !caches {
            return self.pass_through(behavior, viewer).await;
        }
        let key = Key::new(&behavior.forwarding, &viewer.viewed(), &viewer.path, viewer.query.as_deref());
        self.look_up(behavior, viewer, key).await
    }

    /// Fresh answers are shown; otherwise the first who asks fetches.
    async fn look_up(
        self: &Arc<Self>,
        behavior: &Behavior,
        viewer: &mut ViewerRequest,
        key: Key,
    ) -> Result<Answer, OwnError> {
        loop {
            let found = self.store.find(&key, || behavior.origin_headers(viewer));
            if let Some(entry) = &found {
                match entry.freshness(viewer.arrived) {
                    Freshness::Fresh { remaining } => return Ok(stored(entry, viewer.arrived, remaining)),
                    Freshness::Revalidating => {
                        self.revalidate_behind(viewer, &key, entry);
                        return Ok(stored(entry, viewer.arrived, Duration::ZERO));
                    }
                    Freshness::Stale | Freshness::Dead => {}
                }
            }
            if found.is_none() && self.store.recall(&key).await {
                continue;
            }
            if viewer.method == Method::HEAD && found.is_none() {
                // E-135: a HEAD that misses never fills what a GET would hit.
                return self.pass_through(behavior, viewer).await;
            }
            if !behavior.collapses() {
                let leader = Leader::alone(&key);
                return self.lead(behavior, viewer, leader, found).await;
            }
            match self.flights.join(&key) {
                Place::Leader(leader) => {
                    // Between the look and the lead another leader may have landed.
                    let found = self.store.find(&key, || behavior.origin_headers(viewer));
                    if let Some(entry) = &found
                        && let Freshness::Fresh { remaining } = entry.freshness(viewer.arrived)
                    {
                        return Ok(stored(entry, viewer.arrived, remaining));
                    }
                    return self.lead(behavior, viewer, leader, found).await;
                }
                Place::Waiter(landing) => match wait(landing).await {
                    Landing::Stored(entry) => return Ok(stored(&entry, viewer.arrived, Duration::ZERO)),
                    Landing::Shared(shared) if shared.head.answers(&behavior.origin_headers(viewer)) => {
                        if let Some(reader) = shared.body.read() {
                            return Ok(landed(&shared.head, AnswerBody::Shared(reader), CacheResult::Hit));
                        }
                    }
                    Landing::Shared(_) | Landing::Alone => {
                        let leader = Leader::alone(&key);
                        return self.lead(behavior, viewer, leader, found).await;
                    }
                    Landing::Lost | Landing::Pending => {}
                },
            }
        }
    }

    /// Fetches as the one on whom others may wait.
    async fn lead(
        self: &Arc<Self>,
        behavior: &Behavior,
        viewer: &mut ViewerRequest,
        leader: Leader,
        stale: Option<Arc<Entry>>,
    ) -> Result<Answer, OwnError> {
        let mut request = self.origin_request(behavior, viewer);
        request.method = if viewer.method == Method::HEAD { Method::GET } else { viewer.method.clone() };
        let unconditional = request.headers.clone();
        for name in [RANGE, IF_RANGE, IF_NONE_MATCH, IF_MODIFIED_SINCE] {
            request.headers.remove(name);
        }
        if let Some(entry) = &stale {
            entry.head.add_conditions(&mut request.headers);
        }
        let fetched = self.fetch(behavior, request).await;
        let now = self.clock.now();
        let failed = fetched.as_ref().map_or(true, |response| response.status().is_server_error());
        if let Some(entry) = &stale {
            if failed && entry.may_stand_in(now) {
                let rest = self.error_minimum(StatusCode::BAD_GATEWAY).unwrap_or(ERROR_CACHING_MINIMUM);
                entry.rest_origin_until(now.plus(rest));
                leader.land(Landing::Stored(Arc::clone(entry)));
                return Ok(stored(entry, now, Duration::ZERO));
            }
            if let Ok(response) = &fetched
                && response.status() == StatusCode::NOT_MODIFIED
            {
                return Ok(self.refresh(behavior, leader, entry, response, &unconditional, now));
            }
        }
        match fetched {
            Ok(response) => Ok(self.take_in(behavior, leader, response, viewer, unconditional, now)),
            Err(error) => {
                self.keep_own_error(behavior, &leader, &error, viewer, &unconditional, now);
                Err(error)
            }
        }
    }

    /// E-132: the stored answer holds again, with the headers of the 304.
    fn refresh(
        &self,
        behavior: &Behavior,
        leader: Leader,
        entry: &Arc<Entry>,
        response: &OriginResponse,
        origin_headers: &HeaderMap,
        now: Timestamp,
    ) -> Answer {
        let mut headers = entry.head.headers.clone();
        let news = end_to_end(response.headers(), &behavior.forwarding);
        headers.remove(AGE);
        for name in news.keys() {
            // RFC 9111, 3.2: what describes the stored bytes stays with them.
            if *name != CONTENT_LENGTH && name.as_str() != "content-encoding" && name.as_str() != "etag" {
                headers.remove(name);
            }
        }
        for (name, value) in &news {
            if *name != CONTENT_LENGTH && !headers.contains_key(name) || news.get_all(name).iter().count() > 1
            {
                headers.append(name.clone(), value.clone());
            }
        }
        let answered = self.answered(behavior, entry.head.status, &headers, origin_headers, now);
        let Some(terms) = behavior.rules.terms(&answered) else {
            // What it says now forbids keeping it; this once it is shown.
            self.store.drop_key(leader.key());
            leader.land(Landing::Alone);
            let head = EntryHead { headers, ..entry.head.clone() };
            let mut answer = landed(&head, AnswerBody::Whole(entry.body.clone()), CacheResult::RefreshHit);
            answer.placement = response.extensions().get::<Placement>().cloned();
            return answer;
        };
        let head = EntryHead {
            headers,
            terms,
            varies: varies(response.headers(), origin_headers),
            ..entry.head.clone()
        };
        let head = EntryHead {
            varies: if head.varies.is_empty() { entry.head.varies.clone() } else { head.varies },
            ..head
        };
        let fresh = Arc::new(Entry::new(head, entry.body.clone()));
        leader.land(Landing::Stored(Arc::clone(&fresh)));
        self.keep(leader, Arc::clone(&fresh), origin_headers);
        let mut answer = landed(&fresh.head, AnswerBody::Whole(fresh.body.clone()), CacheResult::RefreshHit);
        answer.placement = response.extensions().get::<Placement>().cloned();
        answer
    }

    /// An origin's answer, stored while the viewer reads it, or passed through.
    fn take_in(
        self: &Arc<Self>,
        behavior: &Behavior,
        leader: Leader,
        response: OriginResponse,
        viewer: &ViewerRequest,
        origin_headers: HeaderMap,
        now: Timestamp,
    ) -> Answer {
        let (parts, body) = response.into_parts();
        let placement = parts.extensions.get::<Placement>().cloned();
        let mut headers = end_to_end(&parts.headers, &behavior.forwarding);
        let answered = self.answered(behavior, parts.status, &parts.headers, &origin_headers, now);
        let length = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let too_large = length.is_some_and(|length: u64| length > self.settings.cache.object_bytes);
        let cache = CacheResult::Miss.of(parts.status);
        let terms = behavior.rules.terms(&answered).filter(|_| !too_large);
        let asked = compression::Asked {
            compress: behavior.config.compress,
            allowed: behavior.forwarding.encodings(),
            viewer: &viewer.headers,
            version: viewer.version,
        };
        let body = measured(body, length);
        let coding = compression::wanted(&asked, parts.status, &parts.headers);
        let body = match coding {
            Some(coding) => {
                compression::change_head(coding, &mut headers);
                compression::compress(coding, body)
            }
            None => body,
        };
        let Some(terms) = terms else {
            if !too_large && behavior.rules.profile == Profile::Rfc9111 {
                // The newest answer says that none is kept.
                self.store.drop_key(leader.key());
            }
            leader.land(Landing::Alone);
            let mut answer = Answer::new(parts.status, headers, AnswerBody::Passed(body), cache);
            answer.placement = placement;
            return answer;
        };
        headers.remove(CONTENT_LENGTH);
        headers.remove(AGE);
        let withheld = Directives::of(&parts.headers).withheld;
        let mut kept = headers.clone();
        for name in &withheld {
            kept.remove(name.as_str());
        }
        let head = EntryHead {
            status: parts.status,
            headers: kept,
            terms,
            varies: varies(&parts.headers, &origin_headers),
            origin_tag: coding.and_then(|_| parts.headers.get(ETAG).cloned()),
        };
        let relay = Relay::new(self.settings.cache.object_bytes, length.filter(|_| coding.is_none()));
        let reader = relay.read();
        leader.land(Landing::Shared(Arc::new(SharedAnswer { head: head.clone(), body: Arc::clone(&relay) })));
        let mut answer = landed(&head, reader.map_or_else(AnswerBody::empty, AnswerBody::Shared), cache);
        answer.age = parts.headers.get(AGE).is_some().then_some(terms.age);
        answer.headers = headers;
        answer.placement = placement;
        let pump = Pump {
            shared: Arc::clone(self),
            leader,
            head,
            origin_headers,
            relay,
            patience: behavior.target.primary.read_timeout(),
        };
        tokio::spawn(pump.run(body));
        answer
    }

    /// E-150: the edge's own 502 and 504 are kept as the origin's would be.
    fn keep_own_error(
        &self,
        behavior: &Behavior,
        leader: &Leader,
        error: &OwnError,
        viewer: &ViewerRequest,
        origin_headers: &HeaderMap,
        now: Timestamp,
    ) {
        let answer = own_answer(error, &viewer.request_id);
        let answered = self.answered(behavior, error.status, &answer.headers, origin_headers, now);
        let terms = behavior.rules.terms(&answered).filter(|_| !leader.is_purged());
        match (terms, answer.body) {
            (Some(terms), AnswerBody::Whole(body)) => {
                let head = EntryHead {
                    status: error.status,
                    headers: answer.headers,
                    terms,
                    varies: Vec::new(),
                    origin_tag: None,
                };
                let entry = Arc::new(Entry::new(head, body));
                self.store.keep(leader.key().clone(), Arc::clone(&entry), origin_headers);
                leader.land(Landing::Stored(entry));
            }
            _ => leader.land(Landing::Alone),
        }
    }

    /// A stale answer is on its way to the viewer; a new one is fetched behind it (E-154).
    fn revalidate_behind(self: &Arc<Self>, viewer: &ViewerRequest, key: &Key, entry: &Arc<Entry>) {
        if self.flights.is_under_way(key) {
            return;
        }
        let Place::Leader(leader) = self.flights.join(key) else { return };
        let (shared, entry) = (Arc::clone(self), Arc::clone(entry));
        let mut request = viewer.derived(&viewer.path);
        request.query.clone_from(&viewer.query);
        tokio::spawn(async move {
            let behavior = &shared.behaviors[shared.behavior_of(&request.path)];
            let answer = shared.lead(behavior, &mut request, leader, Some(entry)).await;
            if let Ok(Answer { body: AnswerBody::Shared(reader), .. }) = answer {
                reader.detach();
            }
        });
    }

    pub(super) fn origin_request(&self, behavior: &Behavior, viewer: &mut ViewerRequest) -> OriginRequest {
        let secret = self.settings.origin_secret.as_deref();
        OriginRequest::new(viewer, &behavior.forwarding, &behavior.target.primary, &self.dress, secret)
    }

    pub(super) async fn fetch(
        &self,
        behavior: &Behavior,
        request: OriginRequest,
    ) -> Result<OriginResponse, OwnError> {
        let primary = &behavior.target.primary;
        let Some((second, statuses)) = &behavior.target.failover else { return primary.fetch(request).await };
        if !matches!(request.method, Method::GET | Method::HEAD | Method::OPTIONS) {
            return primary.fetch(request).await;
        }
        let again = request.readdressed(primary, second);
        match primary.fetch(request).await {
            Ok(response) if !statuses.contains(&response.status().as_u16()) => Ok(response),
            // Without an answer the group's other member is asked whatever the list says.
            Ok(_) | Err(_) => second.fetch(again).await,
        }
    }

    fn answered<'a>(
        &self,
        behavior: &Behavior,
        status: StatusCode,
        headers: &'a HeaderMap,
        origin_headers: &HeaderMap,
        received: Timestamp,
    ) -> Answered<'a> {
        Answered {
            status,
            headers,
            received,
            authorized: origin_headers.contains_key(AUTHORIZATION)
                && !behavior.forwarding.keys_header(&AUTHORIZATION),
            error_minimum: self.error_minimum(status),
        }
    }

    /// Keeps what a leader brought, unless it was purged on the way.
    pub(super) fn keep(&self, leader: Leader, entry: Arc<Entry>, origin_headers: &HeaderMap) {
        if leader.is_purged() {
            return;
        }
        self.store.keep(leader.key().clone(), Arc::clone(&entry), origin_headers);
        if leader.is_purged() {
            // The purge came between the two lines above, and has not seen the entry.
            self.store.drop_key(leader.key());
            return;
        }
        // The leader stays until the disk has it too, so that a purge meanwhile finds him.
        self.store.write_behind(leader, entry);
    }

    fn error_minimum(&self, status: StatusCode) -> Option<Duration> {
        custom_error(&self.config.custom_error_responses, status.as_u16())
            .map(|entry| entry.error_caching_min_ttl)
    }
}

impl Behavior {
    fn origin_headers(&self, viewer: &ViewerRequest) -> HeaderMap {
        self.forwarding.origin_headers(&viewer.viewed(), self.target.primary.domain_name())
    }

    /// E-134: cookies make a request its viewer's own.
    fn collapses(&self) -> bool {
        !self.forwarding.forwards_cookies() || self.rules.profile == Profile::Rfc9111
    }
}

/// A stored answer as it is shown.
fn stored(entry: &Arc<Entry>, now: Timestamp, remaining: Duration) -> Answer {
    let cache = CacheResult::Hit.of(entry.head.status);
    let mut answer = landed(&entry.head, AnswerBody::Whole(entry.body.clone()), cache);
    answer.age = Some(entry.head.terms.age_at(now));
    answer.fresh_for = Some(remaining);
    answer
}

/// An answer that is stored, or about to be.
fn landed(head: &EntryHead, body: AnswerBody, cache: CacheResult) -> Answer {
    let mut answer = Answer::new(head.status, head.headers.clone(), body, cache.of(head.status));
    answer.fresh_for = Some(head.terms.lifetime.saturating_sub(head.terms.age));
    answer
}
