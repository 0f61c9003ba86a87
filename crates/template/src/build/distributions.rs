//! Distributions with CloudFront's defaults; their inner contradictions.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Builder;
use crate::diagnostic::Diagnostic;
use crate::model::{
    CacheBehavior, CustomError, CustomOrigin, Distribution, EdgeEvent, EdgeFunctionAssociation,
    ForwardedCookies, ForwardedValues, Forwarding, HttpVersion, Origin, OriginKind, OriginProtocol,
    OriginTarget, TimeToLive, ViewerProtocol,
};
use crate::nearest::nearest;
use crate::sections::Resource;
use crate::source::Span;
use crate::value::Value;

/// Where a distribution's origins are written, in their order.
pub(super) struct Places {
    pub(super) origins: Vec<OriginPlaces>,
}

pub(super) struct OriginPlaces {
    pub(super) whole: Span,
    pub(super) path: Span,
    pub(super) domain: Span,
    pub(super) s3: Span,
}

impl<'t> Builder<'_, 't> {
    pub(super) fn distribution(&mut self, resource: Resource<'t>, value: &Value) {
        let Some(configuration) = value.member("DistributionConfig") else { return };
        let id = resource.logical_id;
        let identity = self.resolver.identity(id);
        let origins: Vec<Origin> =
            configuration.items_at("Origins").iter().map(|origin| self.origin(origin)).collect();
        let default_behavior = match configuration.member("DefaultCacheBehavior") {
            Some(behavior) => self.behavior(behavior, &origins),
            None => return,
        };
        let distribution = Distribution {
            logical_id: id.to_owned(),
            id: identity.cloudfront_id(),
            domain_name: format!("{}.cloudfront.net", identity.cloudfront_host()),
            arn: self.resolver.fill_for(
                id,
                "arn:{partition}:cloudfront::{account}:distribution/{cloudfront}",
                resource.span,
            ),
            aliases: configuration.texts_at("Aliases"),
            enabled: configuration.boolean_at("Enabled").unwrap_or(true),
            default_root_object: configuration.text_at("DefaultRootObject").filter(|name| !name.is_empty()),
            http_version: match configuration.text_at("HttpVersion").as_deref() {
                Some("http2") => HttpVersion::Http2,
                Some("http3") => HttpVersion::Http3,
                Some("http2and3") => HttpVersion::Http2And3,
                _ => HttpVersion::Http1,
            },
            behaviors: configuration
                .items_at("CacheBehaviors")
                .iter()
                .map(|behavior| self.behavior(behavior, &origins))
                .collect(),
            origins,
            default_behavior,
            custom_errors: configuration.items_at("CustomErrorResponses").iter().map(custom_error).collect(),
            position: self.position(resource.span),
        };
        self.check_configuration(configuration, resource);
        self.places
            .push(Places { origins: configuration.items_at("Origins").iter().map(origin_places).collect() });
        self.model.distributions.push(distribution);
    }

    fn origin(&self, value: &Value) -> Origin {
        let custom = value.member("CustomOriginConfig");
        let kind = match (value.member("S3OriginConfig"), custom) {
            (Some(_), Some(custom)) => {
                self.report(
                    Diagnostic::error("two-origin-kinds", "an origin is either S3's or custom, not both")
                        .at(custom.span)
                        .help("keep `S3OriginConfig` for a bucket, `CustomOriginConfig` for anything else"),
                );
                OriginKind::Custom(custom_origin(custom))
            }
            (None, Some(custom)) => OriginKind::Custom(custom_origin(custom)),
            (s3, None) => {
                if s3.is_none() && value.member("VpcOriginConfig").is_none() {
                    self.report(
                        Diagnostic::error(
                            "no-origin-kind",
                            "the origin has neither `S3OriginConfig` nor `CustomOriginConfig`",
                        )
                        .at(value.span)
                        .help("write `S3OriginConfig: {}` with an `OriginAccessControlId` for a bucket"),
                    );
                }
                OriginKind::S3 { identity: s3.and_then(|s3| self.origin_identity(s3)) }
            }
        };
        let headers: BTreeMap<_, _> = value
            .items_at("OriginCustomHeaders")
            .iter()
            .filter_map(|header| Some((header.text_at("HeaderName")?, header.text_at("HeaderValue")?)))
            .collect();
        Origin {
            id: value.text_at("Id").unwrap_or_default(),
            domain_name: value.text_at("DomainName").unwrap_or_default(),
            path: self.origin_path(value),
            custom_headers: headers,
            connection_attempts: value.integer_at("ConnectionAttempts").unwrap_or(3),
            connection_timeout: Duration::from_secs(value.integer_at("ConnectionTimeout").unwrap_or(10)),
            kind,
            access_control: value.text_at("OriginAccessControlId").filter(|id| !id.is_empty()),
            target: OriginTarget::External,
            position: self.position(value.span),
        }
    }

    /// `origin-access-identity/cloudfront/ID`, without what is always the same.
    fn origin_identity(&self, s3: &Value) -> Option<String> {
        let written = s3.member("OriginAccessIdentity")?;
        let text = written.text().filter(|text| !text.is_empty())?;
        let id = text.strip_prefix("origin-access-identity/cloudfront/");
        if id.is_none() {
            self.report(
                Diagnostic::error("bad-identity", format!("`{text}` names no origin access identity"))
                    .at(written.span)
                    .help("write `!Sub 'origin-access-identity/cloudfront/${IDENTITY}'`"),
            );
        }
        id.map(str::to_owned)
    }

    fn origin_path(&self, value: &Value) -> String {
        let Some(written) = value.member("OriginPath") else { return String::new() };
        let path = written.text().unwrap_or_default();
        if !path.is_empty() && (!path.starts_with('/') || path.ends_with('/')) {
            self.report(
                Diagnostic::error("bad-origin-path", format!("`{path}` is no OriginPath"))
                    .at(written.span)
                    .help("it begins with `/` and does not end with one: `/dev`"),
            );
        }
        let trimmed = path.trim_matches('/');
        if trimmed.is_empty() { String::new() } else { format!("/{trimmed}") }
    }

    fn behavior(&self, value: &Value, origins: &[Origin]) -> CacheBehavior {
        let target = value.text_at("TargetOriginId").unwrap_or_default();
        if let Some(written) = value.member("TargetOriginId").filter(|written| !written.is_unknown())
            && !origins.iter().any(|origin| origin.id == target)
        {
            let names: Vec<&str> = origins.iter().map(|origin| origin.id.as_str()).collect();
            let problem =
                Diagnostic::error("unknown-origin", format!("the distribution has no origin `{target}`"))
                    .at(written.span);
            self.report(match nearest(&target, names.iter().copied()) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help(format!("its origins are {}", names.join(", "))),
            });
        }
        let methods = |name: &str, otherwise: &[&str]| {
            let written = value.texts_at(name);
            if written.is_empty() {
                otherwise.iter().map(|method| (*method).to_owned()).collect()
            } else {
                written
            }
        };
        self.check_methods(value);
        CacheBehavior {
            path_pattern: value.text_at("PathPattern").unwrap_or_else(|| "*".to_owned()),
            target_origin: target,
            viewer_protocol: match value.text_at("ViewerProtocolPolicy").as_deref() {
                Some("https-only") => ViewerProtocol::HttpsOnly,
                Some("redirect-to-https") => ViewerProtocol::RedirectToHttps,
                _ => ViewerProtocol::AllowAll,
            },
            allowed_methods: methods("AllowedMethods", &["GET", "HEAD"]),
            cached_methods: methods("CachedMethods", &["GET", "HEAD"]),
            compress: value.boolean_at("Compress").unwrap_or(false),
            forwarding: self.forwarding(value),
            response_headers_policy: value.text_at("ResponseHeadersPolicyId"),
            functions: value.items_at("FunctionAssociations").iter().filter_map(association).collect(),
            position: self.position(value.span),
        }
    }

    fn check_methods(&self, value: &Value) {
        for (name, sets) in [("AllowedMethods", ALLOWED), ("CachedMethods", &ALLOWED[..2])] {
            let Some(written) = value.member(name) else { continue };
            let mut methods = value.texts_at(name);
            methods.sort();
            if !sets.iter().any(|set| set.iter().eq(methods.iter())) && !methods.is_empty() {
                let forms: Vec<String> = sets.iter().map(|set| set.join(", ")).collect();
                self.report(
                    Diagnostic::error("bad-methods", format!("CloudFront does not take these `{name}`"))
                        .at(written.span)
                        .help(format!("it takes {}", forms.join("; or "))),
                );
            }
        }
        if let Some(edge) = value.member("LambdaFunctionAssociations") {
            self.report(
                Diagnostic::warning("no-lambda-edge", "Lambda@Edge does not run on this machine")
                    .at(edge.span)
                    .help("CloudFront Functions do: `FunctionAssociations`"),
            );
        }
    }

    fn forwarding(&self, value: &Value) -> Forwarding {
        let policy = value.member("CachePolicyId");
        let values = value.member("ForwardedValues");
        match (policy, values) {
            (Some(_), Some(values)) => self.report(
                Diagnostic::error("two-forwardings", "a behavior has either `CachePolicyId` or `ForwardedValues`")
                    .at(values.span)
                    .help("keep the policy"),
            ),
            (None, None) => self.report(
                Diagnostic::error("no-forwarding", "the behavior says neither `CachePolicyId` nor `ForwardedValues`")
                    .at(value.span)
                    .help("for dynamic pages: `CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad`, which caches nothing"),
            ),
            _ => {}
        }
        if let Some(id) = policy.and_then(Value::text) {
            for name in ["MinTTL", "DefaultTTL", "MaxTTL"] {
                if let Some(ttl) = value.member(name) {
                    let message = format!("`{name}` has no effect beside a cache policy");
                    self.report(
                        Diagnostic::warning("no-effect", message)
                            .at(ttl.span)
                            .help("it belongs into the policy"),
                    );
                }
            }
            return Forwarding::Policies {
                cache: id.to_owned(),
                origin_request: value.text_at("OriginRequestPolicyId"),
            };
        }
        let time_to_live = self.time_to_live(value, value.span);
        let forwarded = values.map(forwarded_values).unwrap_or_default();
        if forwarded.headers.iter().any(|name| name == "*") && !time_to_live.minimum.is_zero() {
            let place = value.member("MinTTL").map_or(value.span, |ttl| ttl.span);
            self.report(
                Diagnostic::error(
                    "bad-ttl",
                    "with all headers forwarded nothing is cached, so `MinTTL` must be 0",
                )
                .at(place),
            );
        }
        Forwarding::Values { values: forwarded, time_to_live }
    }

    /// `MinTTL` ≤ `DefaultTTL` ≤ `MaxTTL`; what is not written gives way.
    pub(super) fn time_to_live(&self, value: &Value, span: Span) -> TimeToLive {
        let seconds = |name: &str| value.integer_at::<u64>(name);
        let minimum = seconds("MinTTL").unwrap_or(0);
        let written_maximum = seconds("MaxTTL");
        let default = seconds("DefaultTTL")
            .unwrap_or_else(|| DAY.min(written_maximum.unwrap_or(u64::MAX)).max(minimum));
        let maximum = written_maximum.unwrap_or_else(|| YEAR.max(default).max(minimum));
        if !(minimum <= default && default <= maximum) {
            let place = ["DefaultTTL", "MaxTTL", "MinTTL"].iter().find_map(|name| value.member(name));
            let message =
                format!("`MinTTL` ≤ `DefaultTTL` ≤ `MaxTTL` does not hold: {minimum}, {default}, {maximum}");
            self.report(Diagnostic::error("bad-ttl", message).at(place.map_or(span, |place| place.span)));
        }
        TimeToLive {
            minimum: Duration::from_secs(minimum),
            default: Duration::from_secs(default),
            maximum: Duration::from_secs(maximum),
        }
    }

    fn check_configuration(&self, configuration: &Value, resource: Resource<'t>) {
        let origins = configuration.items_at("Origins");
        if origins.is_empty() {
            let message = "the distribution has no `Origins`";
            self.report(Diagnostic::error("missing-property", message).at(resource.span));
        }
        for (index, origin) in origins.iter().enumerate() {
            let id = origin.text_at("Id");
            if let Some(first) =
                origins[..index].iter().find(|other| id.is_some() && other.text_at("Id") == id)
            {
                let message = format!("two origins are called `{}`", id.unwrap_or_default());
                let problem = Diagnostic::error("duplicate-origin", message).at(origin.span);
                self.report(problem.related(first.span, "the first one"));
            }
        }
        if let Some(root) = configuration.member("DefaultRootObject")
            && root.text().is_some_and(|root| root.starts_with('/'))
        {
            self.report(
                Diagnostic::error("bad-root-object", "`DefaultRootObject` has no leading slash")
                    .at(root.span)
                    .help("write `index.html`"),
            );
        }
        if let Some(groups) = configuration.member("OriginGroups") {
            let message = "origin groups do not fail over on this machine";
            self.report(Diagnostic::note("no-origin-groups", message).at(groups.span));
        }
    }
}

