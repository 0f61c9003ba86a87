//! Starts the services of a model, each from what `plan` says of it.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use access::{Credentials, Lifetime, Principal, RolePolicies};
use bucket::{BucketSettings, Buckets, NewBuckets};
use bytes::Bytes;
use edge::{Distribution, EdgeSettings, Enforcement, OriginService, OriginTarget};
use gateway::{FunctionUrl, HttpApi, RestApi};
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use lambda::{Caller, Lambda};
use sandbox::Isolation;
use telemetry::Telemetry;
use template::Model;
use template::model;

use super::{Apis, Secrets};
use crate::plan::functions::Surroundings;
use crate::plan::{self, Warnings};
use crate::{Settings, StartError, Tls};

/// The buckets, with their policies.
pub(super) fn buckets(
    model: &Model,
    settings: &Settings,
    secrets: &Secrets,
    telemetry: &Telemetry,
) -> Result<Buckets, StartError> {
    let root = settings.state.join("buckets");
    let shared = BucketSettings {
        account: model.account.clone(),
        region: model.region.clone(),
        credentials: secrets.owner.clone(),
        new_buckets: NewBuckets::Private,
    };
    let configs = plan::buckets::buckets(model);
    Buckets::open(&root, configs, shared, telemetry.clone(), telemetry.clock(), telemetry.entropy())
        .map_err(|error| StartError::Service { service: "buckets", message: error.to_string() })
}

/// The functions; their environments start with the first invocations.
pub(super) fn lambda(
    model: &Model,
    buckets: &Buckets,
    surroundings: &Surroundings<'_>,
    isolation: &Isolation,
    telemetry: &Telemetry,
    warnings: &mut Warnings,
) -> Result<Lambda, StartError> {
    let settings = surroundings.settings;
    let mut functions = plan::functions::functions(model, surroundings, warnings)?;
    for function in &mut functions {
        function.credentials = Some(role(function, model, buckets, telemetry, warnings));
    }
    let mut machine =
        lambda::Settings::new(settings.state.clone(), settings.launcher.clone(), isolation.clone());
    machine.account.clone_from(&model.account);
    machine.region.clone_from(&model.region);
    machine.concurrency = settings.concurrency;
    machine.idle = settings.idle;
    Lambda::start(functions, machine, telemetry.clone(), telemetry.clock(), telemetry.entropy())
        .map_err(|error| StartError::Service { service: "functions", message: error.to_string() })
}

/// Lambda's own API, for the stack's owner.
pub(super) fn lambda_api(
    lambda: &Lambda,
    model: &Model,
    secrets: &Secrets,
    telemetry: &Telemetry,
) -> lambda::Api {
    let owner = Caller {
        credentials: secrets.owner.clone(),
        principal: Principal::Account {
            account: model.account.clone(),
            arn: format!("arn:aws:iam::{}:root", model.account),
            canonical_user: String::new(),
        },
    };
    let (account, region) = (&model.account, &model.region);
    lambda::Api::new(lambda.clone(), vec![owner], account, region, telemetry.clone(), telemetry.clock())
}

/// The keys of a function's role, with which it may do what its `Policies` say and nothing else.
fn role(
    function: &lambda::Function,
    model: &Model,
    buckets: &Buckets,
    telemetry: &Telemetry,
    warnings: &mut Warnings,
) -> Credentials {
    let entropy = telemetry.entropy();
    let credentials = Credentials::issue(Lifetime::Session, || entropy.next_u64());
    let policies =
        model.function(&function.logical_id).map(|function| RolePolicies::read(&function.policies));
    let RolePolicies { policies, problems } = policies.unwrap_or_default();
    warnings.extend(problems.into_iter().map(|problem| format!("{}: {problem}", function.logical_id)));
    let arn = format!("arn:aws:iam::{}:role/{}-{}Role", model.account, model.stack_name, function.logical_id);
    let principal = Principal::Role { account: model.account.clone(), arn, policies: policies.into() };
    buckets.register(credentials.clone(), principal);
    credentials
}

