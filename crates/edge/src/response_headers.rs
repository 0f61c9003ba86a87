//! A response headers policy put upon an answer: headers added, replaced and taken away.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::config::{CorsConfig, ResponseHeadersPolicy, SecurityHeadersConfig};
use crate::matching::wildcard;

/// Applies `policy` to an answer's headers, for a viewer who sent `method` and `viewer`.
///
/// Removal comes first: a header that is both removed and set ends up set.
/// Source: CloudFront developer guide, "Understand response headers policies".
pub(crate) fn apply(
    policy: &ResponseHeadersPolicy,
    method: &Method,
    viewer: &HeaderMap,
    answer: &mut HeaderMap,
) {
    for name in &policy.remove_headers {
        answer.remove(name.as_str());
    }
    if let Some(cors) = &policy.cors {
        apply_cors(cors, method, viewer, answer);
    }
    for header in security(&policy.security_headers) {
        header.put(answer);
    }
    for custom in &policy.custom_headers {
        Header { name: &custom.header, value: custom.value.clone(), overrides: custom.overrides }.put(answer);
    }
}

/// One header that the policy sets.
struct Header<'a> {
    name: &'a str,
    value: String,
    overrides: bool,
}

impl Header<'_> {
    fn put(self, answer: &mut HeaderMap) {
        let (Ok(name), Ok(value)) = (self.name.parse::<HeaderName>(), HeaderValue::from_str(&self.value))
        else {
            return;
        };
        if self.overrides || !answer.contains_key(&name) {
            answer.insert(name, value);
        }
    }
}

/// Only a viewer that names its `Origin` gets them, and one that is not allowed gets none.
fn apply_cors(cors: &CorsConfig, method: &Method, viewer: &HeaderMap, answer: &mut HeaderMap) {
    let Some(origin) = viewer.get(ORIGIN) else { return };
    if !cors.origin_override && CORS.iter().any(|name| answer.contains_key(name)) {
        return;
    }
    let anybody = cors.access_control_allow_origins.iter().any(|allowed| allowed == "*");
    let listed = cors
        .access_control_allow_origins
        .iter()
        .any(|allowed| wildcard(allowed.as_bytes(), origin.as_bytes()));
    if !anybody && !listed {
        return;
    }
    for name in CORS {
        answer.remove(name);
    }
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            answer.insert(name, value);
        }
    };
    if cors.access_control_allow_credentials {
        set(ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    let is_preflight = *method == Method::OPTIONS && viewer.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if is_preflight {
        let methods = cors.access_control_allow_methods.join(", ");
        if !methods.is_empty() {
            set(ACCESS_CONTROL_ALLOW_METHODS, if methods == "ALL" { EVERY_METHOD } else { &methods });
        }
        let headers = cors.access_control_allow_headers.join(", ");
        if !headers.is_empty() {
            set(ACCESS_CONTROL_ALLOW_HEADERS, &headers);
        }
        if let Some(age) = cors.access_control_max_age {
            set(ACCESS_CONTROL_MAX_AGE, &age.as_secs().to_string());
        }
    } else if !cors.access_control_expose_headers.is_empty() {
        set(ACCESS_CONTROL_EXPOSE_HEADERS, &cors.access_control_expose_headers.join(", "));
    }
    if anybody {
        answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    } else {
        answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        answer.append(VARY, HeaderValue::from_static("Origin"));
    }
}

fn security(config: &SecurityHeadersConfig) -> Vec<Header<'static>> {
    let mut headers = Vec::new();
    let mut add = |name, value: String, overrides| headers.push(Header { name, value, overrides });
    if let Some(policy) = &config.content_security_policy {
        add("content-security-policy", policy.content_security_policy.clone(), policy.overrides);
    }
    if let Some(overrides) = config.content_type_options {
        add("x-content-type-options", "nosniff".to_owned(), overrides);
    }
    if let Some(frame) = &config.frame_options {
        add("x-frame-options", frame.frame_option.clone(), frame.overrides);
    }
    if let Some(referrer) = &config.referrer_policy {
        add("referrer-policy", referrer.referrer_policy.clone(), referrer.overrides);
    }
    if let Some(transport) = &config.strict_transport_security {
        let mut value = format!("max-age={}", transport.max_age.as_secs());
        if transport.include_subdomains {
            value.push_str("; includeSubDomains");
        }
        if transport.preload {
            value.push_str("; preload");
        }
        add("strict-transport-security", value, transport.overrides);
    }
    if let Some(protection) = &config.xss_protection {
        let mut value = if protection.protection { "1" } else { "0" }.to_owned();
        if protection.mode_block {
            value.push_str("; mode=block");
        } else if let Some(uri) = &protection.report_uri {
            value.push_str("; report=");
            value.push_str(uri);
        }
        add("x-xss-protection", value, protection.overrides);
    }
    headers
}

const CORS: [HeaderName; 6] = [
    ACCESS_CONTROL_ALLOW_CREDENTIALS,
    ACCESS_CONTROL_ALLOW_HEADERS,
    ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE,
];
const EVERY_METHOD: &str = "GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE";

#[cfg(test)]
mod tests;
