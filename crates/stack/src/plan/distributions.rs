//! Distributions of the model as the edge takes them, their origins resolved inside the stack.

use access::Principal;
use edge::{
    AllowedMethods, CacheBehavior, CachedMethods, Caching, CloudFrontFunction, CookiePreference,
    CustomErrorResponse, CustomOriginConfig, DistributionConfig, ErrorPage, ForwardedValues,
    FunctionAssociation, FunctionEvent, HttpVersion, OriginConfig, OriginKind, OriginProtocolPolicy,
    OriginTarget, ViewerProtocolPolicy,
};
use template::Model;
use template::model;

use super::policies;
use crate::StartError;

/// Gives what answers for an origin on this machine.
pub(crate) type Targets<'a> = &'a dyn Fn(&model::Distribution, &model::Origin) -> OriginTarget;

/// The configuration of a distribution.
///
/// # Errors
/// [`StartError::Template`] if a behavior names a policy or function that is not there.
pub(crate) fn distribution(
    distribution: &model::Distribution,
    model: &Model,
    targets: Targets<'_>,
) -> Result<DistributionConfig, StartError> {
    let named = |behavior: &model::CacheBehavior| {
        planned(behavior, model).map_err(|missing| StartError::Template {
            resource: distribution.logical_id.clone(),
            message: format!(
                "the behavior {} names {missing}, which is not in the stack",
                behavior.path_pattern
            ),
        })
    };
    Ok(DistributionConfig {
        id: distribution.id.clone(),
        logical_id: distribution.logical_id.clone(),
        domain_name: distribution.domain_name.clone(),
        aliases: distribution.aliases.clone(),
        local_hosts: Vec::new(),
        enabled: distribution.enabled,
        default_root_object: distribution.default_root_object.clone(),
        origins: distribution.origins.iter().map(|one| origin(one, targets(distribution, one))).collect(),
        origin_groups: Vec::new(),
        default_cache_behavior: named(&distribution.default_behavior)?,
        cache_behaviors: distribution.behaviors.iter().map(named).collect::<Result<_, _>>()?,
        custom_error_responses: distribution.custom_errors.iter().map(custom_error).collect(),
        http_version: match distribution.http_version {
            model::HttpVersion::Http1 => HttpVersion::Http11,
            model::HttpVersion::Http2 => HttpVersion::Http2,
            model::HttpVersion::Http3 => HttpVersion::Http3,
            model::HttpVersion::Http2And3 => HttpVersion::Http2And3,
        },
    })
}

/// As whom a distribution reads a bucket.
pub(crate) fn reader(distribution: &model::Distribution, origin: &model::Origin, model: &Model) -> Principal {
    let signs = origin.access_control.as_ref().is_some_and(|id| {
        model
            .access_controls
            .iter()
            .any(|control| control.id == *id && control.signing != model::Signing::Never)
    });
    if signs {
        return Principal::CloudFrontService { source_arn: distribution.arn.clone() };
    }
    let identity = match &origin.kind {
        model::OriginKind::S3 { identity } => identity.as_ref(),
        model::OriginKind::Custom(_) => None,
    };
    identity.and_then(|id| model.identities.iter().find(|identity| identity.id == *id)).map_or(
        Principal::Anonymous,
        |identity| Principal::Identity {
            id: identity.id.clone(),
            canonical_user: identity.canonical_user_id.clone(),
        },
    )
}

fn origin(origin: &model::Origin, target: OriginTarget) -> OriginConfig {
    let kind = match &origin.kind {
        model::OriginKind::S3 { .. } => OriginKind::S3,
        model::OriginKind::Custom(custom) => OriginKind::Custom(CustomOriginConfig {
            origin_protocol_policy: match custom.protocol {
                model::OriginProtocol::HttpOnly => OriginProtocolPolicy::HttpOnly,
                model::OriginProtocol::HttpsOnly => OriginProtocolPolicy::HttpsOnly,
                model::OriginProtocol::MatchViewer => OriginProtocolPolicy::MatchViewer,
            },
            http_port: custom.http_port,
            https_port: custom.https_port,
            origin_read_timeout: custom.read_timeout,
            origin_keepalive_timeout: custom.keep_alive,
        }),
    };
    OriginConfig {
        origin_path: origin.path.clone(),
        origin_custom_headers: origin.custom_headers.clone().into_iter().collect(),
        connection_attempts: origin.connection_attempts,
        connection_timeout: origin.connection_timeout,
        ..OriginConfig::new(&origin.id, &origin.domain_name, kind, target)
    }
}