fn origin_places(origin: &Value) -> OriginPlaces {
    let place = |name: &str| origin.member(name).map_or(origin.span, |value| value.span);
    OriginPlaces {
        whole: origin.span,
        path: place("OriginPath"),
        domain: place("DomainName"),
        s3: place("S3OriginConfig"),
    }
}

fn custom_origin(value: &Value) -> CustomOrigin {
    let seconds =
        |name: &str, otherwise: u64| Duration::from_secs(value.integer_at(name).unwrap_or(otherwise));
    CustomOrigin {
        http_port: value.integer_at("HTTPPort").unwrap_or(80),
        https_port: value.integer_at("HTTPSPort").unwrap_or(443),
        protocol: match value.text_at("OriginProtocolPolicy").as_deref() {
            Some("http-only") => OriginProtocol::HttpOnly,
            Some("match-viewer") => OriginProtocol::MatchViewer,
            _ => OriginProtocol::HttpsOnly,
        },
        read_timeout: seconds("OriginReadTimeout", 30),
        keep_alive: seconds("OriginKeepaliveTimeout", 5),
    }
}

fn forwarded_values(value: &Value) -> ForwardedValues {
    let cookies = value.member("Cookies");
    ForwardedValues {
        query_string: value.boolean_at("QueryString").unwrap_or(false),
        query_string_keys: value.texts_at("QueryStringCacheKeys"),
        headers: value.texts_at("Headers"),
        cookies: match cookies.and_then(|cookies| cookies.text_at("Forward")).as_deref() {
            Some("all") => ForwardedCookies::All,
            Some("whitelist") => ForwardedCookies::Names(
                cookies.map(|cookies| cookies.texts_at("WhitelistedNames")).unwrap_or_default(),
            ),
            _ => ForwardedCookies::None,
        },
    }
}

fn association(value: &Value) -> Option<EdgeFunctionAssociation> {
    let event = match value.text_at("EventType")?.as_str() {
        "viewer-request" => EdgeEvent::ViewerRequest,
        "viewer-response" => EdgeEvent::ViewerResponse,
        _ => return None,
    };
    Some(EdgeFunctionAssociation { event, arn: value.text_at("FunctionARN")? })
}

fn custom_error(value: &Value) -> CustomError {
    CustomError {
        code: value.integer_at("ErrorCode").unwrap_or(0),
        page: value.text_at("ResponsePagePath").filter(|page| !page.is_empty()),
        response_code: value.integer_at("ResponseCode"),
        minimum_time_to_live: Duration::from_secs(value.integer_at("ErrorCachingMinTTL").unwrap_or(10)),
    }
}

/// The three sets of methods that CloudFront takes, each sorted.
const ALLOWED: &[&[&str]] = &[
    &["GET", "HEAD"],
    &["GET", "HEAD", "OPTIONS"],
    &["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
];

const DAY: u64 = 86_400;
const YEAR: u64 = 31_536_000;
