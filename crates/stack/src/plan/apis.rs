//! HTTP APIs, REST APIs and function URLs of the model as the gateway takes them.

use std::collections::BTreeMap;

use access::Credentials;
use gateway::{
    Authorization, Cors, DomainMapping, FunctionUrlConfig, HttpApiConfig, Integration, InvokeMode,
    PayloadFormat, RestApiConfig, RestCors, RestMethod, Route, Stage, Throttling, Transfer, UrlAuthorization,
    UrlCaller,
};
use template::Model;
use template::model;

use crate::Entrance;

/// The configurations of all HTTP APIs.
pub(crate) fn http_apis(model: &Model) -> Vec<HttpApiConfig> {
    model.http_apis.iter().map(|api| http_api(api, model)).collect()
}

/// The configurations of all REST APIs.
pub(crate) fn rest_apis(model: &Model) -> Vec<RestApiConfig> {
    let method = |route: &model::RestRoute| RestMethod {
        method: route.method.clone(),
        path: route.path.clone(),
        function: function_name(&route.function, model),
        authorization: authorization(route.guard.as_deref()),
        transfer: match route.invoke_mode {
            model::InvokeMode::Buffered => Transfer::Buffered,
            model::InvokeMode::ResponseStream => Transfer::Streamed,
        },
    };
    model
        .rest_apis
        .iter()
        .map(|api| RestApiConfig {
            api_id: api.api_id.clone(),
            logical_id: api.logical_id.clone(),
            region: model.region.clone(),
            account: model.account.clone(),
            domain_name: api.domain_name.clone(),
            stages: vec![stage(&api.stage)],
            methods: api.routes.iter().map(method).collect(),
            binary_media_types: api.binary_media_types.clone(),
            cors: api.cors.as_ref().map(|cors| RestCors {
                allow_origin: cors.allow_origin.clone(),
                allow_methods: cors.allow_methods.clone(),
                allow_headers: cors.allow_headers.clone(),
                max_age: cors.max_age.clone(),
                allow_credentials: cors.allow_credentials,
            }),
            domains: domains(&api.domains, &api.stage.name),
        })
        .collect()
}

/// The configurations of all function URLs. With `AWS_IAM` the stack's owner may call.
pub(crate) fn function_urls(model: &Model, owner: &Credentials) -> Vec<FunctionUrlConfig> {
    let with_url = model.functions.iter().filter_map(|function| Some((function, function.url.as_ref()?)));
    with_url
        .map(|(function, url)| FunctionUrlConfig {
            url_id: url.domain_name.split('.').next().unwrap_or_default().to_owned(),
            logical_id: function.logical_id.clone(),
            function: function.name.clone(),
            region: model.region.clone(),
            account: model.account.clone(),
            domain_name: url.domain_name.clone(),
            authorization: match url.authorization {
                model::Authorization::None => UrlAuthorization::None,
                model::Authorization::AwsIam => UrlAuthorization::AwsIam {
                    callers: vec![UrlCaller {
                        credentials: owner.clone(),
                        arn: format!("arn:aws:iam::{}:root", model.account),
                        id: model.account.clone(),
                    }],
                },
            },
            invoke_mode: match url.invoke_mode {
                model::InvokeMode::Buffered => InvokeMode::Buffered,
                model::InvokeMode::ResponseStream => InvokeMode::ResponseStream,
            },
            cors: url.cors.as_ref().map(cors),
            patience: LONGEST_INVOCATION,
        })
        .collect()
}

/// APIs by what a host calls them: their id, and each domain of their own.
pub(crate) fn named(model: &Model) -> BTreeMap<String, Entrance> {
    let http = model
        .http_apis
        .iter()
        .map(|api| (&api.api_id, &api.domains, Entrance::HttpApi(api.logical_id.clone())));
    let rest = model
        .rest_apis
        .iter()
        .map(|api| (&api.api_id, &api.domains, Entrance::RestApi(api.logical_id.clone())));
    let mut named = BTreeMap::new();
    for (id, domains, entrance) in http.chain(rest) {
        for name in domains.iter().map(|domain| &domain.name).chain([id]) {
            named.insert(name.to_ascii_lowercase(), entrance.clone());
        }
    }
    named
}

fn http_api(api: &model::HttpApi, model: &Model) -> HttpApiConfig {
    HttpApiConfig {
        api_id: api.api_id.clone(),
        logical_id: api.logical_id.clone(),
        region: model.region.clone(),
        account: model.account.clone(),
        domain_name: api.domain_name.clone(),
        stages: api.stages.iter().map(stage).collect(),
        routes: api.routes.iter().map(|one| route(one, model)).collect(),
        cors: api.cors.as_ref().map(cors),
        domains: domains(&api.domains, api.stages.first().map_or("$default", |stage| &stage.name)),
        endpoint_disabled: api.endpoint_disabled,
    }
}

fn stage(stage: &model::Stage) -> Stage {
    let limit = |limit: &model::Throttling| Throttling { rate: limit.rate, burst: limit.burst };
    Stage {
        name: stage.name.clone(),
        variables: stage.variables.clone(),
        throttling: stage.throttling.as_ref().map(limit),
        route_throttling: stage.route_throttling.iter().map(|(key, one)| (key.clone(), limit(one))).collect(),
        access_log_format: stage.access_log_format.clone(),
    }
}

/// A domain shows the API's one stage.
fn domains(domains: &[model::ApiDomain], stage: &str) -> Vec<DomainMapping> {
    let mapping = |domain: &model::ApiDomain| DomainMapping {
        domain_name: domain.name.clone(),
        stage: stage.to_owned(),
        key: domain.base_path.clone(),
    };
    domains.iter().map(mapping).collect()
}

fn authorization(guard: Option<&str>) -> Authorization {
    match guard {
        None => Authorization::None,
        Some(guard) => Authorization::Unsupported { authorizer: guard.to_owned() },
    }
}

fn route(route: &model::Route, model: &Model) -> Route {
    Route {
        key: route.key.clone(),
        integration: Integration {
            function: function_name(&route.function, model),
            payload_format: match route.payload_format {
                model::PayloadFormat::Version1 => PayloadFormat::V1,
                model::PayloadFormat::Version2 => PayloadFormat::V2,
            },
            timeout: route.timeout,
        },
        authorization: authorization(route.guard.as_deref()),
    }
}

/// `CorsConfiguration`, of APIs and of function URLs.
pub(crate) fn cors(cors: &model::Cors) -> Cors {
    Cors {
        allow_origins: cors.allow_origins.clone(),
        allow_methods: cors.allow_methods.clone(),
        allow_headers: cors.allow_headers.clone(),
        expose_headers: cors.expose_headers.clone(),
        max_age: cors.max_age,
        allow_credentials: cors.allow_credentials,
    }
}

/// The name by which Lambda knows the function of that logical id.
fn function_name(logical_id: &str, model: &Model) -> String {
    model.function(logical_id).map_or_else(|| logical_id.to_owned(), |function| function.name.clone())
}

/// No function runs for longer; a queue for an environment is waited for as well.
const LONGEST_INVOCATION: std::time::Duration = std::time::Duration::from_mins(15);
