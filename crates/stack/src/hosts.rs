//! Which `Host` an entrance answers to.
//!
//! A page from anywhere can make a browser send requests to a loopback address by pointing a name
//! of its own there (DNS rebinding). Such a request carries that foreign name as its Host.

use std::net::IpAddr;

/// The names of the stack's own: aliases of distributions, custom domains of APIs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hosts {
    own: Vec<String>,
}

impl Hosts {
    /// Answers to `own` besides what is always fine: loopback, `*.localhost`, and AWS's own domains.
    pub(crate) fn new(own: impl IntoIterator<Item = String>) -> Self {
        Self { own: own.into_iter().map(|name| name.to_ascii_lowercase()).collect() }
    }

    /// Whether a request with this `Host` (port included, as sent) is meant for the stack.
    /// A request without one comes from no browser.
    pub(crate) fn accept(&self, host: Option<&str>) -> bool {
        let Some(host) = host else { return true };
        let name = without_port(host).to_ascii_lowercase();
        if let Ok(address) = name.trim_matches(['[', ']']).parse::<IpAddr>() {
            // An address cannot be pointed elsewhere by anybody's DNS.
            return address.is_loopback() || address.is_unspecified();
        }
        name == "localhost"
            || ALWAYS.iter().any(|suffix| name.ends_with(suffix))
            || self.own.iter().any(|own| matches(own, &name))
    }
}

/// `own` may begin with `*.`, as an alias of a distribution may.
fn matches(own: &str, name: &str) -> bool {
    match own.strip_prefix('*') {
        Some(suffix) => name.len() > suffix.len() && name.ends_with(suffix),
        None => own == name,
    }
}

fn without_port(host: &str) -> &str {
    match host.rfind(':') {
        Some(colon) if !host[colon..].contains(']') => &host[..colon],
        _ => host,
    }
}

/// Names under these cannot be pointed to loopback by a stranger.
const ALWAYS: [&str; 4] = [".localhost", ".amazonaws.com", ".cloudfront.net", ".on.aws"];

#[cfg(test)]
mod tests;
