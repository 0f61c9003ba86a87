//! What APIs have besides routes: limits, access logs, names of their own, and what guards them.

use std::collections::BTreeMap;

use super::Builder;
use crate::diagnostic::Diagnostic;
use crate::model::{ApiDomain, RestCors, Stage, Throttling};
use crate::source::Span;
use crate::value::Value;

/// What an `Auth` says about who may call.
pub(super) enum Guard {
    /// Nothing: the API's default holds.
    Inherited,
    /// `NONE`: anybody, whatever the default.
    Lifted,
    /// This one, as a person would call it.
    Named(String),
}

impl Guard {
    /// An event's own `Auth`.
    pub(super) fn of_event(details: &Value) -> Self {
        let Some(auth) = details.member("Auth") else { return Self::Inherited };
        match auth.text_at("Authorizer").as_deref() {
            Some("NONE") => Self::Lifted,
            Some(name) => Self::Named(called(name)),
            None if auth.boolean_at("ApiKeyRequired") == Some(true) => Self::Named("an API key".to_owned()),
            None => Self::Inherited,
        }
    }

    /// What guards a route whose API has `default`.
    pub(super) fn with_default(self, default: Option<&str>) -> Option<String> {
        match self {
            Self::Inherited => default.map(str::to_owned),
            Self::Lifted => None,
            Self::Named(guard) => Some(guard),
        }
    }
}

/// What guards the routes of an API that say nothing of it themselves.
pub(super) fn default_guard(api: &Value) -> Option<String> {
    let auth = api.member("Auth")?;
    match auth.text_at("DefaultAuthorizer").as_deref() {
        Some("NONE") => None,
        Some(name) => Some(called(name)),
        None if auth.boolean_at("ApiKeyRequired") == Some(true) => Some("an API key".to_owned()),
        None => None,
    }
}

/// The stage `name` with its variables, limits and access log.
pub(super) fn stage(api: &Value, name: &str, variables: &str, access_log: &str) -> Stage {
    let texts = api.member(variables).map_or(&[][..], Value::members).iter();
    let routes = api.member("RouteSettings").map_or(&[][..], Value::members).iter();
    Stage {
        name: api.text_at("StageName").unwrap_or_else(|| name.to_owned()),
        variables: texts
            .filter_map(|member| Some((member.name.clone(), member.value.text()?.to_owned())))
            .collect(),
        throttling: api.member("DefaultRouteSettings").and_then(throttling),
        route_throttling: routes
            .filter_map(|member| Some((member.name.clone(), throttling(&member.value)?)))
            .collect::<BTreeMap<_, _>>(),
        access_log_format: api.member(access_log).and_then(|settings| settings.text_at("Format")),
    }
}

/// `Cors` of a REST API: an origin alone, or an object.
pub(super) fn rest_cors(api: &Value) -> Option<RestCors> {
    let cors = api.member("Cors")?;
    let unquoted = |text: &str| text.trim_matches('\'').to_owned();
    if let Some(origin) = cors.text() {
        return Some(RestCors { allow_origin: unquoted(origin), ..RestCors::default() });
    }
    let part = |name: &str| cors.text_at(name).as_deref().map(unquoted);
    Some(RestCors {
        allow_origin: part("AllowOrigin").unwrap_or_else(|| "*".to_owned()),
        allow_methods: part("AllowMethods"),
        allow_headers: part("AllowHeaders"),
        max_age: part("MaxAge"),
        allow_credentials: cors.boolean_at("AllowCredentials") == Some(true),
    })
}

/// `Domain`: one name, at its root or below one or more base paths.
pub(super) fn domains(api: &Value) -> Vec<ApiDomain> {
    let Some(domain) = api.member("Domain") else { return Vec::new() };
    let Some(name) = domain.text_at("DomainName") else { return Vec::new() };
    let at = |base_path: Option<String>| ApiDomain { name: name.clone(), base_path };
    let paths = domain.texts_at("BasePath");
    if paths.is_empty() {
        return vec![at(None)];
    }
    let root = |path: &str| Some(path.trim_matches('/').to_owned()).filter(|path| !path.is_empty());
    paths.iter().map(|path| at(root(path))).collect()
}

impl Builder<'_, '_> {
    /// Says that a route refuses everybody on this machine.
    pub(super) fn note_guard(&self, guard: &str, route: &str, span: Span) {
        self.report(
            Diagnostic::warning(
                "no-authorizer",
                format!("`{route}` is guarded by {guard}, which does not run here"),
            )
            .at(span)
            .label("refuses every request on this machine")
            .help(
                "answering would let in whom AWS keeps out; to try the route locally give its event \
                     `Auth: {Authorizer: NONE}` for the while",
            ),
        );
    }
}

/// An event's own `RouteSettings`.
pub(super) fn of_route(details: &Value) -> Option<Throttling> {
    details.member("RouteSettings").and_then(throttling)
}

/// A limit, if the settings have one; a missing half is AWS's own for an account.
fn throttling(settings: &Value) -> Option<Throttling> {
    let rate = settings.member("ThrottlingRateLimit").and_then(Value::number);
    let burst = settings.integer_at("ThrottlingBurstLimit");
    (rate.is_some() || burst.is_some())
        .then(|| Throttling { rate: rate.unwrap_or(ACCOUNT_RATE), burst: burst.unwrap_or(ACCOUNT_BURST) })
}

fn called(authorizer: &str) -> String {
    match authorizer {
        "AWS_IAM" => "AWS_IAM".to_owned(),
        name => format!("the authorizer `{name}`"),
    }
}

const ACCOUNT_RATE: f64 = 10_000.0;
const ACCOUNT_BURST: u32 = 5_000;
