//! A viewer's request from admission to its answer, cache and origin in between.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use http::header::{HOST, LOCATION};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use trace::Entropy as _;

use super::{Behavior, Shared, custom_error, own_headers};
use crate::admission::{self, Protocol, Refusal};
use crate::answer::{Answer, AnswerBody, CacheResult};
use crate::conditional::not_modified;
use crate::config::{Enforcement, ErrorPage, FunctionEvent, ResponseHeadersPolicy};
use crate::matching::behavior_for;
use crate::pages::{OwnError, redirect};
use crate::request::ViewerRequest;
use crate::{response_headers, signed};

impl Shared {
    /// Answers; the number is the behavior's that took the request, if it came so far.
    pub(super) async fn answer(
        self: &Arc<Self>,
        viewer: &mut ViewerRequest,
    ) -> (Option<usize>, Result<Answer, OwnError>) {
        if let Err(refusal) = self.admit(viewer) {
            return (None, Err(refusal.into()));
        }
        let number = self.behavior_of(&viewer.path);
        (Some(number), self.answer_by(&self.behaviors[number], viewer).await)
    }

    async fn answer_by(
        self: &Arc<Self>,
        behavior: &Behavior,
        viewer: &mut ViewerRequest,
    ) -> Result<Answer, OwnError> {
        if let Some(answer) = self.viewer_protocol(behavior, viewer)? {
            return Ok(answer);
        }
        admission::method(&viewer.method, &viewer.headers, &behavior.config, self.settings.profile)?;
        signed::check(&behavior.config.trusted_keys, &self.config.domain_name, viewer)?;
        if let Some(function) = behavior.function(FunctionEvent::ViewerRequest)
            && let Some(answer) = self.run_on_request(function, viewer).await
        {
            return Ok(answer);
        }
        let mut answer = self.resolve(behavior, viewer).await?;
        if let Some(page) = self.error_page(answer.status) {
            discard(&mut answer);
            let request = viewer.derived(&page.response_page_path);
            answer = self.with_page(answer, page, request).await;
        }
        let mut answer = finish(answer, viewer);
        if let Some(policy) = &behavior.config.response_headers_policy {
            response_headers::apply(policy, &viewer.method, &viewer.headers, &mut answer.headers);
            self.add_server_timing(policy, viewer, &mut answer);
        }
        // CloudFront runs no viewer-response function on what the origin failed with.
        if let Some(function) = behavior.function(FunctionEvent::ViewerResponse)
            && answer.status.as_u16() < 400
        {
            answer = self.run_on_response(function, viewer, answer).await;
        }
        Ok(answer)
    }

    /// `Server-Timing`, for the share of answers that the policy asks for.
    fn add_server_timing(&self, policy: &ResponseHeadersPolicy, viewer: &ViewerRequest, answer: &mut Answer) {
        let Some(rate) = policy.server_timing_sampling_rate else { return };
        // Of a million equally likely draws, so many are within the rate, which is in percent.
        let draw = u32::try_from(self.identifiers.next_u64() % 1_000_000).unwrap_or(0);
        if f64::from(draw) >= rate * 10_000.0 {
            return;
        }
        let cache = match answer.cache {
            CacheResult::Hit | CacheResult::RefreshHit => "cdn-cache-hit",
            _ => "cdn-cache-miss",
        };
        let id = viewer.request_id.to_str().unwrap_or_default();
        if let Ok(value) = HeaderValue::from_str(&format!("{cache},cdn-rid;desc=\"{id}\"")) {
            answer.headers.append("server-timing", value);
        }
    }

    /// E-001, E-002, E-020, E-060, E-175.
    fn admit(&self, viewer: &mut ViewerRequest) -> Result<(), Refusal> {
        admission::size(&viewer.method, &viewer.asked_for, &viewer.headers)?;
        if !self.answers_to(viewer.host()) {
            return Err(Refusal::UnknownHost);
        }
        if !self.config.enabled {
            return Err(Refusal::Disabled);
        }
        if distributions_passed(&viewer.headers) > CHAINED {
            return Err(Refusal::Loop);
        }
        if viewer.path == "/"
            && let Some(object) =
                self.config.default_root_object.as_deref().filter(|object| !object.is_empty())
        {
            if object.starts_with('/') {
                return Err(Refusal::BadDefaultRootObject);
            }
            viewer.path = format!("/{object}");
        }
        Ok(())
    }

    fn answers_to(&self, host: &str) -> bool {
        let config = &self.config;
        if config.local_hosts.is_empty()
            || config.local_hosts.iter().any(|local| local.eq_ignore_ascii_case(host))
        {
            return true;
        }
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        name.eq_ignore_ascii_case(&config.domain_name)
            || config.aliases.iter().any(|alias| alias_matches(alias, name))
    }

