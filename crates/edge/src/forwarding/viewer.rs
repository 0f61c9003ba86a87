//! What the decisions look at of a viewer's request, and the `CloudFront-*` headers made from it.

use std::net::IpAddr;

use access::Peer;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Version};

/// A viewer's request without its address and body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Viewed<'a> {
    pub method: &'a Method,
    pub version: Version,
    pub headers: &'a HeaderMap,
    pub peer: Peer,
}

impl Viewed<'_> {
    /// The values of that header as the key sees them: the viewer's, or the edge's own for
    /// `CloudFront-*`.
    pub(super) fn values(&self, name: &HeaderName) -> Vec<HeaderValue> {
        if name.as_str().starts_with("cloudfront-") {
            return self.generated(name).into_iter().collect();
        }
        self.headers.get_all(name).iter().cloned().collect()
    }

    /// E-094, as far as one machine knows: no geography, and no fingerprint of a handshake.
    pub(super) fn generated(&self, name: &HeaderName) -> Option<HeaderValue> {
        let kind = name.as_str().strip_prefix("cloudfront-")?;
        let truth = |holds: bool| Some(HeaderValue::from_static(if holds { "true" } else { "false" }));
        match kind {
            "forwarded-proto" => {
                Some(HeaderValue::from_static(if self.peer.secure { "https" } else { "http" }))
            }
            "viewer-http-version" => Some(HeaderValue::from_static(match self.version {
                Version::HTTP_2 => "2.0",
                Version::HTTP_3 => "3.0",
                Version::HTTP_10 => "1.0",
                _ => "1.1",
            })),
            "viewer-address" => {
                let ip = self.peer.address.ip().to_canonical();
                let port = self.peer.address.port();
                // CloudFront writes version 6 without brackets.
                HeaderValue::from_str(&match ip {
                    IpAddr::V4(ip) => format!("{ip}:{port}"),
                    IpAddr::V6(ip) => format!("{ip}:{port}"),
                })
                .ok()
            }
            "viewer-header-count" => HeaderValue::from_str(&self.headers.len().to_string()).ok(),
            "is-android-viewer" => truth(self.user_agent_has(&["Android"])),
            "is-ios-viewer" => truth(self.user_agent_has(&["iPhone", "iPad", "iPod"])),
            "is-smarttv-viewer" => truth(self.is_television()),
            "is-tablet-viewer" => truth(self.is_tablet()),
            "is-mobile-viewer" => truth(self.is_mobile()),
            "is-desktop-viewer" => truth(!self.is_mobile() && !self.is_tablet() && !self.is_television()),
            _ => None,
        }
    }

    fn is_television(&self) -> bool {
        self.user_agent_has(&["SmartTV", "SMART-TV", "Tizen", "Web0S", "AppleTV", "HbbTV"])
    }

    /// Android says `Mobile` on telephones only.
    fn is_tablet(&self) -> bool {
        self.user_agent_has(&["iPad", "Tablet"])
            || self.user_agent_has(&["Android"]) && !self.user_agent_has(&["Mobile"])
    }

    fn is_mobile(&self) -> bool {
        !self.is_tablet() && self.user_agent_has(&["Mobile", "iPhone", "iPod"])
    }

    fn user_agent_has(&self, marks: &[&str]) -> bool {
        let agent = self.headers.get(http::header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        agent.is_some_and(|agent| marks.iter().any(|mark| agent.contains(mark)))
    }
}
