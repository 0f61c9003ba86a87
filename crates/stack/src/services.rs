//! The services of one model, running: a request goes to the one whose entrance it came through.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use access::{Credentials, Lifetime};
use bucket::{BucketSettings, Buckets, Ignore, Mirrored, NewBuckets};
use bytes::Bytes;
use edge::{Distribution, EdgeSettings, OriginTarget};
use gateway::HttpApi;
use http::{Request, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use lambda::Lambda;
use sandbox::Isolation;
use telemetry::Telemetry;
use template::Model;
use template::model;

use crate::hosts::Hosts;
use crate::plan::buckets::MirroredFolder;
use crate::plan::functions::Surroundings;
use crate::plan::{self, Warnings};
use crate::{Entrance, Settings, StartError};

/// All services of a model.
pub(crate) struct Services {
    pub(crate) lambda: Lambda,
    pub(crate) buckets: Buckets,
    apis: BTreeMap<String, Arc<HttpApi>>,
    /// Logical ids by API id.
    api_ids: BTreeMap<String, String>,
    distributions: BTreeMap<String, Arc<Distribution>>,
    mirrors: Vec<MirroredFolder>,
    hosts: Hosts,
}

/// What outlives a change of the template: the secret of this run and the owner's keys.
pub(crate) struct Secrets {
    origin: String,
    owner: Credentials,
}

impl Secrets {
    pub(crate) fn new(telemetry: &Telemetry) -> Self {
        let entropy = telemetry.entropy();
        Self {
            origin: format!("{:016x}{:016x}", entropy.next_u64(), entropy.next_u64()),
            owner: Credentials::issue(Lifetime::Lasting, || entropy.next_u64()),
        }
    }
}

impl Services {
    /// Starts them in the order in which they need one another.
    ///
    /// # Errors
    /// Whatever keeps one of them from starting; those already started are dropped.
    pub(crate) fn start(
        model: &Model,
        surroundings: &Surroundings<'_>,
        secrets: &Secrets,
        isolation: &Isolation,
        telemetry: &Telemetry,
        warnings: &mut Warnings,
    ) -> Result<Self, StartError> {
        let settings = surroundings.settings;
        let buckets = open_buckets(model, settings, secrets, telemetry)?;
        let lambda = start_lambda(model, surroundings, isolation, telemetry, warnings)?;
        let apis = start_apis(model, &lambda, telemetry)?;
        warnings.extend(apis.values().flat_map(|api| api.warnings()));
        let distributions = start_distributions(model, &buckets, &apis, secrets, telemetry)?;
        let services = Self {
            lambda,
            buckets,
            apis,
            api_ids: model.http_apis.iter().map(|api| (api.api_id.clone(), api.logical_id.clone())).collect(),
            distributions,
            mirrors: plan::buckets::mirrors(model),
            hosts: Hosts::new(model.distributions.iter().flat_map(|one| one.aliases.clone())),
        };
        services.mirror_all(warnings);
        Ok(services)
    }

    /// Answers a request that came through `entrance`.
    pub(crate) async fn answer(
        &self,
        entrance: &Entrance,
        request: Request<UnsyncBoxBody<Bytes, io::Error>>,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        if !self.hosts.accept(host) {
            return refused(host.unwrap_or_default());
        }
        if let Some(api) = host.and_then(|host| self.api_of_host(host)) {
            return api.serve(request).await;
        }
        match entrance {
            Entrance::Distribution(name) => match self.distributions.get(name) {
                Some(distribution) => distribution.serve(request).await,
                None => gone(entrance),
            },
            Entrance::HttpApi(name) => match self.apis.get(name) {
                Some(api) => api.serve(request).await,
                None => gone(entrance),
            },
            Entrance::S3 => self.buckets.serve(request).await,
            Entrance::RestApi(_) | Entrance::FunctionUrl(_) | Entrance::Lambda => gone(entrance),
        }
    }

    /// Removes cached answers whose paths match, in every distribution; gives their number.
    pub(crate) fn purge(&self, paths: &[String]) -> usize {
        self.distributions.values().map(|distribution| distribution.purge(paths)).sum()
    }

    /// The mirrored folders.
    pub(crate) fn mirrors(&self) -> &[MirroredFolder] {
        &self.mirrors
    }

    /// Brings a mirrored folder's files into its bucket. It blocks.
    pub(crate) fn mirror(&self, mirror: &MirroredFolder) -> io::Result<Mirrored> {
        let ignore = std::fs::read_to_string(mirror.folder.join(".davyignore")).unwrap_or_default();
        self.buckets.mirror(&mirror.bucket, &mirror.folder, &mirror.prefix, &Ignore::parse(&ignore))
    }

    /// Ends the invocations under way, or kills them after `grace`.
    pub(crate) async fn drain(&self, grace: Duration) {
        self.lambda.drain(grace).await;
    }

    fn mirror_all(&self, warnings: &mut Warnings) {
        for mirror in &self.mirrors {
            if let Err(error) = self.mirror(mirror) {
                warnings.push(format!(
                    "{} could not be mirrored into the bucket {}: {error}",
                    mirror.folder.display(),
                    mirror.bucket
                ));
            }
        }
    }

    /// `API-ID.execute-api.REGION.localhost` names an API on any port.
    fn api_of_host(&self, host: &str) -> Option<&Arc<HttpApi>> {
        let (id, rest) = host.split_once('.')?;
        if !rest.starts_with("execute-api.") {
            return None;
        }
        self.api_ids.get(id).and_then(|name| self.apis.get(name))
    }
}

fn open_buckets(
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

fn start_lambda(
    model: &Model,
    surroundings: &Surroundings<'_>,
    isolation: &Isolation,
    telemetry: &Telemetry,
    warnings: &mut Warnings,
) -> Result<Lambda, StartError> {
    let settings = surroundings.settings;
    let functions = plan::functions::functions(model, surroundings, warnings)?;
    let mut machine =
        lambda::Settings::new(settings.state.clone(), settings.launcher.clone(), isolation.clone());
    machine.account.clone_from(&model.account);
    machine.region.clone_from(&model.region);
    machine.concurrency = settings.concurrency;
    machine.idle = settings.idle;
    let entropy = telemetry.entropy();
    machine.credentials = Some(Credentials::issue(Lifetime::Session, || entropy.next_u64()));
    Lambda::start(functions, machine, telemetry.clone(), telemetry.clock(), telemetry.entropy())
        .map_err(|error| StartError::Service { service: "functions", message: error.to_string() })
}

fn start_apis(
    model: &Model,
    lambda: &Lambda,
    telemetry: &Telemetry,
) -> Result<BTreeMap<String, Arc<HttpApi>>, StartError> {
    plan::apis::http_apis(model)
        .into_iter()
        .map(|config| {
            let name = config.logical_id.clone();
            let api = HttpApi::new(
                config,
                lambda.clone(),
                telemetry.clone(),
                telemetry.clock(),
                telemetry.entropy(),
            )
            .map_err(|error| StartError::Template { resource: name.clone(), message: error.to_string() })?;
            Ok((name, Arc::new(api)))
        })
        .collect()
}

fn start_distributions(
    model: &Model,
    buckets: &Buckets,
    apis: &BTreeMap<String, Arc<HttpApi>>,
    secrets: &Secrets,
    telemetry: &Telemetry,
) -> Result<BTreeMap<String, Arc<Distribution>>, StartError> {
    let targets = |distribution: &model::Distribution, origin: &model::Origin| match &origin.target {
        model::OriginTarget::Bucket(name) => match model.bucket(name) {
            Some(bucket) => OriginTarget::Bucket {
                buckets: buckets.clone(),
                name: bucket.name.clone(),
                identity: plan::distributions::reader(distribution, origin, model),
            },
            None => OriginTarget::External,
        },
        model::OriginTarget::HttpApi(name) => {
            apis.get(name).map_or(OriginTarget::External, |api| OriginTarget::HttpApi(Arc::clone(api)))
        }
        _ => OriginTarget::External,
    };
    model
        .distributions
        .iter()
        .map(|one| {
            let config = plan::distributions::distribution(one, model, &targets)?;
            let settings =
                EdgeSettings { origin_secret: Some(secrets.origin.clone()), ..EdgeSettings::default() };
            let distribution = Distribution::new(
                config,
                settings,
                telemetry.clone(),
                telemetry.clock(),
                &telemetry.entropy(),
            )
            .map_err(|error| StartError::Template {
                resource: one.logical_id.clone(),
                message: error.to_string(),
            })?;
            Ok((one.logical_id.clone(), Arc::new(distribution)))
        })
        .collect()
}

impl Secrets {
    /// Beside this the runtime believes the edge's headers.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }
}

fn refused(host: &str) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
    text(
        StatusCode::FORBIDDEN,
        format!(
            "This stack does not answer to the host {host:?}. Use localhost, or add the name to the \
             distribution's Aliases.\n"
        ),
    )
}

/// The resource went away with an edit of the template, its port stayed.
fn gone(entrance: &Entrance) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
    text(StatusCode::NOT_FOUND, format!("The template no longer has {entrance}.\n"))
}

fn text(status: StatusCode, text: String) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
    let body = Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed_unsync();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
