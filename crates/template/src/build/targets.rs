//! What of the stack each origin is, and whether it can answer as the distribution asks.

use super::Builder;
use super::distributions::OriginPlaces;
use crate::diagnostic::Diagnostic;
use crate::model::{Distribution, Forwarding, Model, Origin, OriginKind, OriginTarget};

impl Builder<'_, '_> {
    pub(super) fn find_targets(&mut self) {
        let mut distributions = std::mem::take(&mut self.model.distributions);
        for distribution in &mut distributions {
            for origin in &mut distribution.origins {
                origin.target = target(&self.model, &origin.domain_name);
            }
        }
        self.model.distributions = distributions;
    }

    pub(super) fn check_distributions(&self) {
        for (distribution, places) in self.model.distributions.iter().zip(&self.places) {
            self.resolver.within(&distribution.logical_id, || {
                for (origin, places) in distribution.origins.iter().zip(&places.origins) {
                    self.check_origin(distribution, origin, places);
                }
                self.check_policies(distribution);
            });
        }
    }

    fn check_origin(&self, distribution: &Distribution, origin: &Origin, places: &OriginPlaces) {
        match (&origin.kind, &origin.target) {
            (OriginKind::S3 { identity }, OriginTarget::Bucket(_)) => {
                let controlled = origin.access_control.is_some();
                if identity.is_none() && !controlled {
                    self.note_anonymous_origin(distribution, origin, places);
                }
            }
            (
                OriginKind::S3 { .. },
                OriginTarget::HttpApi(_) | OriginTarget::RestApi(_) | OriginTarget::FunctionUrl(_),
            ) => {
                self.report(
                    Diagnostic::error("wrong-origin-kind", format!("the origin `{}` is no bucket", origin.id))
                        .at(places.s3)
                        .help("an API or function URL is a custom origin: `CustomOriginConfig: {OriginProtocolPolicy: https-only}`"),
                );
            }
            (OriginKind::Custom(_), OriginTarget::HttpApi(id)) => {
                let Some(api) = self.model.http_apis.iter().find(|api| api.logical_id == *id) else { return };
                let stages: Vec<&str> = api.stages.iter().map(|stage| stage.name.as_str()).collect();
                self.check_stage(origin, places, id, &stages);
            }
            (OriginKind::Custom(_), OriginTarget::RestApi(id)) => {
                let Some(api) = self.model.rest_apis.iter().find(|api| api.logical_id == *id) else { return };
                self.check_stage(origin, places, id, &[api.stage.name.as_str()]);
            }
            _ => {}
        }
        if let OriginKind::S3 { identity: Some(identity) } = &origin.kind
            && !self.model.identities.iter().any(|known| known.id == *identity)
        {
            let message = format!("the identity `{identity}` is none of this template");
            self.report(
                Diagnostic::warning("unknown-identity", message)
                    .at(places.s3)
                    .help("on this machine nobody has it: name an AWS::CloudFront::CloudFrontOriginAccessIdentity by !Ref"),
            );
        }
        if let Some(id) = &origin.access_control
            && !self.model.access_controls.iter().any(|known| known.id == *id)
        {
            let message = format!("the access control `{id}` is none of this template");
            self.report(
                Diagnostic::warning("unknown-access-control", message)
                    .at(places.whole)
                    .help("name an AWS::CloudFront::OriginAccessControl by !GetAtt CONTROL.Id"),
            );
        }
        if origin.domain_name.ends_with('.') && !self.resolver.has_error_within(places.domain) {
            self.report(
                Diagnostic::error("bad-domain", format!("`{}` is no domain name", origin.domain_name))
                    .at(places.domain)
                    .help("for an API it ends in `.amazonaws.com`: !Sub '${API}.execute-api.${AWS::Region}.${AWS::URLSuffix}'"),
            );
        }
    }

    /// The bucket is private, so nobody in particular is shown nothing.
    fn note_anonymous_origin(&self, distribution: &Distribution, origin: &Origin, places: &OriginPlaces) {
        let identity =
            self.model.identities.first().map_or("IDENTITY", |identity| identity.logical_id.as_str());
        let mend = match self.model.access_controls.first() {
            Some(control) => {
                format!("write `OriginAccessControlId: !GetAtt {}.Id` into the origin", control.logical_id)
            }
            None => format!(
                "write `S3OriginConfig: {{OriginAccessIdentity: !Sub 'origin-access-identity/cloudfront/${{{identity}}}'}}`"
            ),
        };
        let message = format!(
            "the distribution reads the bucket as nobody in particular: `{}` answers 403 to all of `{}`",
            origin.id,
            patterns(distribution, &origin.id)
        );
        self.report(
            Diagnostic::warning("anonymous-origin", message)
                .at(places.s3)
                .label("no access identity")
                .help(mend),
        );
    }

