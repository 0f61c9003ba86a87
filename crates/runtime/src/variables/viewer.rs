//! Who the viewer is: by the distribution's word if it proves itself, else by the event.

use std::borrow::Cow;

use events::function::Request;

/// The viewer's host, address and scheme.
pub(super) struct Viewer<'a> {
    pub(super) host: &'a str,
    pub(super) address: &'a str,
    pub(super) is_secure: bool,
    /// The port that the event's sender listens on, unless the distribution spoke.
    forwarded_port: Option<&'a str>,
}

impl<'a> Viewer<'a> {
    pub(super) fn of(request: &'a Request<'_>, secret: Option<&str>) -> Self {
        let trusted = secret.is_some_and(|secret| {
            request
                .header("x-davy-origin-secret")
                .is_some_and(|sent| equal(sent.as_bytes(), secret.as_bytes()))
        });
        let told = |name| if trusted { request.header(name) } else { None };
        let proto = told("x-davy-proto");
        let host = told("x-davy-host")
            .or_else(|| request.header("host"))
            .or(request.context.domain_name.as_deref())
            .unwrap_or_default();
        let address = told("x-davy-address")
            .or(request.context.source_ip.as_deref())
            .or_else(|| last_forwarded(request))
            .unwrap_or("127.0.0.1");
        Self {
            host,
            address,
            is_secure: proto.or_else(|| request.header("x-forwarded-proto")) == Some("https"),
            forwarded_port: if proto.is_some() { None } else { request.header("x-forwarded-port") },
        }
    }

    pub(super) const fn scheme(&self) -> &'static str {
        if self.is_secure { "https" } else { "http" }
    }

    pub(super) fn server_name(&self) -> &'a str {
        split_port(self.host).0
    }

    pub(super) fn port(&self) -> Cow<'a, str> {
        let known = self.forwarded_port.or_else(|| split_port(self.host).1);
        match known {
            Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => Cow::Borrowed(port),
            _ => Cow::Borrowed(if self.is_secure { "443" } else { "80" }),
        }
    }
}

/// Whether a header is one of the four that tell who the viewer is. PHP never sees them, so that
/// nobody builds on what may be forged.
pub(super) fn is_ours(name: &str) -> bool {
    name.len() > 7
        && name.as_bytes()[..7].eq_ignore_ascii_case(b"x-davy-")
        && ["host", "address", "proto", "origin-secret"]
            .iter()
            .any(|rest| name[7..].eq_ignore_ascii_case(rest))
}

/// A load balancer tells its peer's address only by appending it.
fn last_forwarded<'a>(request: &'a Request<'_>) -> Option<&'a str> {
    request.header("x-forwarded-for").and_then(|list| list.rsplit(',').next()).map(str::trim)
}

/// `[::1]:8080` → `[::1]`, `8080`
fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') && (!name.contains(':') || name.ends_with(']')) => {
            (name, Some(port))
        }
        _ => (host, None),
    }
}

/// Compares in a time that doesn't tell where they differ.
fn equal(sent: &[u8], secret: &[u8]) -> bool {
    sent.len() == secret.len() && sent.iter().zip(secret).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}