/// A behavior in the edge's words, or the name of what is missing.
fn planned(behavior: &model::CacheBehavior, model: &Model) -> Result<CacheBehavior, String> {
    Ok(CacheBehavior {
        path_pattern: behavior.path_pattern.clone(),
        target_origin_id: behavior.target_origin.clone(),
        viewer_protocol_policy: match behavior.viewer_protocol {
            model::ViewerProtocol::AllowAll => ViewerProtocolPolicy::AllowAll,
            model::ViewerProtocol::HttpsOnly => ViewerProtocolPolicy::HttpsOnly,
            model::ViewerProtocol::RedirectToHttps => ViewerProtocolPolicy::RedirectToHttps,
        },
        allowed_methods: allowed_methods(&behavior.allowed_methods),
        cached_methods: if has(&behavior.cached_methods, "OPTIONS") {
            CachedMethods::GetHeadOptions
        } else {
            CachedMethods::GetHead
        },
        compress: behavior.compress,
        caching: caching(&behavior.forwarding, model)?,
        response_headers_policy: behavior
            .response_headers_policy
            .as_ref()
            .map(|id| {
                policies::response_headers_policy(id, model)
                    .ok_or_else(|| format!("the response headers policy {id}"))
            })
            .transpose()?,
        function_associations: behavior
            .functions
            .iter()
            .map(|association| function(association, model))
            .collect::<Result<_, _>>()?,
        trusted_keys: Vec::new(),
    })
}

fn caching(forwarding: &model::Forwarding, model: &Model) -> Result<Caching, String> {
    Ok(match forwarding {
        model::Forwarding::Values { values, time_to_live } => Caching::Legacy {
            forwarded_values: ForwardedValues {
                query_string: values.query_string,
                query_string_cache_keys: values.query_string_keys.clone(),
                headers: values.headers.clone(),
                cookies: match &values.cookies {
                    model::ForwardedCookies::None => CookiePreference::None,
                    model::ForwardedCookies::Names(names) => CookiePreference::Whitelist(names.clone()),
                    model::ForwardedCookies::All => CookiePreference::All,
                },
            },
            time_to_live: policies::time_to_live(*time_to_live),
        },
        model::Forwarding::Policies { cache, origin_request } => Caching::Policies {
            cache_policy: policies::cache_policy(cache, model)
                .ok_or_else(|| format!("the cache policy {cache}"))?,
            origin_request_policy: origin_request
                .as_ref()
                .map(|id| {
                    policies::origin_request_policy(id, model)
                        .ok_or_else(|| format!("the origin request policy {id}"))
                })
                .transpose()?,
        },
    })
}

fn function(
    association: &model::EdgeFunctionAssociation,
    model: &Model,
) -> Result<FunctionAssociation, String> {
    let function = model
        .edge_functions
        .iter()
        .find(|function| function.arn == association.arn)
        .ok_or_else(|| format!("the CloudFront Function {}", association.arn))?;
    Ok(FunctionAssociation {
        event_type: match association.event {
            model::EdgeEvent::ViewerRequest => FunctionEvent::ViewerRequest,
            model::EdgeEvent::ViewerResponse => FunctionEvent::ViewerResponse,
        },
        function: CloudFrontFunction { name: function.name.clone(), code: function.code.clone() },
    })
}

fn custom_error(error: &model::CustomError) -> CustomErrorResponse {
    CustomErrorResponse {
        error_code: error.code,
        error_caching_min_ttl: error.minimum_time_to_live,
        page: error.page.as_ref().map(|path| ErrorPage {
            response_code: error.response_code.unwrap_or(error.code),
            response_page_path: path.clone(),
        }),
    }
}

/// CloudFront knows three sets; what a template lists is the smallest that holds it.
fn allowed_methods(methods: &[String]) -> AllowedMethods {
    if ["PUT", "POST", "PATCH", "DELETE"].iter().any(|method| has(methods, method)) {
        AllowedMethods::All
    } else if has(methods, "OPTIONS") {
        AllowedMethods::GetHeadOptions
    } else {
        AllowedMethods::GetHead
    }
}

fn has(methods: &[String], method: &str) -> bool {
    methods.iter().any(|one| one == method)
}
