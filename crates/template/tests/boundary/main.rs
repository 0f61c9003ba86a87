//! The template crate from outside: texts into models and problems.
#![expect(clippy::unwrap_used, reason = "a step that fails fails its test")]

mod apis;
mod article;
mod intrinsics;
mod model;
mod problems;
mod robustness;
mod serverless;

use std::collections::BTreeMap;
use std::fs;

use template::{Appearance, Diagnostics, Model, Parameters, Template};

/// A folder with `index.php`, `assets/` and a template of that text.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("assets")).unwrap();
        fs::write(folder.path().join("index.php"), "<?php").unwrap();
        fs::write(folder.path().join("assets/style.css"), "").unwrap();
        Folder(folder)
    }

    fn load(&self, text: &str, overrides: &[(&str, &str)]) -> (Option<Model>, Diagnostics) {
        let path = self.0.path().join("template.yaml");
        fs::write(&path, text).unwrap();
        let overrides = overrides.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let parameters = Parameters {
            overrides: overrides.collect::<BTreeMap<_, _>>(),
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
            stack_name: "shop".to_owned(),
        };
        Template::load(&path, &parameters)
    }
}

/// The model of a template that has nothing wrong.
#[track_caller]
fn model(text: &str) -> Model {
    let (model, problems) = Folder::new().load(text, &[]);
    model.unwrap_or_else(|| panic!("{}", problems.render(Appearance::Plain)))
}

/// Every problem as `LINE:COLUMN code`, in the order of the text.
fn problems(text: &str) -> String {
    let (_, problems) = Folder::new().load(text, &[]);
    let lines = problems.iter().map(|problem| match problem.position() {
        Some(position) => format!("{}:{} {}", position.line, position.column, problem.code()),
        None => format!("- {}", problem.code()),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A function as most have it, for templates that are about something else.
const FUNCTION: &str = "
  Website:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: index.php
      Runtime: provided.al2023
      Layers: ['arn:aws:lambda:us-east-1:209497400698:layer:php-83-fpm:25']
";
