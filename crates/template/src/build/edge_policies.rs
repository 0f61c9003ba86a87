//! Policies of the stack's own, and CloudFront Functions.

use std::time::Duration;

use super::Builder;
use crate::diagnostic::Diagnostic;
use crate::model::{
    CachePolicy, EdgeFunction, OriginRequestPolicy, PolicyCors, ResponseHeader, ResponseHeadersPolicy,
    SecurityHeaders, Selection, StrictTransportSecurity,
};
use crate::sections::Resource;
use crate::value::Value;

impl<'t> Builder<'_, 't> {
    pub(super) fn cache_policy(&mut self, resource: Resource<'t>, value: &Value) {
        let Some(configuration) = value.member("CachePolicyConfig") else { return };
        let Some(parameters) = configuration.member("ParametersInCacheKeyAndForwardedToOrigin") else {
            return;
        };
        self.model.cache_policies.push(CachePolicy {
            logical_id: resource.logical_id.to_owned(),
            id: self.resolver.identity(resource.logical_id).uuid(),
            time_to_live: self.time_to_live(configuration, resource.span),
            headers: selection(parameters.member("HeadersConfig"), "HeaderBehavior", "Headers"),
            cookies: selection(parameters.member("CookiesConfig"), "CookieBehavior", "Cookies"),
            query: selection(parameters.member("QueryStringsConfig"), "QueryStringBehavior", "QueryStrings"),
            gzip: parameters.boolean_at("EnableAcceptEncodingGzip").unwrap_or(false),
            brotli: parameters.boolean_at("EnableAcceptEncodingBrotli").unwrap_or(false),
            position: self.position(resource.span),
        });
    }

    pub(super) fn origin_request_policy(&mut self, resource: Resource<'t>, value: &Value) {
        let Some(configuration) = value.member("OriginRequestPolicyConfig") else { return };
        let headers = selection(configuration.member("HeadersConfig"), "HeaderBehavior", "Headers");
        if let (Selection::Only(names), Some(place)) =
            (&headers, configuration.at(&["HeadersConfig", "Headers"]))
        {
            for name in ["Authorization", "Accept-Encoding"] {
                if names.iter().any(|listed| listed.eq_ignore_ascii_case(name)) {
                    let message = format!("CloudFront takes no `{name}` in an origin request policy");
                    self.report(
                        Diagnostic::error("bad-policy-header", message)
                            .at(place.span)
                            .help("put it into the cache policy, or forward all viewer headers"),
                    );
                }
            }
        }
        self.model.origin_request_policies.push(OriginRequestPolicy {
            logical_id: resource.logical_id.to_owned(),
            id: self.resolver.identity(resource.logical_id).uuid(),
            headers,
            cookies: selection(configuration.member("CookiesConfig"), "CookieBehavior", "Cookies"),
            query: selection(
                configuration.member("QueryStringsConfig"),
                "QueryStringBehavior",
                "QueryStrings",
            ),
            position: self.position(resource.span),
        });
    }

    pub(super) fn response_headers_policy(&mut self, resource: Resource<'t>, value: &Value) {
        let Some(configuration) = value.member("ResponseHeadersPolicyConfig") else { return };
        let custom = configuration.at(&["CustomHeadersConfig", "Items"]).map_or(&[][..], Value::items);
        let removed = configuration.at(&["RemoveHeadersConfig", "Items"]).map_or(&[][..], Value::items);
        let timing = configuration.member("ServerTimingHeadersConfig");
        let timing = timing.filter(|timing| timing.boolean_at("Enabled") == Some(true));
        self.model.response_headers_policies.push(ResponseHeadersPolicy {
            logical_id: resource.logical_id.to_owned(),
            id: self.resolver.identity(resource.logical_id).uuid(),
            cors: configuration.member("CorsConfig").map(policy_cors),
            security: configuration.member("SecurityHeadersConfig").map(security_headers).unwrap_or_default(),
            custom: custom
                .iter()
                .map(|header| ResponseHeader {
                    name: header.text_at("Header").unwrap_or_default(),
                    value: header.text_at("Value").unwrap_or_default(),
                    overrides: overrides(header),
                })
                .collect(),
            removed: removed.iter().filter_map(|header| header.text_at("Header")).collect(),
            server_timing: timing
                .map(|timing| timing.member("SamplingRate").and_then(Value::number).unwrap_or(0.0)),
            position: self.position(resource.span),
        });
    }

    pub(super) fn edge_function(&mut self, resource: Resource<'t>, value: &Value) {
        let id = resource.logical_id;
        let resolver = self.resolver;
        let code = value.text_at("FunctionCode").unwrap_or_default();
        if code.len() > CODE_MAXIMUM {
            let message =
                format!("the code has {} bytes; CloudFront takes {CODE_MAXIMUM} at most", code.len());
            self.report(Diagnostic::error("too-large", message).at(resource.span));
        }
        self.model.edge_functions.push(EdgeFunction {
            logical_id: id.to_owned(),
            name: resolver.name_of(id, resource.span).unwrap_or_default(),
            arn: resolver.fill_for(
                id,
                "arn:{partition}:cloudfront::{account}:function/{name}",
                resource.span,
            ),
            code,
            runtime: value
                .at(&["FunctionConfig", "Runtime"])
                .and_then(Value::text)
                .unwrap_or_default()
                .to_owned(),
            position: self.position(resource.span),
        });
    }
}

