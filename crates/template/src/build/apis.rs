//! APIs: stages, CORS, and the routes that functions' events bring.

use std::collections::HashMap;

use super::Builder;
use super::api_settings::{self, Guard, default_guard};
use crate::diagnostic::Diagnostic;
use crate::model::{Cors, HttpApi, RestApi, RestRoute, Route};
use crate::sections::{IMPLICIT_HTTP_API, IMPLICIT_REST_API};
use crate::source::Span;
use crate::tree::{Kind, Node};
use crate::value::{Data, Value};

impl Builder<'_, '_> {
    pub(super) fn http_api(&mut self, logical_id: &str, value: &Value, span: Span) {
        self.remember_guard(logical_id, value);
        self.note_definition(value);
        let cors =
            value.member("CorsConfiguration").and_then(|configuration| match configuration.boolean() {
                // `true` allows every origin, and nothing else.
                Some(true) => Some(Cors { allow_origins: vec!["*".to_owned()], ..Cors::default() }),
                Some(false) => None,
                None => Some(cors(configuration)),
            });
        self.model.http_apis.push(HttpApi {
            logical_id: logical_id.to_owned(),
            api_id: self.resolver.identity(logical_id).api_id(),
            domain_name: self.resolver.fill_for(logical_id, API_HOST, span),
            stages: vec![api_settings::stage(value, "$default", "StageVariables", "AccessLogSettings")],
            routes: Vec::new(),
            cors,
            domains: api_settings::domains(value),
            endpoint_disabled: value.boolean_at("DisableExecuteApiEndpoint").unwrap_or(false),
            position: self.position(span),
        });
    }

    pub(super) fn rest_api(&mut self, logical_id: &str, value: &Value, span: Span) {
        self.remember_guard(logical_id, value);
        self.note_definition(value);
        self.model.rest_apis.push(RestApi {
            logical_id: logical_id.to_owned(),
            api_id: self.resolver.identity(logical_id).api_id(),
            domain_name: self.resolver.fill_for(logical_id, API_HOST, span),
            stage: api_settings::stage(value, "Prod", "Variables", "AccessLogSetting"),
            domains: api_settings::domains(value),
            routes: Vec::new(),
            // SAM writes `/` as `~1`.
            binary_media_types: value
                .texts_at("BinaryMediaTypes")
                .iter()
                .map(|name| name.replace("~1", "/"))
                .collect(),
            cors: api_settings::rest_cors(value),
            position: self.position(span),
        });
    }

    fn remember_guard(&mut self, logical_id: &str, value: &Value) {
        if let Some(guard) = default_guard(value) {
            self.default_guards.insert(logical_id.to_owned(), guard);
        }
    }

    fn note_definition(&self, value: &Value) {
        for name in ["DefinitionBody", "DefinitionUri"] {
            if let Some(definition) = value.member(name) {
                self.report(
                    Diagnostic::warning(
                        "definition",
                        format!("routes in `{name}` are not read on this machine"),
                    )
                    .at(definition.span)
                    .help("give the routes as events of their functions"),
                );
            }
        }
    }

