//! The policies that behaviors name by id: the stack's own, else AWS's managed ones.

use edge::{
    CachePolicy, CorsConfig, CustomHeader, OriginRequestHeaders, OriginRequestPolicy, ResponseHeadersPolicy,
    SecurityHeadersConfig, Selection, StrictTransportSecurity, TimeToLive,
};
use template::Model;
use template::model;

pub(super) fn cache_policy(id: &str, model: &Model) -> Option<CachePolicy> {
    let Some(own) = model.cache_policies.iter().find(|policy| policy.id == id) else {
        return edge::cache_policy(id);
    };
    Some(CachePolicy {
        name: own.logical_id.clone(),
        time_to_live: time_to_live(own.time_to_live),
        headers: names(&own.headers),
        cookies: selection(&own.cookies),
        query_strings: selection(&own.query),
        enable_accept_encoding_gzip: own.gzip,
        enable_accept_encoding_brotli: own.brotli,
    })
}

pub(super) fn origin_request_policy(id: &str, model: &Model) -> Option<OriginRequestPolicy> {
    let Some(own) = model.origin_request_policies.iter().find(|policy| policy.id == id) else {
        return edge::origin_request_policy(id);
    };
    Some(OriginRequestPolicy {
        name: own.logical_id.clone(),
        headers: match &own.headers {
            model::Selection::None => OriginRequestHeaders::None,
            model::Selection::Only(names) => OriginRequestHeaders::Whitelist(names.clone()),
            model::Selection::AllExcept(names) => OriginRequestHeaders::AllExcept(names.clone()),
            model::Selection::All => OriginRequestHeaders::AllViewer,
            model::Selection::AllAnd(names) => {
                OriginRequestHeaders::AllViewerAndWhitelistCloudFront(names.clone())
            }
        },
        cookies: selection(&own.cookies),
        query_strings: selection(&own.query),
    })
}

pub(super) fn response_headers_policy(id: &str, model: &Model) -> Option<ResponseHeadersPolicy> {
    let Some(own) = model.response_headers_policies.iter().find(|policy| policy.id == id) else {
        return edge::response_headers_policy(id);
    };
    let headers = own.security.headers.iter().chain(&own.custom);
    Some(ResponseHeadersPolicy {
        name: own.logical_id.clone(),
        cors: own.cors.as_ref().map(cors),
        security_headers: SecurityHeadersConfig {
            strict_transport_security: own.security.strict_transport.as_ref().map(|policy| {
                StrictTransportSecurity {
                    max_age: policy.max_age,
                    include_subdomains: policy.include_subdomains,
                    preload: policy.preload,
                    overrides: policy.overrides,
                }
            }),
            ..SecurityHeadersConfig::default()
        },
        custom_headers: headers
            .map(|header| CustomHeader {
                header: header.name.clone(),
                value: header.value.clone(),
                overrides: header.overrides,
            })
            .collect(),
        remove_headers: own.removed.clone(),
        server_timing_sampling_rate: own.server_timing,
    })
}

pub(super) fn time_to_live(time: model::TimeToLive) -> TimeToLive {
    TimeToLive { minimum: time.minimum, default: time.default, maximum: time.maximum }
}

fn cors(cors: &model::PolicyCors) -> CorsConfig {
    CorsConfig {
        access_control_allow_credentials: cors.allow_credentials,
        access_control_allow_headers: cors.allow_headers.clone(),
        access_control_allow_methods: cors.allow_methods.clone(),
        access_control_allow_origins: cors.allow_origins.clone(),
        access_control_expose_headers: cors.expose_headers.clone(),
        access_control_max_age: cors.max_age.map(|seconds| std::time::Duration::from_secs(seconds.into())),
        origin_override: cors.overrides,
    }
}

fn selection(selection: &model::Selection) -> Selection {
    match selection {
        model::Selection::None => Selection::None,
        model::Selection::Only(names) => Selection::Whitelist(names.clone()),
        model::Selection::AllExcept(names) => Selection::AllExcept(names.clone()),
        model::Selection::All | model::Selection::AllAnd(_) => Selection::All,
    }
}

/// A cache policy's headers are none or listed ones; CloudFormation takes nothing else.
fn names(selection: &model::Selection) -> Vec<String> {
    match selection {
        model::Selection::Only(names) => names.clone(),
        _ => Vec::new(),
    }
}
