//! A PHP layer out of Debian's packages: php-fpm, php, extensions, every library and the loader.
//!
//! ```text
//! /opt/bootstrap                 Davy's runtime
//! /opt/bin/{php-fpm,php}         programs whose loader is the layer's own
//! /opt/davy/ld.so                that loader; it looks into /opt/davy/lib and nowhere else first
//! /opt/davy/lib                  libraries: not /opt/lib, which Lambda puts on LD_LIBRARY_PATH
//! /opt/davy/{extensions,p}       PHP's, with php.ini and conf.d
//! /opt/davy/{zoneinfo,gconv}     time zones and character sets
//! /opt/davy/{licenses,packages.spdx.json}
//! ```
//!
//! No wrapper and no variable: the paths that are compiled into loader, libc and PHP are replaced by
//! paths of the same length, so that `PHP_BINARY` is true and programs that PHP starts are the system's.

mod contents;
mod settings;

#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use template::model::Architecture;

use crate::apt::{Apt, Package, debian_sources};
use crate::files::{Entry, Files};

/// What layer is wanted.
#[derive(Clone, Debug)]
pub struct LayerOptions {
    /// `8.2`.
    pub php: String,
    /// The processor it is for.
    pub architecture: Architecture,
    /// Extensions by their names: `intl`, `pdo_mysql`.
    pub extensions: Vec<String>,
    /// Davy's runtime, linked statically for that processor; a layer without one has PHP only.
    pub bootstrap: Option<PathBuf>,
    /// Lines as in `sources.list`; none: Debian's, for the versions that it has.
    pub sources: Vec<String>,
    /// Where packages are kept between builds.
    pub cache: PathBuf,
}

/// A layer's files.
#[derive(Debug)]
pub struct Layer {
    /// By their paths below `/opt`.
    pub files: Files,
    /// Packages that files were taken from.
    pub packages: Vec<Package>,
}

/// Why there is no layer.
#[derive(Debug, thiserror::Error)]
pub enum LayerError {
    /// A tool or a file failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Debian has no such PHP, or this machine none of Debian's mirrors.
    #[error("no source of this machine has PHP {0} (Debian has 8.2 and 8.4): name an apt source that has it")]
    UnknownVersion(String),
    /// A package does not bring what the layer is made of.
    #[error("{0}")]
    Incomplete(String),
}

impl Default for LayerOptions {
    fn default() -> LayerOptions {
        LayerOptions {
            php: "8.2".to_owned(),
            architecture: Architecture::X86_64,
            extensions: DEFAULT_EXTENSIONS.iter().map(|name| (*name).to_owned()).collect(),
            bootstrap: None,
            sources: Vec::new(),
            cache: PathBuf::from(".davy/packages"),
        }
    }
}

impl Layer {
    /// Fetches the packages and takes out of them what PHP needs.
    pub fn build(options: &LayerOptions) -> Result<Layer, LayerError> {
        let sources = match (&options.sources[..], debian_sources(&options.php)) {
            ([], Some(sources)) => sources,
            ([], None) => return Err(LayerError::UnknownVersion(options.php.clone())),
            (sources, _) => sources.to_vec(),
        };
        let folder = options.cache.join(format!(
            "php-{}-{}",
            options.php,
            crate::apt::debian_name(options.architecture)
        ));
        let packages =
            Apt::open(&folder, options.architecture, &sources)?.download(&package_names(options))?;
        let tree = folder.join("tree");
        if tree.exists() {
            fs::remove_dir_all(&tree)?;
        }
        fs::create_dir_all(&tree)?;
        let wanted: Vec<Package> = packages.into_iter().filter(|package| is_of_use(&package.name)).collect();
        for package in &wanted {
            package.unpack(&tree)?;
        }
        contents::take(options, &tree, wanted)
    }

    /// Writes the files into a folder that can stand at `/opt`.
    pub fn unpack(&self, folder: &Path) -> io::Result<()> {
        for (path, entry) in self.files.iter() {
            let target = folder.join(path);
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent)?;
            }
            match entry {
                Entry::File { path, executable, .. } => write(&target, &fs::read(path)?, *executable)?,
                Entry::Made { content, executable } => write(&target, content, *executable)?,
                Entry::Link(to) => std::os::unix::fs::symlink(to, &target)?,
            }
        }
        Ok(())
    }
}

fn write(target: &Path, bytes: &[u8], executable: bool) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    fs::write(target, bytes)?;
    fs::set_permissions(target, fs::Permissions::from_mode(if executable { 0o755 } else { 0o644 }))
}

/// The packages that hold PHP and the extensions; apt adds what they depend on.
fn package_names(options: &LayerOptions) -> Vec<String> {
    let php = &options.php;
    let mut names: Vec<String> = ["fpm", "cli"].iter().map(|part| format!("php{php}-{part}")).collect();
    for extension in &options.extensions {
        // Several extensions come in one package, and some in PHP itself.
        let part = match extension.as_str() {
            "pdo_mysql" | "mysqli" | "mysqlnd" => "mysql",
            "pdo_sqlite" | "sqlite" => "sqlite3",
            "pdo_pgsql" => "pgsql",
            "encoders" => "gd",
            "dom" | "simplexml" | "xmlreader" | "xmlwriter" | "xsl" => "xml",
            "ctype" | "exif" | "fileinfo" | "iconv" | "pdo" | "phar" | "posix" | "sockets" | "tokenizer" => {
                "common"
            }
            other => other,
        };
        names.push(format!("php{php}-{part}"));
    }
    names.extend(["ca-certificates", "libgcc-s1", "tzdata"].map(str::to_owned));
    names.sort();
    names.dedup();
    names
}

/// Packages bring scripts' interpreters and system services along, of which PHP uses nothing.
fn is_of_use(name: &str) -> bool {
    let library = name.starts_with("lib") && !name.contains("perl");
    library || name.starts_with("php") || ["zlib1g", "tzdata", "ca-certificates"].contains(&name)
}

/// What Laravel, Symfony and `WordPress` ask for.
const DEFAULT_EXTENSIONS: &[&str] = &[
    "opcache",
    "mbstring",
    "xml",
    "curl",
    "intl",
    "pdo_mysql",
    "mysqli",
    "sqlite",
    "zip",
    "gd",
    "bcmath",
    "apcu",
    "redis",
];
