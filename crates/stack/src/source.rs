//! Finds the template that is meant: a file, a folder that holds one, or a folder with an `index.php`.

use std::fmt;
use std::path::{Path, PathBuf};

/// Where the template comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// The built-in template, for a folder of PHP that has none.
    BuiltIn {
        /// The folder.
        folder: PathBuf,
        /// The handler, relative to it.
        handler: &'static str,
    },
}

impl Source {
    /// Looks where the user pointed.
    ///
    /// # Errors
    /// [`NoTemplate`], when nothing there can be run.
    pub fn find(given: &Path) -> Result<Self, NoTemplate> {
        if given.is_file() {
            return Ok(Self::File(given.to_path_buf()));
        }
        if !given.is_dir() {
            return Err(NoTemplate { given: given.to_path_buf(), exists: false });
        }
        if let Some(file) = TEMPLATES.iter().map(|name| given.join(name)).find(|path| path.is_file()) {
            return Ok(Self::File(file));
        }
        HANDLERS
            .iter()
            .find(|handler| given.join(handler).is_file())
            .map(|handler| Self::BuiltIn { folder: given.to_path_buf(), handler })
            .ok_or_else(|| NoTemplate { given: given.to_path_buf(), exists: true })
    }

    /// The folder that the template's relative paths start from.
    pub fn folder(&self) -> PathBuf {
        let folder = match self {
            Self::File(file) => file.parent().unwrap_or(Path::new(".")),
            Self::BuiltIn { folder, .. } => folder,
        };
        if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_path_buf() }
    }

    /// The template's path; the built-in one is where the folder's own would be.
    pub fn path(&self) -> PathBuf {
        match self {
            Self::File(file) => file.clone(),
            Self::BuiltIn { folder, .. } => folder.join(TEMPLATES[0]),
        }
    }

    /// The built-in template's text, where that is what runs.
    ///
    /// One function behind an HTTP API: what a folder of PHP needs and nothing that it must know.
    pub fn built_in(&self) -> Option<String> {
        let Self::BuiltIn { handler, .. } = self else { return None };
        Some(BUILT_IN.replace("HANDLER", handler))
    }
}

/// Nothing there that Davy could run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoTemplate {
    given: PathBuf,
    exists: bool,
}

impl fmt::Display for NoTemplate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = self.given.display();
        if self.exists {
            write!(out, "{given} holds no {} and no index.php or public/index.php", TEMPLATES.join(", "))
        } else {
            write!(out, "{given} does not exist")
        }
    }
}

impl std::error::Error for NoTemplate {}

/// The names that SAM's own tool looks for, in its order.
const TEMPLATES: [&str; 4] = ["template.yaml", "template.yml", "template.json", "sam.yaml"];
const HANDLERS: [&str; 2] = ["index.php", "public/index.php"];
const BUILT_IN: &str = "\
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  Website:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: HANDLER
      Runtime: provided.al2023
      Layers:
        - !Ref Php
      MemorySize: 1024
      Timeout: 28
      Events:
        Root:
          Type: HttpApi
          Properties:
            Path: /
            Method: ANY
        Proxy:
          Type: HttpApi
          Properties:
            Path: /{proxy+}
            Method: ANY
  Php:
    Type: AWS::Serverless::LayerVersion
    Metadata:
      Davy:
        Php: '8.2'
    Properties:
      ContentUri: .davy/layers/php-8.2
";

#[cfg(test)]
mod tests;
