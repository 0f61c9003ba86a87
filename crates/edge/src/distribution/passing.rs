//! A request whose answer is not stored: asked of the origin and passed through.

use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use telemetry::Placement;

use super::{Behavior, Shared};
use crate::answer::{Answer, AnswerBody, CacheResult, end_to_end};
use crate::config::Profile;
use crate::key::Urls;
use crate::pages::OwnError;
use crate::request::ViewerRequest;

impl Shared {
    /// Asks the origin for this viewer alone, and stores nothing.
    pub(super) async fn pass_through(
        self: &Arc<Self>,
        behavior: &Behavior,
        viewer: &mut ViewerRequest,
    ) -> Result<Answer, OwnError> {
        let request = self.origin_request(behavior, viewer);
        let response = self.fetch(behavior, request).await?;
        let (parts, body) = response.into_parts();
        self.invalidate_after(behavior, viewer, parts.status, &parts.headers);
        let headers = end_to_end(&parts.headers, &behavior.forwarding);
        let cache = CacheResult::Miss.of(parts.status);
        let mut answer = Answer::new(parts.status, headers, AnswerBody::Passed(body), cache);
        answer.placement = parts.extensions.get::<Placement>().cloned();
        Ok(answer)
    }

    /// RFC 9111, 4.4: an unsafe method that succeeded makes what is stored of its target out of date.
    /// CloudFront does no such thing.
    fn invalidate_after(
        &self,
        behavior: &Behavior,
        viewer: &ViewerRequest,
        status: StatusCode,
        headers: &HeaderMap,
    ) {
        let succeeded = status.is_success() || status.is_redirection();
        if behavior.rules.profile != Profile::Rfc9111 || viewer.method.is_safe() || !succeeded {
            return;
        }
        let mut targets = vec![Urls::exactly(&viewer.asked_for)];
        for name in [http::header::LOCATION, http::header::CONTENT_LOCATION] {
            let target =
                headers.get(name).and_then(|value| same_origin_path(value.to_str().ok()?, viewer.host()));
            targets.extend(target.map(|target| Urls::exactly(&target)));
        }
        self.drop_urls(&targets);
    }
}

/// The path and query that a `Location` names on the same host.
fn same_origin_path(location: &str, host: &str) -> Option<String> {
    if location.starts_with('/') && !location.starts_with("//") {
        return Some(location.to_owned());
    }
    let rest = location.split_once("://")?.1;
    let (authority, path) = rest.split_at(rest.find('/')?);
    authority.eq_ignore_ascii_case(host).then(|| path.to_owned())
}
