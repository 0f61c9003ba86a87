//! What a model asks for, in the services' own words. No service is running yet, and none is started.

pub(crate) mod apis;
pub(crate) mod buckets;
pub(crate) mod distributions;
pub(crate) mod functions;
mod hidden;
mod policies;

use template::Model;

use crate::Entrance;

/// The entrances of a model in the order of their ports: the site is the first.
///
/// The site is the first distribution, else the first HTTP API, else the first REST API or
/// function URL. S3's and AWS's own APIs come last, since people seldom type them.
pub(crate) fn entrances(model: &Model) -> Vec<Entrance> {
    let distributions = model.distributions.iter().map(|one| Entrance::Distribution(one.logical_id.clone()));
    let http_apis = model.http_apis.iter().map(|one| Entrance::HttpApi(one.logical_id.clone()));
    let rest_apis = model.rest_apis.iter().map(|one| Entrance::RestApi(one.logical_id.clone()));
    let urls = model.functions.iter().filter(|one| one.url.is_some());
    let urls = urls.map(|one| Entrance::FunctionUrl(one.logical_id.clone()));
    distributions.chain(http_apis).chain(rest_apis).chain(urls).chain([Entrance::S3, Entrance::Aws]).collect()
}

/// The names that the stack answers to besides AWS's: aliases of distributions, domains of APIs.
pub(crate) fn own_hosts(model: &Model) -> impl Iterator<Item = String> {
    let aliases = model.distributions.iter().flat_map(|one| &one.aliases);
    let http = model.http_apis.iter().flat_map(|api| &api.domains);
    let rest = model.rest_apis.iter().flat_map(|api| &api.domains);
    aliases.chain(http.chain(rest).map(|domain| &domain.name)).cloned()
}

/// What the user should hear of before the first request.
pub(crate) type Warnings = Vec<String>;
