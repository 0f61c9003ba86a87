//! Layers: the stack's own, published ones that bring PHP, and others.

use super::Builder;
use crate::diagnostic::Diagnostic;
use crate::model::{BrefCompatibility, Code, Function, Layer, LayerReference, Package};
use crate::sections::Resource;
use crate::source::Span;
use crate::tree::Node;
use crate::value::Value;

impl<'t> Builder<'_, 't> {
    pub(super) fn layer(&mut self, resource: Resource<'t>, value: &Value) {
        let php = resource
            .node
            .member("Metadata")
            .and_then(|metadata| metadata.member("Davy"))
            .and_then(|davy| davy.member("Php"))
            .and_then(Node::scalar);
        let content =
            match (value.member("ContentUri"), value.at(&["Content", "S3Key"]).and_then(Value::text)) {
                // What `davy build` will make need not be there yet.
                (Some(uri), _) if php.is_some() => Code::Remote(uri.text().unwrap_or_default().to_owned()),
                (Some(uri), _) => self.code(uri, "ContentUri"),
                (None, Some(key)) => {
                    let bucket = value.at(&["Content", "S3Bucket"]).and_then(Value::text).unwrap_or_default();
                    Code::Remote(format!("s3://{bucket}/{key}"))
                }
                (None, None) => match value.member("Content") {
                    Some(content) => self.code(content, "Content"),
                    None => Code::Remote(String::new()),
                },
            };
        let id = resource.logical_id;
        let resolver = self.resolver;
        self.model.layers.push(Layer {
            logical_id: id.to_owned(),
            name: resolver.name_of(id, resource.span).unwrap_or_default(),
            arn: resolver.fill_for(
                id,
                "arn:{partition}:lambda:{region}:{account}:layer:{name}:1",
                resource.span,
            ),
            content,
            php: php.map(str::to_owned),
            compatible_runtimes: value.texts_at("CompatibleRuntimes"),
            position: self.position(resource.span),
        });
    }

    /// Finds out what the ARNs in functions' `Layers` are.
    pub(super) fn attach_layers(&mut self) {
        let mut functions = std::mem::take(&mut self.model.functions);
        for function in &mut functions {
            for reference in &mut function.layers {
                let LayerReference::Remote { arn } = reference else { continue };
                let arn = arn.clone();
                if let Some(own) = self.model.layers.iter().find(|layer| layer.arn == arn) {
                    *reference = LayerReference::Own { logical_id: own.logical_id.clone() };
                } else if let Some(php) = recognise(&arn) {
                    *reference = php;
                } else {
                    self.note_foreign_layer(&function.logical_id, &arn);
                }
            }
        }
        functions
            .iter()
            .filter(|function| function.package == Package::Zip)
            .for_each(|function| self.check_bootstrap(function));
        self.model.functions = functions;
    }

    fn note_foreign_layer(&self, function: &str, arn: &str) {
        let place = self.place_of_layer(function, arn);
        self.resolver.within(function, || {
            let problem = if arn.starts_with("arn:") {
                Diagnostic::warning("foreign-layer", "this layer is in AWS only: the function runs without it here")
                    .help("if the application needs it, unpack it beside the template and name it by an AWS::Serverless::LayerVersion")
            } else {
                Diagnostic::error("bad-layer", format!("`{arn}` is no layer"))
                    .help("name a layer of the template by !Ref, or a published one by its ARN with its version")
            };
            self.report(problem.at(place));
        });
    }

    fn place_of_layer(&self, function: &str, arn: &str) -> Span {
        let key = (function.to_owned(), arn.to_owned());
        self.layer_places.get(&key).copied().unwrap_or_default()
    }

    /// A `provided` runtime runs the `bootstrap` of the code or of a layer.
    fn check_bootstrap(&self, function: &Function) {
        let Code::Folder(folder) = &function.code else { return };
        if !function.runtime.starts_with("provided")
            || !function.layers.is_empty()
            || folder.join("bootstrap").exists()
        {
            return;
        }
        let resource = self.resolver.sections.resources.get(function.logical_id.as_str());
        let place = resource.map(|resource| resource.span).unwrap_or_default();
        self.resolver.within(&function.logical_id, || {
            self.report(
                Diagnostic::warning("no-runtime", "nothing brings PHP: the function has no layer, and its code no `bootstrap`")
                    .at(place)
                    .help("here Davy's own runtime stands in; in AWS the function would not start: give it a layer with `Metadata: {Davy: {Php: '8.2'}}`, which `davy build` makes"),
            );
        });
    }
}

/// Published PHP layers: Bref's, by its accounts, and those whose name says PHP, as in AWS's samples.
pub(super) fn recognise(arn: &str) -> Option<LayerReference> {
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", _, "lambda", _, account, "layer", name, ..] = parts[..] else { return None };
    let mut words = name.split(['-', '_']).map(str::to_ascii_lowercase);
    // Bref's console and extension layers lie over a PHP layer; a vendor layer is a library.
    if !words.any(|word| word.starts_with("php")) || name.to_ascii_lowercase().contains("vendor") {
        return None;
    }
    let bref = BREF_ACCOUNTS.contains(&account);
    Some(LayerReference::Php {
        version: version(name),
        compatibility: if bref { BrefCompatibility::Bref } else { BrefCompatibility::None },
        arn: arn.to_owned(),
    })
}

/// `php-73-fpm`, `arm-php-84`, `PHP73`, `php81`: two digits, of which the first is the major one.
fn version(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let after = lower.split_once("php")?.1.trim_start_matches(['-', '_']);
    let digits: Vec<char> = after.chars().filter(|letter| *letter != '.' && *letter != '_').take(2).collect();
    match digits[..] {
        [major, minor] if major.is_ascii_digit() && minor.is_ascii_digit() => {
            Some(format!("{major}.{minor}"))
        }
        _ => None,
    }
}

/// Bref 0 and 1, 2, 3.
const BREF_ACCOUNTS: &[&str] = &["209497400698", "534081306603", "873528684822"];
