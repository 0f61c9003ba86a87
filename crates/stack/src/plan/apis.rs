//! HTTP APIs of the model as the gateway takes them.

use gateway::{Cors, HttpApiConfig, Integration, PayloadFormat, Route, Stage};
use template::Model;
use template::model;

/// The configurations of all HTTP APIs.
pub(crate) fn http_apis(model: &Model) -> Vec<HttpApiConfig> {
    model.http_apis.iter().map(|api| http_api(api, model)).collect()
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
        ..HttpApiConfig::default()
    }
}

fn stage(stage: &model::Stage) -> Stage {
    Stage { name: stage.name.clone(), variables: stage.variables.clone(), ..Stage::default() }
}

fn route(route: &model::Route, model: &Model) -> Route {
    let function = model.function(&route.function).map_or(&route.function, |function| &function.name);
    Route {
        key: route.key.clone(),
        integration: Integration {
            function: function.clone(),
            payload_format: match route.payload_format {
                model::PayloadFormat::Version1 => PayloadFormat::V1,
                model::PayloadFormat::Version2 => PayloadFormat::V2,
            },
            timeout: route.timeout,
        },
        authorization: gateway::Authorization::None,
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
