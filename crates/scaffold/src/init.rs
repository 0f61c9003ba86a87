//! Writes a template beside an application, and nothing over anything.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::Framework;
use crate::htaccess::Htaccess;
use crate::statics;
use crate::text::{self, Plan};

/// What was found and written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Initialised {
    /// What is in the folder.
    pub framework: Framework,
    /// The handler that the template names.
    pub handler: String,
    /// Paths that the bucket answers.
    pub patterns: Vec<String>,
    /// Files that are new.
    pub written: Vec<PathBuf>,
    /// Files that were there already and stay as they are.
    pub kept: Vec<PathBuf>,
    /// What an `.htaccess` asks for that the stack does not do.
    pub unread: Vec<String>,
}

/// Why nothing, or not everything, was written.
#[derive(Debug)]
pub enum InitError {
    /// There is a template already.
    TemplateExists {
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be written.
    Write {
        /// The file.
        path: PathBuf,
        /// The kernel's reason.
        error: io::Error,
    },
}

/// Looks into `folder` (made if missing) and writes a template for what is there; an empty one
/// gets a small site as well. `php` is the version of the layer: `8.2`.
///
/// # Errors
/// [`InitError::TemplateExists`] before anything is written.
pub fn init(folder: &Path, php: &str) -> Result<Initialised, InitError> {
    if let Some(path) = TEMPLATES.iter().map(|name| folder.join(name)).find(|path| path.exists()) {
        return Err(InitError::TemplateExists { path });
    }
    let framework = Framework::of(folder);
    let mut files = Files::default();
    if framework == Framework::Nothing {
        files.write(&folder.join("index.php"), include_str!("../files/index.php"))?;
        files.write(&folder.join("assets/style.css"), include_str!("../files/style.css"))?;
    }
    let root = if folder.join("public/index.php").is_file() { "public" } else { "." };
    let document_root = folder.join(root);
    let htaccess = fs::read_to_string(document_root.join(".htaccess")).map(|text| Htaccess::parse(&text));
    let htaccess = htaccess.unwrap_or_default();
    let script = htaccess
        .front_controller
        .filter(|script| document_root.join(script).is_file())
        .unwrap_or_else(|| "index.php".to_owned());
    let handler = if root == "." { script } else { format!("{root}/{script}") };
    let patterns = statics::patterns(&document_root, framework);

    let template = text::template(&Plan {
        name: &name(folder),
        handler: &handler,
        folder: root,
        php,
        variables: framework.variables(),
        patterns: &patterns,
    });
    files.write(&folder.join(".davyignore"), DAVYIGNORE)?;
    files.write(&folder.join("template.yaml"), &template)?;
    let Files { written, kept } = files;
    Ok(Initialised { framework, handler, patterns, written, kept, unread: htaccess.unread })
}

/// Writes new files only.
#[derive(Default)]
struct Files {
    written: Vec<PathBuf>,
    kept: Vec<PathBuf>,
}

impl Files {
    fn write(&mut self, path: &Path, text: &str) -> Result<(), InitError> {
        let failed = |error| InitError::Write { path: path.to_path_buf(), error };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        match File::create_new(path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes()).map_err(failed)?;
                self.written.push(path.to_path_buf());
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                self.kept.push(path.to_path_buf());
                Ok(())
            }
            Err(error) => Err(failed(error)),
        }
    }
}

/// The folder's name; what a person would call the site.
fn name(folder: &Path) -> String {
    let absolute = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let name = absolute.file_name().map(|name| name.to_string_lossy().into_owned());
    // Colons and hashes would end the plain YAML text that the name stands in.
    name.map(|name| name.replace([':', '#', '\'', '"'], " "))
        .filter(|name| !name.trim().is_empty())
        .unwrap_or_else(|| "Website".to_owned())
}

impl fmt::Display for InitError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TemplateExists { path } => {
                write!(out, "{} is there already; nothing was written", path.display())
            }
            Self::Write { path, error } => write!(out, "cannot write {}: {error}", path.display()),
        }
    }
}

impl std::error::Error for InitError {}

const TEMPLATES: [&str; 3] = ["template.yaml", "template.yml", "template.json"];
const DAVYIGNORE: &str = "\
# What stays out of the function and the bucket, in gitignore's syntax.
/tests/
/docs/
/node_modules/
*.md
";

#[cfg(test)]
mod tests;
