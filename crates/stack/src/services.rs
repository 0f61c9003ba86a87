//! The services of one model, running: a request goes to the one whose entrance it came through.

mod start;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use access::Credentials;
use bucket::{Buckets, Ignore, Mirrored};
use bytes::Bytes;
use edge::{Distribution, ManagementApi};
use gateway::{FunctionUrl, HttpApi, RestApi};
use http::{Request, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use lambda::Lambda;
use sandbox::Isolation;
use telemetry::Telemetry;
use template::Model;
use trace::Entropy;

use crate::hosts::Hosts;
use crate::keys;
use crate::plan::buckets::MirroredFolder;
use crate::plan::functions::Surroundings;
use crate::plan::{self, Warnings};
use crate::{Entrance, StartError};

/// All services of a model.
pub(crate) struct Services {
    pub(crate) lambda: Lambda,
    pub(crate) buckets: Buckets,
    apis: Apis,
    /// APIs by what a host calls them: an API's id, or a domain of its own.
    named: BTreeMap<String, Entrance>,
    pub(crate) distributions: BTreeMap<String, Arc<Distribution>>,
    cloudfront: ManagementApi,
    lambda_api: lambda::Api,
    mirrors: Vec<MirroredFolder>,
    /// The folders that functions run from.
    code: Vec<PathBuf>,
    hosts: Hosts,
}

/// What turns requests into invocations, by logical id.
#[derive(Default)]
pub(crate) struct Apis {
    http: BTreeMap<String, Arc<HttpApi>>,
    rest: BTreeMap<String, Arc<RestApi>>,
    urls: BTreeMap<String, Arc<FunctionUrl>>,
}

/// What outlives a change of the template: the secret of this run and the owner's keys.
pub(crate) struct Secrets {
    origin: String,
    owner: Credentials,
}

impl Secrets {
    /// A new secret, and the keys that the state folder keeps.
    ///
    /// # Errors
    /// As [`keys::owner`].
    pub(crate) fn new(state: &Path, entropy: &dyn Entropy) -> Result<Self, StartError> {
        let origin = format!("{:016x}{:016x}", entropy.next_u64(), entropy.next_u64());
        Ok(Self { origin, owner: keys::owner(state, entropy)? })
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
        let buckets = start::buckets(model, surroundings.settings, secrets, telemetry)?;
        let lambda = start::lambda(model, &buckets, surroundings, isolation, telemetry, warnings)?;
        let apis = start::apis(model, &lambda, secrets, telemetry)?;
        let distributions = start::distributions(model, &buckets, &apis, surroundings, secrets, telemetry)?;
        let code = lambda.functions().into_iter().map(|function| function.code).collect();
        let all = distributions.values().map(|one| Distribution::clone(one)).collect();
        let services = Self {
            cloudfront: ManagementApi::new(all, telemetry.clock(), telemetry.entropy()),
            lambda_api: start::lambda_api(&lambda, model, secrets, telemetry),
            lambda,
            buckets,
            apis,
            named: plan::apis::named(model),
            distributions,
            mirrors: plan::buckets::mirrors(model),
            code,
            hosts: Hosts::new(plan::own_hosts(model)),
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
        let entrance = host.and_then(|host| self.entrance_of_host(host)).unwrap_or(entrance);
        match entrance {
            Entrance::Distribution(name) => match self.distributions.get(name) {
                Some(distribution) => distribution.serve(request).await,
                None => gone(entrance),
            },
            Entrance::HttpApi(name) => match self.apis.http.get(name) {
                Some(api) => api.serve(request).await,
                None => gone(entrance),
            },
            Entrance::RestApi(name) => match self.apis.rest.get(name) {
                Some(api) => api.serve(request).await,
                None => gone(entrance),
            },
            Entrance::FunctionUrl(name) => match self.apis.urls.get(name) {
                Some(url) => url.serve(request).await,
                None => gone(entrance),
            },
            Entrance::S3 => self.buckets.serve(request).await,
            Entrance::Aws => self.aws(request).await,
        }
    }

    /// AWS's own APIs share a port: CloudFront's paths begin with its API's version, the others are
    /// told apart by Lambda's, which CloudWatch Logs' go with.
    async fn aws(
        &self,
        request: Request<UnsyncBoxBody<Bytes, io::Error>>,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        if request.uri().path().starts_with("/2020-05-31/") {
            return self.cloudfront.serve(request).await;
        }
        self.lambda_api.serve(request).await
    }

    /// Removes cached answers whose paths match, in every distribution; gives their number.
    pub(crate) fn purge(&self, paths: &[String]) -> usize {
        self.distributions.values().map(|distribution| distribution.purge(paths)).sum()
    }

    /// The mirrored folders.
    pub(crate) fn mirrors(&self) -> &[MirroredFolder] {
        &self.mirrors
    }

    /// The folders that functions run from.
    pub(crate) fn code(&self) -> &[PathBuf] {
        &self.code
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

    /// The API that a host names on any port: `API-ID.execute-api.REGION.localhost`, or a domain of
    /// its own.
    fn entrance_of_host(&self, host: &str) -> Option<&Entrance> {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name).to_ascii_lowercase();
        self.named.get(&name).or_else(|| {
            let (id, rest) = name.split_once('.')?;
            self.named.get(id).filter(|_| rest.starts_with("execute-api."))
        })
    }
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
