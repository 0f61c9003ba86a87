//! APIs: stages, CORS, and the routes that functions' events bring.

use std::collections::{BTreeMap, HashMap};

use super::Builder;
use crate::diagnostic::Diagnostic;
use crate::model::{Cors, HttpApi, RestApi, Stage};
use crate::sections::{IMPLICIT_HTTP_API, IMPLICIT_REST_API};
use crate::source::Span;
use crate::tree::{Kind, Node};
use crate::value::{Data, Value};

impl Builder<'_, '_> {
    pub(super) fn http_api(&mut self, logical_id: &str, value: &Value, span: Span) {
        let stage = Stage {
            name: value.text_at("StageName").unwrap_or_else(|| "$default".to_owned()),
            variables: variables(value.member("StageVariables")),
        };
        if let Some(auth) = value.member("Auth").filter(|auth| auth.member("DefaultAuthorizer").is_some()) {
            self.note_authorizer(auth.span);
        }
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
            stages: vec![stage],
            routes: Vec::new(),
            cors,
            endpoint_disabled: value.boolean_at("DisableExecuteApiEndpoint").unwrap_or(false),
            position: self.position(span),
        });
    }

    pub(super) fn rest_api(&mut self, logical_id: &str, value: &Value, span: Span) {
        if let Some(auth) = value.member("Auth").filter(|auth| auth.member("DefaultAuthorizer").is_some()) {
            self.note_authorizer(auth.span);
        }
        self.note_definition(value);
        self.model.rest_apis.push(RestApi {
            logical_id: logical_id.to_owned(),
            api_id: self.resolver.identity(logical_id).api_id(),
            domain_name: self.resolver.fill_for(logical_id, API_HOST, span),
            stage: Stage {
                name: value.text_at("StageName").unwrap_or_else(|| "Prod".to_owned()),
                variables: variables(value.member("Variables")),
            },
            routes: Vec::new(),
            // SAM writes `/` as `~1`.
            binary_media_types: value
                .texts_at("BinaryMediaTypes")
                .iter()
                .map(|name| name.replace("~1", "/"))
                .collect(),
            position: self.position(span),
        });
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
            self.note_twice(&pending.function, &mut seen, (index, pending.route.key.clone()), pending.span);
            self.model.http_apis[index].routes.push(pending.route);
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
            self.note_twice(&pending.function, &mut seen, (index, key), pending.span);
            self.model.rest_apis[index].routes.push(pending.route);
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

fn variables(value: Option<&Value>) -> BTreeMap<String, String> {
    let members = value.map_or(&[][..], Value::members).iter();
    members.filter_map(|member| Some((member.name.clone(), member.value.text()?.to_owned()))).collect()
}

const API_HOST: &str = "{api}.execute-api.{region}.{suffix}";
