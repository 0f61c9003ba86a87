//! Functions of the model as the Lambda service takes them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lambda::{Expression, LogFormat, Schedule, Tracing, Volume};
use template::Model;
use template::model::{self, BrefCompatibility, Code, EventSource, LayerReference, Package};

use super::Warnings;
use crate::{PhpFpm, Settings, StartError};

/// What all functions get besides their own variables.
pub(crate) struct Surroundings<'a> {
    pub(crate) settings: &'a Settings,
    /// The php-fpm of this machine, if there is one.
    pub(crate) php: Option<&'a PhpFpm>,
    /// Beside this secret the runtime believes the edge's headers.
    pub(crate) origin_secret: &'a str,
    /// Where the S3 protocol is spoken.
    pub(crate) s3: Option<std::net::SocketAddr>,
}

/// All functions that can run here; what cannot is warned of.
///
/// # Errors
/// [`StartError::NoPhp`] if one needs PHP and there is none, [`StartError::Template`] for what no
/// machine could run.
pub(crate) fn functions(
    model: &Model,
    surroundings: &Surroundings<'_>,
    warnings: &mut Warnings,
) -> Result<Vec<lambda::Function>, StartError> {
    let mut functions = Vec::new();
    for function in &model.functions {
        if let Some(why) = cannot_run(function) {
            warnings.push(format!("{}: {why}; requests to it fail", function.logical_id));
            continue;
        }
        functions.push(planned(function, model, surroundings, warnings)?);
    }
    Ok(functions)
}

fn cannot_run(function: &model::Function) -> Option<String> {
    if function.package == Package::Image {
        return Some("container images do not run locally yet".to_owned());
    }
    if !function.runtime.starts_with("provided") {
        return Some(format!("Runtime {} is AWS's own; provided.al2023 runs here", function.runtime));
    }
    match &function.code {
        Code::Remote(address) => Some(format!("its code is in AWS: {address}")),
        Code::Archive(path) => Some(format!("its code is an archive, {}; name the folder", path.display())),
        Code::Folder(_) | Code::Inline(_) => None,
    }
}

fn planned(
    function: &model::Function,
    model: &Model,
    surroundings: &Surroundings<'_>,
    warnings: &mut Warnings,
) -> Result<lambda::Function, StartError> {
    let code = code_folder(function, &surroundings.settings.state)?;
    let layers = layers(function, model, warnings);
    let bootstrap = wants_davys_bootstrap(function, model, &code, &layers)
        .then(|| surroundings.settings.bootstrap.clone());
    let mut environment = function.environment.clone();
    if bootstrap.is_some() {
        let php = surroundings.php.ok_or(StartError::NoPhp)?;
        add_runtime_variables(&mut environment, function, php, surroundings);
    }
    if let Some(s3) = surroundings.s3 {
        set(&mut environment, "AWS_ENDPOINT_URL_S3", &format!("http://{s3}"));
    }
    let mut planned = lambda::Function::new(&function.name, code);
    planned.logical_id.clone_from(&function.logical_id);
    planned.arn.clone_from(&function.arn);
    planned.handler.clone_from(&function.handler);
    planned.runtime.clone_from(&function.runtime);
    planned.memory_megabytes = function.memory_megabytes;
    planned.timeout = function.timeout;
    planned.environment = environment;
    planned.hidden = super::hidden::hidden(&planned.code);
    planned.layers = layers;
    planned.bootstrap = bootstrap;
    planned.tracing = match function.tracing {
        model::Tracing::Active => Tracing::Active,
        model::Tracing::PassThrough => Tracing::PassThrough,
    };
    planned.reserved_concurrency = function.reserved_concurrency;
    planned.ephemeral_storage_megabytes = function.ephemeral_storage_megabytes;
    planned.log_format = match function.log_format {
        model::LogFormat::Text => LogFormat::Text,
        model::LogFormat::Json => LogFormat::Json,
    };
    planned.schedules = schedules(function, warnings);
    planned.volumes = volumes(function, &surroundings.settings.state)?;
    Ok(planned)
}

/// Whether Davy's own runtime runs it: a published PHP layer stands for it, `davy build` makes it,
/// and where nothing brings a bootstrap, a handler that is PHP has no other.
fn wants_davys_bootstrap(function: &model::Function, model: &Model, code: &Path, layers: &[PathBuf]) -> bool {
    if function.layers.iter().any(|layer| is_php(layer, model)) {
        return true;
    }
    let brings_one = [code].into_iter().chain(layers.iter().map(PathBuf::as_path));
    if brings_one.into_iter().any(|folder| folder.join("bootstrap").is_file()) {
        return false;
    }
    let handler = Path::new(&function.handler);
    handler.extension().is_some_and(|extension| extension == "php") || code.join(handler).is_dir()
}

