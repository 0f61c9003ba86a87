//! Functions: their properties with AWS's defaults, and what AWS would refuse of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::Builder;
use super::runtimes::{self, Lifecycle};
use crate::diagnostic::Diagnostic;
use crate::model::{
    Architecture, Authorization, Code, FileSystem, Function, FunctionUrl, InvokeMode, LayerReference,
    LogFormat, Package, Tracing,
};
use crate::sections::Resource;
use crate::source::Span;
use crate::value::Value;

impl<'t> Builder<'_, 't> {
    pub(super) fn serverless_function(&mut self, resource: Resource<'t>, value: &Value) {
        let mut function = self.function(resource, value);
        function.code = match (value.member("InlineCode"), value.member("CodeUri")) {
            (Some(inline), _) => Code::Inline(inline.text().unwrap_or_default().to_owned()),
            (None, Some(uri)) => self.code(uri, "CodeUri"),
            (None, None) => Code::Remote(value.text_at("ImageUri").unwrap_or_default()),
        };
        if function.package == Package::Zip
            && value.member("InlineCode").or(value.member("CodeUri")).is_none()
        {
            self.report(
                Diagnostic::error("missing-property", "the function has neither `CodeUri` nor `InlineCode`")
                    .at(resource.span)
                    .help("write `CodeUri: .` if its code is beside the template"),
            );
        }
        function.tracing = tracing(value.text_at("Tracing").as_deref());
        if let Some(url) = value.member("FunctionUrlConfig") {
            function.url = Some(self.function_url(resource.logical_id, url));
        }
        self.events(resource, value, &mut function);
        self.finish_function(resource, value, function);
    }

    pub(super) fn plain_function(&mut self, resource: Resource<'t>, value: &Value) {
        let mut function = self.function(resource, value);
        let code = |name: &str| value.at(&["Code", name]).and_then(Value::text);
        function.code = match (code("ZipFile"), code("S3Bucket"), code("S3Key")) {
            (Some(text), ..) => Code::Inline(text.to_owned()),
            (None, Some(bucket), Some(key)) => Code::Remote(format!("s3://{bucket}/{key}")),
            _ => match value.member("Code") {
                Some(code) if code.text().is_some() => self.code(code, "Code"),
                _ => Code::Remote(code("ImageUri").unwrap_or_default().to_owned()),
            },
        };
        function.tracing = tracing(value.at(&["TracingConfig", "Mode"]).and_then(Value::text));
        self.finish_function(resource, value, function);
    }

    /// What both kinds of function have.
    fn function(&self, resource: Resource<'t>, value: &Value) -> Function {
        let id = resource.logical_id;
        let resolver = self.resolver;
        let variables = value.at(&["Environment", "Variables"]).map_or(&[][..], Value::members);
        let environment: BTreeMap<_, _> = variables
            .iter()
            .filter_map(|member| Some((member.name.clone(), member.value.text()?.to_owned())))
            .collect();
        self.check_environment(variables, &environment);
        let architecture = value.texts_at("Architectures");
        Function {
            logical_id: id.to_owned(),
            name: resolver.name_of(id, resource.span).unwrap_or_default(),
            arn: resolver.fill_for(
                id,
                "arn:{partition}:lambda:{region}:{account}:function:{name}",
                resource.span,
            ),
            package: match value.text_at("PackageType").as_deref() {
                Some("Image") => Package::Image,
                _ => Package::Zip,
            },
            handler: value.text_at("Handler").unwrap_or_default(),
            runtime: value.text_at("Runtime").unwrap_or_default(),
            code: Code::Inline(String::new()),
            layers: value.texts_at("Layers").into_iter().map(|arn| LayerReference::Remote { arn }).collect(),
            memory_megabytes: value.integer_at("MemorySize").unwrap_or(128),
            timeout: Duration::from_secs(value.integer_at("Timeout").unwrap_or(3)),
            environment,
            tracing: Tracing::PassThrough,
            architecture: match architecture.first().map(String::as_str) {
                Some("arm64") => Architecture::Arm64,
                _ => Architecture::X86_64,
            },
            ephemeral_storage_megabytes: value
                .member("EphemeralStorage")
                .and_then(|storage| storage.integer_at("Size"))
                .unwrap_or(512),
            reserved_concurrency: value.integer_at("ReservedConcurrentExecutions"),
            log_format: match value.at(&["LoggingConfig", "LogFormat"]).and_then(Value::text) {
                Some("JSON") => LogFormat::Json,
                _ => LogFormat::Text,
            },
            file_systems: value
                .items_at("FileSystemConfigs")
                .iter()
                .map(|system| FileSystem {
                    arn: system.text_at("Arn").unwrap_or_default(),
                    local_mount_path: system.text_at("LocalMountPath").unwrap_or_default(),
                })
                .collect(),
            in_vpc: value.member("VpcConfig").is_some(),
            policies: value.member("Policies").map_or(serde_json::Value::Null, Value::to_json),
            url: None,
            events: Vec::new(),
            position: self.position(resource.span),
        }
    }

    fn finish_function(&mut self, resource: Resource<'t>, value: &Value, function: Function) {
        match function.package {
            Package::Zip => self.check_zip(resource, value, &function),
            Package::Image => self.report(
                Diagnostic::note("container-image", "container images do not run on this machine")
                    .at(resource.span)
                    .help("for `davy up`, describe the same function with `CodeUri` and a PHP layer"),
            ),
        }
        if let Some(layers) = value.member("Layers").filter(|layers| layers.items().len() > LAYERS_MAXIMUM) {
            let message = format!(
                "a function has {LAYERS_MAXIMUM} layers at most, but this has {}",
                layers.items().len()
            );
            self.report(Diagnostic::error("too-many-layers", message).at(layers.span));
        }
        for layer in value.items_at("Layers") {
            let arn = layer.text().unwrap_or_default().to_owned();
            self.layer_places.insert((function.logical_id.clone(), arn), layer.span);
        }
        self.model.functions.push(function);
    }

    fn check_zip(&self, resource: Resource<'t>, value: &Value, function: &Function) {
        for (name, example) in [("Handler", "index.php"), ("Runtime", "provided.al2023")] {
            if value.member(name).is_none() {
                let message = format!("the function has no `{name}`");
                self.report(
                    Diagnostic::error("missing-property", message)
                        .at(resource.span)
                        .help(format!("for PHP it is for instance `{name}: {example}`")),
                );
            }
        }
        if let Some(runtime) = value.member("Runtime") {
            self.check_runtime(runtime);
        }
        let (Some(handler), Code::Folder(folder)) = (value.member("Handler"), &function.code) else { return };
        let path = handler.text().unwrap_or_default();
        if Path::new(path).extension().is_some_and(|extension| extension == "php")
            && folder.is_dir()
            && !folder.join(path).is_file()
        {
            let message = format!("there is no `{path}` in {}", folder.display());
            self.report(
                Diagnostic::warning("missing-handler", message)
                    .at(handler.span)
                    .help("the handler is a path within `CodeUri`: every invocation would fail"),
            );
        }
    }

    fn check_runtime(&self, runtime: &Value) {
        let Some(name) = runtime.text() else { return };
        let problem = match runtimes::lifecycle(name) {
            Some(Lifecycle::Ends { deprecated, no_create, no_update }) => Diagnostic::warning(
                "deprecated-runtime",
                format!(
                    "`{name}` is deprecated since {deprecated}: AWS refuses new functions from {no_create} \
                     and changes from {no_update}"
                ),
            )
            .help("write `Runtime: provided.al2023`, with layers that are built for it"),
            Some(Lifecycle::Current) => return,
            Some(Lifecycle::Other) => Diagnostic::warning(
                "other-runtime",
                format!("`{name}` is not PHP's: Davy runs functions with a `bootstrap`"),
            )
            .help("functions in other languages are deployed to AWS, but do not run on this machine"),
            None => {
                let problem =
                    Diagnostic::error("unknown-runtime", format!("`{name}` is no runtime of Lambda"));
                match crate::nearest::nearest(name, runtimes::names()) {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem.help("for PHP, write `Runtime: provided.al2023` and name a PHP layer"),
                }
            }
        };
        self.report(problem.at(runtime.span));
    }

    fn check_environment(&self, members: &[crate::value::Member], environment: &BTreeMap<String, String>) {
        for member in members {
            if RESERVED.contains(&member.name.as_str()) {
                let message = format!("`{}` is Lambda's own variable", member.name);
                self.report(
                    Diagnostic::error("reserved-variable", message)
                        .at(member.name_span)
                        .help("it is there without being set; AWS refuses a function that sets it"),
                );
            } else if !is_variable_name(&member.name) {
                let message = format!("`{}` cannot name an environment variable", member.name);
                self.report(
                    Diagnostic::error("bad-variable", message)
                        .at(member.name_span)
                        .help("a letter first, then letters, digits and `_`: two characters at least"),
                );
            }
        }
        let bytes: usize = environment.iter().map(|(name, value)| name.len() + value.len()).sum();
        if bytes > ENVIRONMENT_MAXIMUM {
            let message =
                format!("the variables have {bytes} bytes; Lambda takes {ENVIRONMENT_MAXIMUM} at most");
            let place = members.first().map_or(Span::default(), |member| member.name_span);
            self.report(
                Diagnostic::error("environment-too-large", message)
                    .at(place)
                    .help("keep large values in Secrets Manager or in a file of the code"),
            );
        }
    }

    // === Where code is ===

    /// `CodeUri` or `ContentUri`: a path beside the template, or an address in S3.
    pub(super) fn code(&self, uri: &Value, property: &str) -> Code {
        if let (Some(bucket), Some(key)) = (uri.text_at("Bucket"), uri.text_at("Key")) {
            return Code::Remote(format!("s3://{bucket}/{key}"));
        }
        let Some(text) = uri.text() else { return Code::Remote(String::new()) };
        if text.contains("://") {
            return Code::Remote(text.to_owned());
        }
        let path = self.folder.join(text);
        let path: std::path::PathBuf = path.components().collect();
        if path.is_file() {
            return Code::Archive(path);
        }
        if !path.is_dir() {
            let message = format!("there is no folder `{text}` beside the template");
            self.report(
                Diagnostic::error("missing-code", message).at(uri.span).help(format!(
                    "`{property}` is a path from the template: it would be {}",
                    path.display()
                )),
            );
        }
        Code::Folder(path)
    }

    // === Function URLs ===

    pub(super) fn function_url(&self, logical_id: &str, value: &Value) -> FunctionUrl {
        let iam = value.text_at("AuthType").as_deref() == Some("AWS_IAM");
        FunctionUrl {
            domain_name: self.resolver.fill_for(logical_id, "{url}.lambda-url.{region}.on.aws", value.span),
            authorization: if iam { Authorization::AwsIam } else { Authorization::None },
            invoke_mode: match value.text_at("InvokeMode").as_deref() {
                Some("RESPONSE_STREAM") => InvokeMode::ResponseStream,
                _ => InvokeMode::Buffered,
            },
            cors: value.member("Cors").map(super::apis::cors),
        }
    }

    /// An `AWS::Lambda::Url`: its function may be written after it.
    pub(super) fn plain_url(&mut self, resource: Resource<'t>, value: &Value) {
        let mut url = self.function_url(resource.logical_id, value);
        let target = value.text_at("TargetFunctionArn").unwrap_or_default();
        url.domain_name =
            self.resolver.fill_for(resource.logical_id, "{url}.lambda-url.{region}.on.aws", value.span);
        self.urls.push((target, url, resource));
    }

    pub(super) fn attach_urls(&mut self) {
        for (target, url, resource) in std::mem::take(&mut self.urls) {
            let names = |function: &&mut Function| function.arn == target || function.name == target;
            match self.model.functions.iter_mut().find(names) {
                Some(function) => function.url = Some(url),
                None => self.resolver.within(resource.logical_id, || {
                    let message = format!("`{target}` is no function of this template");
                    self.report(Diagnostic::warning("unknown-target", message).at(resource.span));
                }),
            }
        }
    }
}

fn tracing(mode: Option<&str>) -> Tracing {
    if mode == Some("Active") { Tracing::Active } else { Tracing::PassThrough }
}

fn is_variable_name(name: &str) -> bool {
    name.len() > 1
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

const LAYERS_MAXIMUM: usize = 5;

/// All names and values together.
const ENVIRONMENT_MAXIMUM: usize = 4096;

/// Source: Lambda developer guide, "Defined runtime environment variables", the reserved ones.
const RESERVED: &[&str] = &[
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
];