    /// A named stage is the first part of the path; `$default` has none.
    fn check_stage(&self, origin: &Origin, places: &OriginPlaces, api: &str, stages: &[&str]) {
        let first = origin.path.trim_start_matches('/').split('/').next().unwrap_or_default();
        if stages.contains(&first) || (first.is_empty() && stages.contains(&"$default")) {
            return;
        }
        let (message, mend) = match (first, stages) {
            ("", [stage, ..]) => (
                format!("the API `{api}` answers below `/{stage}` only, but the origin has no OriginPath"),
                format!("write `OriginPath: /{stage}`"),
            ),
            (_, ["$default"]) => (
                format!(
                    "the API `{api}` has no stage `{first}`, only `$default`: PHP would be asked for `/{first}/…`"
                ),
                format!(
                    "leave `OriginPath` out; or give the API the stage, by an AWS::Serverless::HttpApi with `StageName: {first}`"
                ),
            ),
            _ => (
                format!("the API `{api}` has no stage `{first}`"),
                format!("write `OriginPath: /{}`", stages.first().copied().unwrap_or_default()),
            ),
        };
        self.report(
            Diagnostic::warning("unknown-stage", message)
                .at(if first.is_empty() { places.whole } else { places.path })
                .help(mend),
        );
    }

    /// Policies that are neither AWS's own nor the template's are not to be had here.
    fn check_policies(&self, distribution: &Distribution) {
        let behaviors = distribution.behaviors.iter().chain([&distribution.default_behavior]);
        for behavior in behaviors {
            let Forwarding::Policies { cache, origin_request } = &behavior.forwarding else { continue };
            let own = |id: &str| {
                self.model.cache_policies.iter().any(|policy| policy.id == id)
                    || self.model.origin_request_policies.iter().any(|policy| policy.id == id)
            };
            for id in [Some(cache), origin_request.as_ref()].into_iter().flatten() {
                if !own(id) && !MANAGED.contains(&id.as_str()) {
                    let message = format!("the policy `{id}` is neither AWS's own nor this template's");
                    let place = self.resolver.sections.resources.get(distribution.logical_id.as_str());
                    let place = place.map_or_else(Default::default, |resource| {
                        self.resolver.source.find(resource.node.span, id)
                    });
                    self.report(
                        Diagnostic::warning("unknown-policy", message)
                            .at(place)
                            .help("on this machine nothing is forwarded and nothing cached by it"),
                    );
                }
            }
        }
    }
}

/// The paths that reach an origin, for a message.
fn patterns(distribution: &Distribution, origin: &str) -> String {
    let behaviors = distribution.behaviors.iter().chain([&distribution.default_behavior]);
    let named: Vec<&str> = behaviors
        .filter(|behavior| behavior.target_origin == origin)
        .map(|behavior| behavior.path_pattern.as_str())
        .collect();
    if named.is_empty() { "*".to_owned() } else { named.join("`, `") }
}

fn target(model: &Model, domain: &str) -> OriginTarget {
    // A host that ends in nothing after the region is meant as AWS's all the same.
    let domain = domain.to_ascii_lowercase();
    let matches = |known: &str| known == domain || (domain.ends_with('.') && known.starts_with(&domain));
    for bucket in &model.buckets {
        let website = domain.starts_with(&format!("{}.s3-website", bucket.name));
        let dual = domain.starts_with(&format!("{}.s3.dualstack.", bucket.name));
        if matches(&bucket.domain_name) || matches(&bucket.regional_domain_name) || website || dual {
            return OriginTarget::Bucket(bucket.logical_id.clone());
        }
    }
    if let Some(api) = model.http_apis.iter().find(|api| matches(&api.domain_name)) {
        return OriginTarget::HttpApi(api.logical_id.clone());
    }
    if let Some(api) = model.rest_apis.iter().find(|api| matches(&api.domain_name)) {
        return OriginTarget::RestApi(api.logical_id.clone());
    }
    for function in &model.functions {
        if function.url.as_ref().is_some_and(|url| matches(&url.domain_name)) {
            return OriginTarget::FunctionUrl(function.logical_id.clone());
        }
    }
    match model.distributions.iter().find(|distribution| matches(&distribution.domain_name)) {
        Some(distribution) => OriginTarget::Distribution(distribution.logical_id.clone()),
        None => OriginTarget::External,
    }
}

/// AWS's own policies for caching and for origin requests, as `edge` has them.
const MANAGED: &[&str] = &[
    "658327ea-f89d-4fab-a63d-7e88639e58f6",
    "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
    "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
    "2e54312d-136d-493c-8eb9-b001f22f67d2",
    "08627262-05a9-4f76-9ded-b50ca2e3a84f",
    "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
    "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
    "216adef6-5c7f-47e4-b989-5492eafa07d3",
    "b689b0a8-53d0-40ab-baf2-68738e2966ac",
    "33f36d7e-f396-46d9-90e0-52428a34d9dc",
    "59781a5b-3903-41f3-afcb-af62929ccde1",
    "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",
    "775133bc-15f2-49f9-abea-afb2e0bf67d2",
    "acba4595-bd28-49b8-b9fe-13317c0390fa",
    "bf0718e1-ba1e-49d1-88b1-f726733018ae",
];