/// What turns requests into invocations.
pub(super) fn apis(
    model: &Model,
    lambda: &Lambda,
    secrets: &Secrets,
    telemetry: &Telemetry,
) -> Result<Apis, StartError> {
    // Routes that refuse everybody are named by the template's own warnings.
    let mut apis = Apis::default();
    for config in plan::apis::http_apis(model) {
        let name = config.logical_id.clone();
        let api =
            HttpApi::new(config, lambda.clone(), telemetry.clone(), telemetry.clock(), telemetry.entropy())
                .map_err(|error| refused(&name, &error))?;
        apis.http.insert(name, Arc::new(api));
    }
    for config in plan::apis::rest_apis(model) {
        let name = config.logical_id.clone();
        let api =
            RestApi::new(config, lambda.clone(), telemetry.clone(), telemetry.clock(), telemetry.entropy())
                .map_err(|error| refused(&name, &error))?;
        apis.rest.insert(name, Arc::new(api));
    }
    for config in plan::apis::function_urls(model, &secrets.owner) {
        let name = config.logical_id.clone();
        let url = FunctionUrl::new(
            config,
            lambda.clone(),
            telemetry.clone(),
            telemetry.clock(),
            telemetry.entropy(),
        );
        apis.urls.insert(name, Arc::new(url));
    }
    Ok(apis)
}

/// The distributions, their origins found among the stack's own services.
pub(super) fn distributions(
    model: &Model,
    buckets: &Buckets,
    apis: &Apis,
    surroundings: &Surroundings<'_>,
    secrets: &Secrets,
    telemetry: &Telemetry,
) -> Result<BTreeMap<String, Arc<Distribution>>, StartError> {
    let targets = |distribution: &model::Distribution, origin: &model::Origin| {
        let reader = plan::distributions::reader(distribution, origin, model);
        target(&origin.target, reader, model, buckets, apis)
    };
    model
        .distributions
        .iter()
        .map(|one| {
            let config = plan::distributions::distribution(one, model, &targets)?;
            let settings = EdgeSettings {
                viewer_protocol: enforcement(&surroundings.settings.tls),
                origin_secret: Some(secrets.origin.clone()),
                ..EdgeSettings::default()
            };
            let distribution = Distribution::new(
                config,
                settings,
                telemetry.clone(),
                telemetry.clock(),
                &telemetry.entropy(),
            )
            .map_err(|error| refused(&one.logical_id, &error))?;
            Ok((one.logical_id.clone(), Arc::new(distribution)))
        })
        .collect()
}

/// Where there is no TLS, a redirect to https would lead nowhere.
fn enforcement(tls: &Tls) -> Enforcement {
    match tls {
        Tls::Off => Enforcement::Reported,
        Tls::LocalAuthority | Tls::Files { .. } => Enforcement::Enforced,
    }
}

/// What answers for an origin on this machine; a server elsewhere if nothing of the stack does.
fn target(
    target: &model::OriginTarget,
    reader: Principal,
    model: &Model,
    buckets: &Buckets,
    apis: &Apis,
) -> OriginTarget {
    let found = match target {
        model::OriginTarget::Bucket(name) => model.bucket(name).map(|bucket| OriginTarget::Bucket {
            buckets: buckets.clone(),
            name: bucket.name.clone(),
            identity: reader,
        }),
        model::OriginTarget::HttpApi(name) => {
            apis.http.get(name).map(|api| OriginTarget::HttpApi(Arc::clone(api)))
        }
        model::OriginTarget::RestApi(name) => {
            apis.rest.get(name).map(|api| OriginTarget::Service(Arc::new(Inside(Arc::clone(api)))))
        }
        model::OriginTarget::FunctionUrl(name) => {
            apis.urls.get(name).map(|url| OriginTarget::Service(Arc::new(Inside(Arc::clone(url)))))
        }
        model::OriginTarget::Distribution(_) | model::OriginTarget::External => None,
    };
    found.unwrap_or(OriginTarget::External)
}

/// A service of the stack as an origin.
struct Inside<Service>(Arc<Service>);

impl OriginService for Inside<RestApi> {
    fn serve(
        &self,
        request: Request<UnsyncBoxBody<Bytes, io::Error>>,
    ) -> Pin<Box<dyn Future<Output = Response<UnsyncBoxBody<Bytes, io::Error>>> + Send + '_>> {
        Box::pin(self.0.serve(request))
    }
}

impl OriginService for Inside<FunctionUrl> {
    fn serve(
        &self,
        request: Request<UnsyncBoxBody<Bytes, io::Error>>,
    ) -> Pin<Box<dyn Future<Output = Response<UnsyncBoxBody<Bytes, io::Error>>> + Send + '_>> {
        Box::pin(self.0.serve(request))
    }
}

fn refused(resource: &str, error: &dyn Display) -> StartError {
    StartError::Template { resource: resource.to_owned(), message: error.to_string() }
}