    /// Gives every route to its API; makes the implicit APIs that routes ask for.
    pub(super) fn attach_routes(&mut self) {
        if let Some(first) = self.routes.iter().find(|route| route.api.is_none()).map(|route| route.span) {
            let properties = self.implicit_properties("HttpApi", first);
            self.http_api(IMPLICIT_HTTP_API, &properties, first);
        }
        if let Some(first) = self.rest_routes.iter().find(|route| route.api.is_none()).map(|route| route.span)
        {
            let properties = self.implicit_properties("Api", first);
            self.rest_api(IMPLICIT_REST_API, &properties, first);
        }
        let mut seen: HashMap<(usize, String), Span> = HashMap::new();
        for pending in std::mem::take(&mut self.routes) {
            let named = |api: &HttpApi| match &pending.api {
                None => api.logical_id == IMPLICIT_HTTP_API,
                Some(id) => api.api_id == *id,
            };
            let Some(index) = self.model.http_apis.iter().position(named) else {
                self.note_foreign_api(&pending.function, pending.api.as_deref(), pending.span);
                continue;
            };
            let key = pending.route.key.clone();
            self.note_twice(&pending.function, &mut seen, (index, key.clone()), pending.span);
            let guard = self.guard_of(&self.model.http_apis[index].logical_id, pending.guard);
            self.note_guarded(&pending.function, guard.as_deref(), &key, pending.span);
            let api = &mut self.model.http_apis[index];
            for (limit, stage) in pending.throttling.iter().zip(&mut api.stages) {
                stage.route_throttling.insert(key.clone(), *limit);
            }
            api.routes.push(Route { guard, ..pending.route });
        }
        seen.clear();
        for pending in std::mem::take(&mut self.rest_routes) {
            let named = |api: &RestApi| match &pending.api {
                None => api.logical_id == IMPLICIT_REST_API,
                Some(id) => api.api_id == *id,
            };
            let Some(index) = self.model.rest_apis.iter().position(named) else {
                self.note_foreign_api(&pending.function, pending.api.as_deref(), pending.span);
                continue;
            };
            let key = format!("{} {}", pending.route.method, pending.route.path);
            self.note_twice(&pending.function, &mut seen, (index, key.clone()), pending.span);
            let guard = self.guard_of(&self.model.rest_apis[index].logical_id, pending.guard);
            self.note_guarded(&pending.function, guard.as_deref(), &key, pending.span);
            self.model.rest_apis[index].routes.push(RestRoute { guard, ..pending.route });
        }
    }

    fn implicit_properties(&self, section: &str, span: Span) -> Value {
        let nothing = Node { kind: Kind::Mapping(Vec::new()), span };
        let value = self.resolver.resolve(self.globals.section(section).unwrap_or(&nothing));
        match value.data {
            Data::Map(_) => value,
            _ => Value { data: Data::Map(Vec::new()), span },
        }
    }

    fn note_foreign_api(&self, function: &str, api: Option<&str>, span: Span) {
        let message = format!("`{}` is no API of this template", api.unwrap_or_default());
        self.resolver.within(function, || {
            self.report(
                Diagnostic::warning("unknown-api", message)
                    .at(span)
                    .label("this route has no way in on this machine")
                    .help("name an API of the template by !Ref, or leave the id out for the implicit one"),
            );
        });
    }

    fn guard_of(&self, api: &str, guard: Guard) -> Option<String> {
        guard.with_default(self.default_guards.get(api).map(String::as_str))
    }

    fn note_guarded(&self, function: &str, guard: Option<&str>, key: &str, span: Span) {
        if let Some(guard) = guard {
            self.resolver.within(function, || self.note_guard(guard, key, span));
        }
    }

    fn note_twice(
        &self,
        function: &str,
        seen: &mut HashMap<(usize, String), Span>,
        key: (usize, String),
        span: Span,
    ) {
        let route = key.1.clone();
        if let Some(first) = seen.insert(key, span) {
            self.resolver.within(function, || {
                self.report(
                    Diagnostic::error(
                        "duplicate-route",
                        format!("two events have the route `{route}` in one API"),
                    )
                    .at(span)
                    .related(first, "the first one")
                    .help("a method and path of an API call one function"),
                );
            });
        }
    }
}

pub(super) fn cors(value: &Value) -> Cors {
    Cors {
        allow_origins: value.texts_at("AllowOrigins"),
        allow_methods: value.texts_at("AllowMethods"),
        allow_headers: value.texts_at("AllowHeaders"),
        expose_headers: value.texts_at("ExposeHeaders"),
        allow_credentials: value.boolean_at("AllowCredentials").unwrap_or(false),
        max_age: value.integer_at("MaxAge"),
    }
}

const API_HOST: &str = "{api}.execute-api.{region}.{suffix}";