/// Whether the layer is PHP, for which the machine's own stands locally.
fn is_php(layer: &LayerReference, model: &Model) -> bool {
    match layer {
        LayerReference::Php { .. } => true,
        LayerReference::Own { logical_id } => {
            model.layers.iter().any(|layer| layer.logical_id == *logical_id && layer.php.is_some())
        }
        LayerReference::Remote { .. } => false,
    }
}

fn add_runtime_variables(
    environment: &mut BTreeMap<String, String>,
    function: &model::Function,
    php: &PhpFpm,
    surroundings: &Surroundings<'_>,
) {
    let bref = function
        .layers
        .iter()
        .any(|layer| matches!(layer, LayerReference::Php { compatibility: BrefCompatibility::Bref, .. }));
    if bref {
        set(environment, "DAVY_COMPAT", "bref");
    }
    set(environment, "DAVY_PHP_FPM", &php.path.to_string_lossy());
    environment.insert("DAVY_ORIGIN_SECRET".to_owned(), surroundings.origin_secret.to_owned());
    // An edited file must show at the next request; deployed code never changes.
    set(environment, "DAVY_EDITABLE", "1");
}

/// What the template says stands.
fn set(environment: &mut BTreeMap<String, String>, name: &str, value: &str) {
    environment.entry(name.to_owned()).or_insert_with(|| value.to_owned());
}

fn layers(function: &model::Function, model: &Model, warnings: &mut Warnings) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for layer in &function.layers {
        match layer {
            LayerReference::Php { .. } => {}
            LayerReference::Own { .. } if is_php(layer, model) => {}
            LayerReference::Remote { arn } => {
                warnings
                    .push(format!("{}: the layer {arn} is in AWS only; it is left out", function.logical_id));
            }
            LayerReference::Own { logical_id } => {
                let content = model.layers.iter().find(|layer| layer.logical_id == *logical_id);
                match content.map(|layer| &layer.content) {
                    Some(Code::Folder(path) | Code::Archive(path)) if path.exists() => {
                        folders.push(path.clone());
                    }
                    Some(Code::Folder(path) | Code::Archive(path)) => warnings.push(format!(
                        "{}: the layer {logical_id} has no content at {}; it is left out",
                        function.logical_id,
                        path.display()
                    )),
                    _ => {
                        warnings.push(format!("{}: the layer {logical_id} is left out", function.logical_id));
                    }
                }
            }
        }
    }
    folders
}

/// The folder that becomes `/var/task`; inline code gets one of its own under the state folder.
fn code_folder(function: &model::Function, state: &Path) -> Result<PathBuf, StartError> {
    match &function.code {
        Code::Folder(folder) => Ok(folder.clone()),
        Code::Inline(text) => {
            let folder = state.join("inline").join(&function.logical_id);
            let file = folder.join(inline_file_name(&function.handler));
            fs::create_dir_all(&folder)
                .and_then(|()| fs::write(&file, text))
                .map_err(|error| StartError::State { path: file, error })?;
            Ok(folder)
        }
        Code::Archive(_) | Code::Remote(_) => Err(StartError::Template {
            resource: function.logical_id.clone(),
            message: "its code is not a folder on this machine".to_owned(),
        }),
    }
}

/// The handler's own name if that is a plain file name; Lambda's `index` otherwise.
fn inline_file_name(handler: &str) -> &str {
    let plain = !handler.is_empty() && !handler.contains(['/', '\0']) && !handler.starts_with('.');
    if plain { handler } else { "index.php" }
}

/// What the clock calls it by; an expression that is none does not fire, and that is said.
fn schedules(function: &model::Function, warnings: &mut Warnings) -> Vec<Schedule> {
    let mut schedules = Vec::new();
    for event in &function.events {
        let EventSource::Schedule { name, expression, input, enabled } = event else { continue };
        match Expression::parse(expression) {
            Ok(expression) => schedules.push(Schedule {
                name: name.clone(),
                expression,
                input: input.clone(),
                enabled: *enabled,
            }),
            Err(error) => {
                warnings.push(format!("{}: the schedule {name} does not fire: {error}", function.logical_id));
            }
        }
    }
    schedules
}

fn volumes(function: &model::Function, state: &Path) -> Result<Vec<Volume>, StartError> {
    function
        .file_systems
        .iter()
        .map(|system| {
            let name = system.arn.rsplit(['/', ':']).next().unwrap_or("volume");
            let source = state.join("volumes").join(name);
            fs::create_dir_all(&source).map_err(|error| StartError::State { path: source.clone(), error })?;
            Ok(Volume { source, mount_path: PathBuf::from(&system.local_mount_path) })
        })
        .collect()
}
