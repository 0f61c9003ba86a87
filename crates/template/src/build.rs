//! Resolved resources into the model, one kind after the other; then what only the whole shows.

mod api_settings;
mod apis;
mod distributions;
mod edge_policies;
mod events;
mod functions;
mod layers;
mod mirrors;
mod outputs;
mod runtimes;
mod storage;
mod targets;

use std::collections::HashMap;
use std::path::Path;

use self::api_settings::Guard;
use crate::diagnostic::Diagnostic;
use crate::globals::Globals;
use crate::model::{FunctionUrl, Model, Position, RestRoute, Route, Throttling, Unsupported};
use crate::nearest::nearest;
use crate::resolve::Resolver;
use crate::resources::{Local, known_types, lookup};
use crate::schema;
use crate::sections::Resource;
use crate::source::Span;
use crate::tree::Node;
use crate::value::Value;

/// Fills a model.
pub(crate) struct Builder<'b, 't> {
    resolver: &'b Resolver<'t>,
    globals: &'b Globals<'t>,
    /// The folder that relative paths start from.
    folder: &'b Path,
    model: Model,
    /// Routes of functions' events, until every API is known.
    routes: Vec<PendingRoute<Route>>,
    rest_routes: Vec<PendingRoute<RestRoute>>,
    /// What guards the routes of an API, by its logical id, unless they say otherwise.
    default_guards: HashMap<String, String>,
    /// `AWS::Lambda::Url`s, until every function is known: what each names, and its resource.
    urls: Vec<(String, FunctionUrl, Resource<'t>)>,
    /// Where each function names each layer.
    layer_places: HashMap<(String, String), Span>,
    /// The places of distributions' properties, for checks on the whole.
    places: Vec<distributions::Places>,
}

/// A route and the API that its event names.
struct PendingRoute<R> {
    route: R,
    /// The API's id; `None`: the implicit one.
    api: Option<String>,
    guard: Guard,
    throttling: Option<Throttling>,
    span: Span,
    /// The function's logical id, for messages.
    function: String,
}

impl<'b, 't> Builder<'b, 't> {
    pub(crate) fn new(
        resolver: &'b Resolver<'t>,
        globals: &'b Globals<'t>,
        folder: &'b Path,
    ) -> Builder<'b, 't> {
        let settings = resolver.settings;
        let model = Model {
            stack_name: settings.stack_name.clone(),
            region: settings.region.clone(),
            account: settings.account.clone(),
            description: resolver.sections.top("Description").and_then(Node::scalar).map(str::to_owned),
            ..Model::default()
        };
        Builder {
            resolver,
            globals,
            folder,
            model,
            routes: Vec::new(),
            rest_routes: Vec::new(),
            default_guards: HashMap::new(),
            urls: Vec::new(),
            layer_places: HashMap::new(),
            places: Vec::new(),
        }
    }

    pub(crate) fn build(mut self) -> Model {
        self.check_conditions();
        for resource in self.resolver.sections.in_order() {
            let resolver = self.resolver;
            resolver.within(resource.logical_id, || self.resource(resource));
        }
        self.attach_routes();
        self.attach_urls();
        self.attach_layers();
        self.find_targets();
        self.find_mirrors();
        self.check_distributions();
        self.outputs();
        self.model
    }

    fn resource(&mut self, resource: Resource<'t>) {
        if let Some(condition) = resource.node.member("Condition") {
            let name = condition.scalar().unwrap_or_default();
            if self.resolver.condition(name, condition.span) != Some(true) {
                return;
            }
        }
        let Some(known) = lookup(resource.type_name) else {
            self.unknown_type(resource);
            return;
        };
        if known.local != Local::Runs {
            // Its references are followed all the same, so that dangling ones are found.
            let value = self.resolver.resolve(&self.globals.properties(&resource));
            if let Some(properties) = schema::properties(resource.type_name) {
                schema::check(self.resolver, &value, properties, resource.type_name);
            }
            if known.local == Local::Absent {
                self.unsupported(resource, "it exists in AWS only");
            }
            return;
        }
        let value = self.resolver.resolve(&self.globals.properties(&resource));
        if value.is_unknown() {
            return;
        }
        if !matches!(value.data, crate::value::Data::Map(_)) {
            let message = format!("`Properties` should be a map, but is {}", value.description());
            self.resolver.report(Diagnostic::error("wrong-type", message).at(value.span));
            return;
        }
        if let Some(properties) = schema::properties(resource.type_name) {
            schema::check(self.resolver, &value, properties, resource.type_name);
        }
        self.typed(resource, &value);
    }

