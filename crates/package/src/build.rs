//! A stack into what is deployed: a zip for each function and layer, and the template that names them.
//!
//! ```text
//! .davy/build/Website.zip      code, with its opcodes at .davy/opcache
//! .davy/build/Php.zip          a layer
//! .davy/build/template.yaml    the template, its paths replaced: `sam deploy` takes it from there
//! ```

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use template::model::{Architecture, Code, Function, Layer as LayerModel, LayerReference, Package};
use template::{Model, Template};

use crate::files::{Files, Weight, Written};
use crate::layer::{Layer, LayerError, LayerOptions};
use crate::limits::{DIRECT_MAXIMUM, UNPACKED_MAXIMUM, size};
use crate::opcache::{OpcacheOptions, compile};

/// What a build is told.
#[derive(Clone, Debug)]
pub struct BuildOptions {
    /// The template's file.
    pub template: PathBuf,
    /// Where the build is put: `.davy/build`.
    pub output: PathBuf,
    /// Where packages are kept between builds: `.davy/packages`.
    pub cache: PathBuf,
    /// Davy's runtime for each processor, linked statically.
    pub bootstraps: BTreeMap<&'static str, PathBuf>,
    /// Extensions of PHP layers; none: a good set.
    pub extensions: Vec<String>,
    /// apt sources for PHP layers; none: Debian's.
    pub sources: Vec<String>,
    /// The binary that encloses: Davy's own.
    pub launcher: PathBuf,
}

/// What was built.
#[derive(Debug)]
pub struct Report {
    /// The rewritten template.
    pub template: PathBuf,
    /// One for each layer that has its content here.
    pub layers: Vec<Built>,
    /// One for each function that has its code here.
    pub functions: Vec<Built>,
    /// What a user should know: limits, what was left out, why there are no opcodes.
    pub notes: Vec<String>,
}

/// One zip.
#[derive(Debug)]
pub struct Built {
    /// The resource's name in the template.
    pub logical_id: String,
    /// The zip.
    pub zip: PathBuf,
    /// Its hash and size.
    pub written: Written,
    /// What is in it.
    pub weight: Weight,
    /// How many of its scripts have opcodes.
    pub compiled: usize,
}

/// Why nothing was built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A file or a tool failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A PHP layer could not be made.
    #[error("the layer `{layer}`: {why}")]
    Layer {
        /// The resource's name.
        layer: String,
        /// Why.
        why: LayerError,
    },
    /// The template does not have what the model says it has.
    #[error("{0}: the template changed while it was built; build again")]
    Changed(PathBuf),
}

/// Builds everything of `model` that has its content beside the template.
pub async fn build(model: &Model, options: &BuildOptions) -> Result<Report, BuildError> {
    fs::create_dir_all(&options.output)?;
    let mut build = Build { options, paths: BTreeMap::new(), php: BTreeMap::new(), notes: Vec::new() };
    let mut layers = Vec::new();
    for layer in &model.layers {
        layers.extend(build.layer(model, layer)?);
    }
    let mut functions = Vec::new();
    for function in &model.functions {
        functions.extend(build.function(function, &layers).await?);
    }
    let template = build.template()?;
    Ok(Report { template, layers, functions, notes: build.notes })
}

struct Build<'a> {
    options: &'a BuildOptions,
    /// Properties of the template and the zips that they now name.
    paths: BTreeMap<(String, String), String>,
    /// Layers of PHP, unpacked, by their logical ids.
    php: BTreeMap<String, PathBuf>,
    notes: Vec<String>,
}

