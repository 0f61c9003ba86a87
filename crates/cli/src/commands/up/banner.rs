//! What stands on the terminal when a stack is ready: where everything is, and what runs it.

use stack::{Entrance, Source, Stack};
use template::Model;
use template::model::LayerReference;

use crate::arguments::Up;
use crate::printer::{Printer, Role};

pub(super) fn print(
    stack: &Stack,
    model: &Model,
    source: &Source,
    arguments: &Up,
    console: Option<&str>,
    printer: Printer,
) {
    let from = match source {
        Source::File(file) => file.display().to_string(),
        Source::BuiltIn { folder, handler } => {
            format!("the built-in template for {}/{handler}", folder.display())
        }
    };
    printer.say(&format!("{} runs {}\n", printer.paint(Role::Strong, &model.stack_name), from));
    for (label, value) in rows(stack, model, arguments, console, printer) {
        printer.say(&format!("  {} {value}", printer.paint(Role::Faint, &format!("{label:<10}"))));
    }
    printer.say("");
}

fn rows(
    stack: &Stack,
    model: &Model,
    arguments: &Up,
    console: Option<&str>,
    printer: Printer,
) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    if let Some(address) = stack.site().and_then(|site| stack.endpoints().get(&site.to_string())) {
        let secure = stack.secure() && matches!(stack.site(), Some(Entrance::Distribution(_)));
        let scheme = if secure { "https" } else { "http" };
        let link = format!("{scheme}://localhost:{}", address.port());
        rows.push(("site", printer.paint(Role::Link, &link)));
    }
    if let Some(authority) = stack.authority() {
        rows.push(("trust", format!("{}, so that browsers believe the site", authority.display())));
    }
    for name in stack.endpoints().keys() {
        if stack.site().is_some_and(|site| site.to_string() == *name) {
            continue;
        }
        if *name == Entrance::S3.to_string() && model.buckets.is_empty() {
            continue;
        }
        let note = match name.as_str() {
            "s3" => buckets(model),
            "aws" => "Lambda, CloudWatch Logs, CloudFront invalidations".to_owned(),
            _ => name.split('.').nth(1).unwrap_or_default().to_owned(),
        };
        let label = match name.split('.').next() {
            Some("httpapi") => "HTTP API",
            Some("restapi") => "REST API",
            Some("distribution") => "CDN",
            Some("url") => "URL",
            Some("s3") => "S3",
            _ => "AWS APIs",
        };
        let url = stack.url(name).unwrap_or_default();
        rows.push((label, format!("{url}  {note}")));
    }
    if let Some(console) = console {
        rows.push(("console", printer.paint(Role::Link, console)));
    }
    rows.push(("keys", format!("AWS_SHARED_CREDENTIALS_FILE={}", stack.credentials().display())));
    rows.push(("PHP", php(stack, model)));
    rows.push((
        "functions",
        format!("{}, at most {} environments at once", stack.isolation(), arguments.concurrency),
    ));
    rows.push(("look", "davy logs --follow    davy traces --last".to_owned()));
    rows
}

/// The PHP that runs, and the one that the template's layer would bring, where they differ.
fn php(stack: &Stack, model: &Model) -> String {
    let Some(php) = stack.php() else { return "none installed".to_owned() };
    let own = php
        .version
        .map_or_else(|| "of unknown version".to_owned(), |(major, minor)| format!("{major}.{minor}"));
    let asked = model.functions.iter().flat_map(|function| &function.layers).find_map(|layer| match layer {
        LayerReference::Php { version, .. } => version.clone(),
        _ => None,
    });
    match asked {
        Some(asked) if asked != own => {
            format!("{own} ({}); the template's layer brings {asked}", php.path.display())
        }
        _ => format!("{own} ({})", php.path.display()),
    }
}

fn buckets(model: &Model) -> String {
    let names: Vec<&str> = model.buckets.iter().map(|bucket| bucket.name.as_str()).collect();
    if names.is_empty() { String::new() } else { format!("buckets: {}", names.join(", ")) }
}