fn selection(value: Option<&Value>, behavior: &str, names: &str) -> Selection {
    let Some(value) = value else { return Selection::None };
    match value.text_at(behavior).as_deref() {
        Some("whitelist") => Selection::Only(value.texts_at(names)),
        Some("allExcept") => Selection::AllExcept(value.texts_at(names)),
        Some("all" | "allViewer") => Selection::All,
        Some("allViewerAndWhitelistCloudFront") => Selection::AllAnd(value.texts_at(names)),
        _ => Selection::None,
    }
}

fn policy_cors(value: &Value) -> PolicyCors {
    let items = |name: &str| value.member(name).map(|list| list.texts_at("Items")).unwrap_or_default();
    PolicyCors {
        allow_origins: items("AccessControlAllowOrigins"),
        allow_methods: items("AccessControlAllowMethods"),
        allow_headers: items("AccessControlAllowHeaders"),
        expose_headers: items("AccessControlExposeHeaders"),
        allow_credentials: value.boolean_at("AccessControlAllowCredentials").unwrap_or(false),
        max_age: value.integer_at("AccessControlMaxAgeSec"),
        overrides: value.boolean_at("OriginOverride").unwrap_or(false),
    }
}

/// Each part of the configuration as the header that CloudFront sends for it.
fn security_headers(value: &Value) -> SecurityHeaders {
    let mut headers = Vec::new();
    let mut add = |name: &str, text: String, part: &Value| {
        headers.push(ResponseHeader { name: name.to_owned(), value: text, overrides: overrides(part) });
    };
    if let Some(part) = value.member("ContentSecurityPolicy") {
        add("Content-Security-Policy", part.text_at("ContentSecurityPolicy").unwrap_or_default(), part);
    }
    if let Some(part) = value.member("ContentTypeOptions") {
        add("X-Content-Type-Options", "nosniff".to_owned(), part);
    }
    if let Some(part) = value.member("FrameOptions") {
        add("X-Frame-Options", part.text_at("FrameOption").unwrap_or_default(), part);
    }
    if let Some(part) = value.member("ReferrerPolicy") {
        add("Referrer-Policy", part.text_at("ReferrerPolicy").unwrap_or_default(), part);
    }
    if let Some(part) = value.member("XSSProtection") {
        let mode = if part.boolean_at("ModeBlock") == Some(true) { "; mode=block" } else { "" };
        let report = part.text_at("ReportUri").map(|uri| format!("; report={uri}")).unwrap_or_default();
        let protection = u8::from(part.boolean_at("Protection") == Some(true));
        add("X-XSS-Protection", format!("{protection}{mode}{report}"), part);
    }
    let strict_transport = value.member("StrictTransportSecurity").map(|part| StrictTransportSecurity {
        max_age: Duration::from_secs(part.integer_at("AccessControlMaxAgeSec").unwrap_or(0)),
        include_subdomains: part.boolean_at("IncludeSubdomains").unwrap_or(false),
        preload: part.boolean_at("Preload").unwrap_or(false),
        overrides: overrides(part),
    });
    SecurityHeaders { headers, strict_transport }
}

fn overrides(value: &Value) -> bool {
    value.boolean_at("Override").unwrap_or(false)
}

/// Source: CloudFront developer guide, quotas on CloudFront Functions.
const CODE_MAXIMUM: usize = 10 * 1024;
