//! The model's resources as the console lists them: what they are, where, and their values.

use console::Resource;
use serde_json::{Map, Value, json};
use template::Model;
use template::model::{Position, Route};

/// All of them in the template's order; what SAM adds stands where it was caused.
#[expect(clippy::too_many_lines, reason = "a paragraph per kind of resource")]
pub(super) fn resources(model: &Model) -> Vec<Resource> {
    let mut listed: Vec<(Position, Resource)> = Vec::new();
    let mut list =
        |position: Position, logical_id: &str, kind: &str, physical_id: &str, properties: Value| {
            listed.push((position, resource(position, logical_id, kind, physical_id, properties)));
        };
    for one in &model.functions {
        list(
            one.position,
            &one.logical_id,
            "AWS::Serverless::Function",
            &one.name,
            json!({
                "Handler": one.handler,
                "Runtime": one.runtime,
                "MemorySize": one.memory_megabytes,
                "Timeout": one.timeout.as_secs(),
                "Environment": one.environment,
                "ReservedConcurrentExecutions": one.reserved_concurrency,
                "Arn": one.arn,
            }),
        );
    }
    for one in &model.http_apis {
        let stages: Vec<&str> = one.stages.iter().map(|stage| stage.name.as_str()).collect();
        list(
            one.position,
            &one.logical_id,
            "AWS::Serverless::HttpApi",
            &one.api_id,
            json!({
                "DomainName": one.domain_name,
                "Stages": stages,
                "Routes": one.routes.iter().map(route).collect::<Map<String, Value>>(),
            }),
        );
    }
    for one in &model.rest_apis {
        let routes: Vec<String> = one
            .routes
            .iter()
            .map(|route| format!("{} {} → {}", route.method, route.path, route.function))
            .collect();
        list(
            one.position,
            &one.logical_id,
            "AWS::Serverless::Api",
            &one.api_id,
            json!({
                "DomainName": one.domain_name, "Stage": one.stage.name, "Routes": routes,
            }),
        );
    }
    for one in &model.layers {
        list(
            one.position,
            &one.logical_id,
            "AWS::Serverless::LayerVersion",
            &one.arn,
            json!({
                "LayerName": one.name, "CompatibleRuntimes": one.compatible_runtimes,
            }),
        );
    }
    for one in &model.buckets {
        let mirrors: Vec<String> = one
            .mirrors
            .iter()
            .map(|mirror| format!("{} → {}", mirror.folder.display(), mirror.prefix))
            .collect();
        list(
            one.position,
            &one.logical_id,
            "AWS::S3::Bucket",
            &one.name,
            json!({
                "DomainName": one.domain_name, "Mirrors": mirrors, "BlockPublicPolicy": one.public_policy_blocked,
            }),
        );
    }
    for one in &model.bucket_policies {
        let properties = json!({"Bucket": one.bucket, "PolicyDocument": one.document});
        list(one.position, &one.logical_id, "AWS::S3::BucketPolicy", "", properties);
    }
    for one in &model.identities {
        let kind = "AWS::CloudFront::CloudFrontOriginAccessIdentity";
        list(
            one.position,
            &one.logical_id,
            kind,
            &one.id,
            json!({"S3CanonicalUserId": one.canonical_user_id}),
        );
    }
    for one in &model.access_controls {
        let properties = json!({"OriginAccessControlOriginType": one.origin_type});
        list(one.position, &one.logical_id, "AWS::CloudFront::OriginAccessControl", &one.id, properties);
    }
    for one in &model.distributions {
        let behaviors = one.behaviors.iter().chain([&one.default_behavior]);
        let origins = one.origins.iter().map(|origin| {
            json!({
                "Id": origin.id, "DomainName": origin.domain_name, "OriginPath": origin.path,
            })
        });
        list(
            one.position,
            &one.logical_id,
            "AWS::CloudFront::Distribution",
            &one.id,
            json!({
                "DomainName": one.domain_name,
                "Aliases": one.aliases,
                "Enabled": one.enabled,
                "DefaultRootObject": one.default_root_object,
                "Origins": origins.collect::<Value>(),
                "CacheBehaviors": behaviors.map(|behavior| json!({
                    "PathPattern": behavior.path_pattern,
                    "TargetOriginId": behavior.target_origin,
                    "AllowedMethods": behavior.allowed_methods,
                    "Compress": behavior.compress,
                })).collect::<Value>(),
            }),
        );
    }
    for one in &model.databases {
        list(
            one.position,
            &one.logical_id,
            "AWS::RDS",
            &one.host,
            json!({
                "Engine": one.engine, "Port": one.port, "DBName": one.name, "MasterUsername": one.user,
            }),
        );
    }
    for one in &model.unsupported {
        let mut resource =
            resource(one.position, &one.logical_id, &one.resource_type, "", json!({"Note": one.note}));
        resource.state = Err("does not run locally".to_owned());
        listed.push((one.position, resource));
    }
    listed.sort_by_key(|(position, _)| *position);
    listed.into_iter().map(|(_, resource)| resource).collect()
}

fn resource(
    position: Position,
    logical_id: &str,
    kind: &str,
    physical_id: &str,
    properties: Value,
) -> Resource {
    Resource {
        logical_id: logical_id.to_owned(),
        kind: kind.to_owned(),
        physical_id: physical_id.to_owned(),
        position: format!("line {}", position.line),
        state: Ok(()),
        properties,
    }
}

fn route(route: &Route) -> (String, Value) {
    (route.key.clone(), Value::from(route.function.as_str()))
}