    fn typed(&mut self, resource: Resource<'t>, value: &Value) {
        match resource.type_name {
            "AWS::Serverless::Function" => self.serverless_function(resource, value),
            "AWS::Lambda::Function" => self.plain_function(resource, value),
            "AWS::Lambda::Url" => self.plain_url(resource, value),
            "AWS::Serverless::HttpApi" => self.http_api(resource.logical_id, value, resource.span),
            "AWS::Serverless::Api" => self.rest_api(resource.logical_id, value, resource.span),
            "AWS::Serverless::LayerVersion" | "AWS::Lambda::LayerVersion" => self.layer(resource, value),
            "AWS::S3::Bucket" => self.bucket(resource, value),
            "AWS::S3::BucketPolicy" => self.bucket_policy(resource, value),
            "AWS::CloudFront::Distribution" => self.distribution(resource, value),
            "AWS::CloudFront::CloudFrontOriginAccessIdentity" => self.identity(resource),
            "AWS::CloudFront::OriginAccessControl" => self.access_control(resource, value),
            "AWS::CloudFront::CachePolicy" => self.cache_policy(resource, value),
            "AWS::CloudFront::OriginRequestPolicy" => self.origin_request_policy(resource, value),
            "AWS::CloudFront::ResponseHeadersPolicy" => self.response_headers_policy(resource, value),
            "AWS::CloudFront::Function" => self.edge_function(resource, value),
            "AWS::RDS::DBInstance" | "AWS::RDS::DBCluster" => self.database(resource, value),
            "AWS::SecretsManager::Secret" => self.secret(resource, value),
            _ => {}
        }
    }

    fn unknown_type(&mut self, resource: Resource<'t>) {
        self.resolver.resolve(&self.globals.properties(&resource));
        let name = resource.type_name;
        let custom = name.starts_with("Custom::") || name == "AWS::CloudFormation::CustomResource";
        if !custom && let Some(near) = nearest(name, known_types()).filter(|near| same_product(name, near)) {
            let message = format!("`{name}` is no resource type that Davy knows");
            let problem = Diagnostic::warning("unknown-type", message).at(resource.type_span);
            self.resolver.report(problem.help(format!("did you mean `{near}`?")));
        }
        if !custom && !name.contains("::") {
            let message = format!("`{name}` is no resource type");
            let problem = Diagnostic::error("unknown-type", message).at(resource.type_span);
            self.resolver.report(problem.help("types look like AWS::Serverless::Function"));
            return;
        }
        self.unsupported(resource, "it exists in AWS only");
    }

    fn unsupported(&mut self, resource: Resource<'t>, note: &str) {
        let name = resource.type_name;
        let message = format!("{name} does not run on this machine");
        self.resolver.report(
            Diagnostic::note("unsupported-type", message)
                .at(resource.type_span)
                .help("it is deployed to AWS as it stands; here, what needs it has to do without"),
        );
        self.model.unsupported.push(Unsupported {
            logical_id: resource.logical_id.to_owned(),
            resource_type: name.to_owned(),
            note: note.to_owned(),
            position: self.position(resource.span),
        });
    }

    /// Conditions that no resource names are wrong all the same.
    fn check_conditions(&self) {
        for entry in self.resolver.sections.section("Conditions") {
            self.resolver.condition(&entry.name, entry.name_span);
        }
    }

    fn position(&self, span: Span) -> Position {
        self.resolver.source.position(span.start)
    }

    fn report(&self, problem: Diagnostic) {
        self.resolver.report(problem);
    }
}

/// `AWS::Lambda::Functon` is a slip; `AWS::EC2::Instance` is only near to something else.
fn same_product(name: &str, near: &str) -> bool {
    let parts = |name: &str| name.split("::").map(str::to_ascii_lowercase).collect::<Vec<_>>();
    let (name, near) = (parts(name), parts(near));
    let (Some(last), Some(near_last)) = (name.last(), near.last()) else { return false };
    nearest(last, [near_last.as_str()]).is_some()
}