impl Build<'_> {
    fn layer(&mut self, model: &Model, layer: &LayerModel) -> Result<Option<Built>, BuildError> {
        let id = &layer.logical_id;
        let files = match (&layer.php, &layer.content) {
            (Some(php), _) => self.php_layer(model, id, php)?,
            (None, Code::Folder(folder)) => Files::of_tree(folder)?,
            // A zip of the user's is deployed as it is; what is in AWS is there.
            (None, _) => return Ok(None),
        };
        self.write(id, "ContentUri", &files, 0).map(Some)
    }

    fn php_layer(&mut self, model: &Model, id: &str, php: &str) -> Result<Files, BuildError> {
        let uses = |function: &&Function| {
            function
                .layers
                .iter()
                .any(|layer| matches!(layer, LayerReference::Own { logical_id } if logical_id == id))
        };
        let architecture =
            model.functions.iter().find(uses).map(|function| function.architecture).unwrap_or_default();
        let bootstrap = self.options.bootstraps.get(processor(architecture)).cloned();
        if bootstrap.is_none() {
            self.notes.push(format!(
                "the layer `{id}` has no bootstrap: there is none for {} here (`make build` makes one)",
                processor(architecture)
            ));
        }
        let defaults = LayerOptions::default();
        let extensions = if self.options.extensions.is_empty() {
            defaults.extensions
        } else {
            self.options.extensions.clone()
        };
        let wanted = LayerOptions {
            php: php.to_owned(),
            architecture,
            extensions,
            bootstrap,
            sources: self.options.sources.clone(),
            cache: self.options.cache.clone(),
        };
        let built = Layer::build(&wanted).map_err(|why| BuildError::Layer { layer: id.to_owned(), why })?;
        let unpacked = self.options.output.join(format!("{id}.layer"));
        if unpacked.exists() {
            fs::remove_dir_all(&unpacked)?;
        }
        built.unpack(&unpacked)?;
        if architecture == native() {
            self.php.insert(id.to_owned(), unpacked);
        }
        Ok(built.files)
    }

    async fn function(&mut self, function: &Function, layers: &[Built]) -> Result<Option<Built>, BuildError> {
        let (Package::Zip, Code::Folder(folder)) = (function.package, &function.code) else {
            return Ok(None);
        };
        let id = &function.logical_id;
        let mut files = Files::of_code(folder)?;
        let compiled = self.opcodes(function, folder, &mut files).await?;
        let built = self.write(id, "CodeUri", &files, compiled)?;
        let own: u64 = function.layers.iter().filter_map(|layer| weight_of(layer, layers)).sum();
        let all = built.weight.bytes + own;
        if all > UNPACKED_MAXIMUM {
            self.notes.push(format!(
                "`{id}` has {} with its layers; Lambda takes {}: see its heaviest folders, and .davyignore",
                size(all),
                size(UNPACKED_MAXIMUM)
            ));
        }
        Ok(Some(built))
    }

    /// Adds opcodes, if a PHP layer of the stack's own can make them here.
    async fn opcodes(
        &mut self,
        function: &Function,
        folder: &Path,
        files: &mut Files,
    ) -> Result<usize, BuildError> {
        let id = &function.logical_id;
        let own = function.layers.iter().find_map(|layer| match layer {
            LayerReference::Own { logical_id } => Some(logical_id),
            _ => None,
        });
        let Some(layer) = own.and_then(|own| self.php.get(own)).cloned() else {
            if let Some(own) = own.filter(|own| self.options.output.join(format!("{own}.layer")).exists()) {
                self.notes.push(format!(
                    "`{id}` has no opcodes: the PHP of `{own}` does not run on this processor"
                ));
            }
            return Ok(0);
        };
        let work = self.options.output.join(format!("{id}.work"));
        let options =
            OpcacheOptions { code: folder.to_owned(), layer, work, launcher: self.options.launcher.clone() };
        let opcache = match compile(&options, files).await {
            Ok(opcache) => opcache,
            // The function runs without, only its first request is slower.
            Err(error) => {
                self.notes.push(format!("`{id}` has no opcodes: {error}"));
                return Ok(0);
            }
        };
        for (path, entry) in opcache.files.iter() {
            files.insert(path, entry.clone());
        }
        if !opcache.refused.is_empty() {
            let first = opcache.refused.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
            let count = opcache.refused.len();
            self.notes
                .push(format!("PHP compiles {count} files of `{id}` only when they are asked for: {first}"));
        }
        Ok(opcache.compiled)
    }

    fn write(
        &mut self,
        id: &str,
        property: &str,
        files: &Files,
        compiled: usize,
    ) -> Result<Built, BuildError> {
        let zip = self.options.output.join(format!("{id}.zip"));
        let written = files.write_zip(&zip)?;
        if written.bytes > DIRECT_MAXIMUM {
            self.notes.push(format!(
                "{} has {}: over {} a zip is deployed by way of S3, as `sam deploy` does",
                zip.display(),
                size(written.bytes),
                size(DIRECT_MAXIMUM)
            ));
        }
        // Beside the rewritten template.
        self.paths.insert((id.to_owned(), property.to_owned()), format!("{id}.zip"));
        Ok(Built { logical_id: id.to_owned(), zip, written, weight: files.weight(), compiled })
    }

    fn template(&self) -> Result<PathBuf, BuildError> {
        let text = fs::read_to_string(&self.options.template)?;
        let rewritten = Template::with_paths(&text, &self.paths)
            .ok_or_else(|| BuildError::Changed(self.options.template.clone()))?;
        let name = if text.trim_start().starts_with('{') { "template.json" } else { "template.yaml" };
        let path = self.options.output.join(name);
        fs::write(&path, rewritten)?;
        Ok(path)
    }
}

impl Report {
    /// For a person: each zip with its size and heaviest folders, then the notes.
    pub fn text(&self) -> String {
        let mut lines = Vec::new();
        for built in self.layers.iter().chain(&self.functions) {
            let opcodes = if built.compiled > 0 {
                format!(", {} scripts compiled", built.compiled)
            } else {
                String::new()
            };
            lines.push(format!("{}: {} zipped{opcodes}", built.logical_id, size(built.written.bytes)));
            lines.extend(built.weight.report().lines().map(|line| format!("  {line}")));
        }
        lines.extend(self.notes.iter().map(|note| format!("note: {note}")));
        lines.join("\n")
    }
}

fn weight_of(layer: &LayerReference, layers: &[Built]) -> Option<u64> {
    let LayerReference::Own { logical_id } = layer else { return None };
    layers.iter().find(|built| built.logical_id == *logical_id).map(|built| built.weight.bytes)
}

/// As `uname -m` has it.
fn processor(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "x86_64",
        Architecture::Arm64 => "aarch64",
    }
}

fn native() -> Architecture {
    if cfg!(target_arch = "aarch64") { Architecture::Arm64 } else { Architecture::X86_64 }
}