    pub(super) fn behavior_of(&self, path: &str) -> usize {
        let default = self.behaviors.len() - 1;
        behavior_for(self.behaviors[..default].iter().map(|behavior| &behavior.config), path)
            .unwrap_or(default)
    }

    /// E-030, as far as this machine enforces it.
    fn viewer_protocol(
        &self,
        behavior: &Behavior,
        viewer: &ViewerRequest,
    ) -> Result<Option<Answer>, OwnError> {
        if viewer.peer.secure {
            return Ok(None);
        }
        let policy = behavior.config.viewer_protocol_policy;
        let protocol = admission::protocol(policy, &viewer.method, viewer.version);
        if protocol == Protocol::Pass {
            return Ok(None);
        }
        if self.settings.viewer_protocol == Enforcement::Reported {
            if !self.protocol_reported.swap(true, Ordering::Relaxed) {
                self.telemetry.notice(format!(
                    "{}: the ViewerProtocolPolicy of {} would send http requests to https in AWS; over plain \
                     http on this machine they pass (--https enforces it)",
                    self.config.logical_id, behavior.config.path_pattern
                ));
            }
            return Ok(None);
        }
        match protocol {
            Protocol::Redirect(status) => Ok(Some(https_redirect(status, viewer))),
            Protocol::Pass | Protocol::Refuse => Err(Refusal::HttpsOnly.into()),
        }
    }

    fn error_page(&self, status: StatusCode) -> Option<&ErrorPage> {
        custom_error(&self.config.custom_error_responses, status.as_u16())?.page.as_ref()
    }

    /// E-155: the page comes through whichever behavior matches its own path; if it fails, its failure
    /// is what the viewer sees.
    async fn with_page(
        self: &Arc<Self>,
        failed: Answer,
        page: &ErrorPage,
        mut request: ViewerRequest,
    ) -> Answer {
        let behavior = &self.behaviors[self.behavior_of(&request.path)];
        let mut answer = match self.resolve(behavior, &mut request).await {
            Ok(answer) => answer,
            Err(error) => return super::own_answer(&error, &request.request_id),
        };
        if answer.status.is_success() {
            answer.status = StatusCode::from_u16(page.response_code).unwrap_or(failed.status);
        }
        answer.cache = CacheResult::Error;
        answer.placement = answer.placement.or(failed.placement);
        answer.fresh_for = failed.fresh_for;
        answer
    }
}

/// What is cut off an answer because the viewer has it, or asked for a part (E-133, E-140).
fn finish(mut answer: Answer, viewer: &ViewerRequest) -> Answer {
    if !matches!(viewer.method, Method::GET | Method::HEAD) || matches!(answer.body, AnswerBody::Passed(_)) {
        return answer;
    }
    if not_modified(&viewer.headers, answer.status, &answer.headers) {
        answer.status = StatusCode::NOT_MODIFIED;
        for name in ["content-length", "content-type", "content-encoding"] {
            answer.headers.remove(name);
        }
        discard(&mut answer);
        return answer;
    }
    crate::range::cut(answer, &viewer.headers)
}

/// Takes the body away; what is still coming in comes in for the store all the same.
fn discard(answer: &mut Answer) {
    if let AnswerBody::Shared(reader) = &answer.body {
        reader.detach();
    }
    answer.body = AnswerBody::empty();
}

fn https_redirect(status: StatusCode, viewer: &ViewerRequest) -> Answer {
    let host = viewer.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let mut headers = own_headers();
    if let Ok(location) = HeaderValue::from_str(&format!("https://{host}{}", viewer.asked_for)) {
        headers.insert(LOCATION, location);
    }
    let body = AnswerBody::Whole(Bytes::from(redirect(status)));
    Answer::new(status, headers, body, CacheResult::Redirect)
}

/// `*.example.org` takes one label and more in front.
fn alias_matches(alias: &str, host: &str) -> bool {
    match alias.strip_prefix('*') {
        Some(end) => {
            host.len() > end.len() && host[..].to_ascii_lowercase().ends_with(&end.to_ascii_lowercase())
        }
        None => alias.eq_ignore_ascii_case(host),
    }
}

fn distributions_passed(headers: &HeaderMap) -> usize {
    let lines = headers.get_all(http::header::VIA).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).filter(|hop| hop.trim_end().ends_with("(CloudFront)")).count()
}

/// E-175: distributions that a request may have gone through before this one.
const CHAINED: usize = 2;
