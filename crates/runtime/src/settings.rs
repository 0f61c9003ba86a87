//! The runtime's settings: read once, from the environment, every problem told at once.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::log::LogFormat;

mod reference;

pub use reference::{VARIABLES, Variable};

/// Everything that the environment says, typed.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Settings {
    /// Where the Runtime API listens.
    pub api: SocketAddr,
    /// `LAMBDA_TASK_ROOT`: the code.
    pub task_root: PathBuf,
    /// `_HANDLER`.
    pub handler: String,
    /// The public folder.
    pub document_root: PathBuf,
    /// The front controller's name below the document root, with a leading slash.
    pub front_controller: String,
    /// Whether requests choose their script.
    pub scripts: bool,
    /// Whether variables and answers are Bref's.
    pub compatible_with_bref: bool,
    /// `BREF_BINARY_RESPONSES` says so.
    pub always_binary: bool,
    /// The php-fpm that was asked for, or found.
    pub php_fpm: Option<PathBuf>,
    /// A whole configuration instead of the built-in one.
    pub php_fpm_conf: Option<PathBuf>,
    /// A script to run before php-fpm starts.
    pub init: Option<PathBuf>,
    /// Whether answers are streamed.
    pub streaming: bool,
    /// How long before the deadline a script is ended.
    pub margin: Duration,
    /// What proves that the viewer's facts come from the distribution.
    pub origin_secret: Option<String>,
    /// Paths requested before a snapshot.
    pub warm: Vec<String>,
    /// Whether subsegments are sent.
    pub trace: bool,
    /// Where the X-Ray daemon listens.
    pub xray: Option<SocketAddr>,
    /// How many invocations at once.
    pub concurrency: usize,
    /// Whether the environment is to be snapshotted once it's ready.
    pub snap_start: bool,
    /// Whether the code may change under the runtime.
    pub editable: bool,
    /// A shipped opcode cache.
    pub opcode_cache: Option<PathBuf>,
    /// `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`.
    pub memory_megabytes: u64,
    /// `TMPDIR`.
    pub temporary: PathBuf,
    /// `AWS_LAMBDA_LOG_FORMAT`.
    pub log_format: LogFormat,
}

/// A setting that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The variable.
    pub name: &'static str,
    /// Its value; absent if it is missing.
    pub found: Option<String>,
    /// What it should be.
    pub expected: &'static str,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.found {
            Some(found) => write!(out, "{} is `{found}`; it should be {}.", self.name, self.expected),
            None => write!(out, "{} is not set; it should be {}.", self.name, self.expected),
        }
    }
}

impl std::error::Error for Problem {}

impl Settings {
    /// Reads the settings; errors name every variable that makes no sense.
    pub fn from_environment(environment: &BTreeMap<String, String>) -> Result<Self, Vec<Problem>> {
        let mut reader = Reader { environment, problems: Vec::new() };
        let task_root = PathBuf::from(reader.text("LAMBDA_TASK_ROOT").unwrap_or("/var/task"));
        let handler = reader.required("_HANDLER", "the handler, such as `public/index.php`").to_owned();
        let handler_path = task_root.join(&handler);
        let scripts = reader.truth("DAVY_SCRIPTS").unwrap_or_else(|| handler_path.is_dir());
        let (root, front_controller) = entry(&handler_path, &handler);
        let document_root = match reader.text("DAVY_DOCUMENT_ROOT") {
            Some(folder) => task_root.join(folder),
            None => root,
        };
        let compatible_with_bref = reader.compatible();
        let settings = Self {
            api: reader.api(),
            front_controller: below(&document_root, &handler_path).unwrap_or(front_controller),
            document_root,
            scripts,
            compatible_with_bref,
            always_binary: compatible_with_bref && binary_responses(reader.text("BREF_BINARY_RESPONSES")),
            php_fpm: reader.text("DAVY_PHP_FPM").map(PathBuf::from).or_else(|| find_php_fpm(environment)),
            php_fpm_conf: reader.text("DAVY_PHP_FPM_CONF").map(|file| task_root.join(file)),
            init: reader.text("DAVY_INIT").map(|file| task_root.join(file)),
            streaming: reader.streaming(),
            margin: Duration::from_millis(reader.number("DAVY_DEADLINE_MARGIN_MS", 250)),
            origin_secret: reader.text("DAVY_ORIGIN_SECRET").map(str::to_owned),
            warm: reader
                .text("DAVY_WARM")
                .map(|paths| paths.split_whitespace().map(str::to_owned).collect())
                .unwrap_or_default(),
            trace: reader.truth("DAVY_TRACE").unwrap_or(true),
            xray: reader.text("AWS_XRAY_DAEMON_ADDRESS").and_then(|address| address.parse().ok()),
            concurrency: usize::try_from(reader.number("AWS_LAMBDA_MAX_CONCURRENCY", 1).clamp(1, 1_000))
                .unwrap_or(1),
            snap_start: reader.text("AWS_LAMBDA_INITIALIZATION_TYPE") == Some("snap-start"),
            editable: reader.truth("DAVY_EDITABLE").unwrap_or_else(|| !is_read_only(&task_root)),
            opcode_cache: reader
                .text("DAVY_OPCODE_CACHE")
                .map(PathBuf::from)
                .or_else(|| Some(task_root.join(".davy/opcache")).filter(|folder| folder.is_dir())),
            memory_megabytes: reader.number("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", 128),
            temporary: PathBuf::from(reader.text("TMPDIR").unwrap_or("/tmp")),
            log_format: match reader.text("AWS_LAMBDA_LOG_FORMAT") {
                Some("JSON") => LogFormat::Json,
                _ => LogFormat::Text,
            },
            task_root,
            handler,
        };
        if reader.problems.is_empty() { Ok(settings) } else { Err(reader.problems) }
    }

    /// The file of the front controller.
    pub fn front_controller_file(&self) -> PathBuf {
        self.document_root.join(self.front_controller.trim_start_matches('/'))
    }
}

struct Reader<'a> {
    environment: &'a BTreeMap<String, String>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    fn text(&self, name: &'static str) -> Option<&'a str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn required(&mut self, name: &'static str, expected: &'static str) -> &'a str {
        let text = self.text(name);
        if text.is_none() {
            self.problem(name, expected);
        }
        text.unwrap_or_default()
    }

    fn truth(&mut self, name: &'static str) -> Option<bool> {
        match self.text(name)?.to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Some(true),
            "0" | "false" | "no" | "off" => Some(false),
            _ => {
                self.problem(name, "1 or 0");
                None
            }
        }
    }

    fn number(&mut self, name: &'static str, default: u64) -> u64 {
        let Some(text) = self.text(name) else { return default };
        text.parse().unwrap_or_else(|_| {
            self.problem(name, "a whole number");
            default
        })
    }

    /// Parsed, never looked up: a resolver would cost more than the rest of the start.
    fn api(&mut self) -> SocketAddr {
        let nowhere = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        let text = self.required("AWS_LAMBDA_RUNTIME_API", EXPECTED_API);
        let text = text.replacen("localhost:", "127.0.0.1:", 1);
        text.parse().unwrap_or_else(|_| {
            if !text.is_empty() {
                self.problem("AWS_LAMBDA_RUNTIME_API", EXPECTED_API);
            }
            nowhere
        })
    }

    fn compatible(&mut self) -> bool {
        match self.text("DAVY_COMPAT") {
            None => false,
            Some("bref") => true,
            Some(_) => {
                self.problem("DAVY_COMPAT", "`bref` or not set");
                false
            }
        }
    }

    fn streaming(&mut self) -> bool {
        match self.text("DAVY_RESPONSE") {
            None | Some("buffered") => false,
            Some("stream") => true,
            Some(_) => {
                self.problem("DAVY_RESPONSE", "`buffered` or `stream`");
                false
            }
        }
    }

    fn problem(&mut self, name: &'static str, expected: &'static str) {
        self.problems.push(Problem { name, found: self.environment.get(name).cloned(), expected });
    }
}

/// The public folder and the front controller that a handler names.
fn entry(handler_path: &Path, handler: &str) -> (PathBuf, String) {
    if handler_path.is_dir() {
        return (handler_path.to_owned(), "/index.php".to_owned());
    }
    let folder = handler_path.parent().unwrap_or(handler_path).to_owned();
    (folder, format!("/{}", handler.rsplit('/').next().unwrap_or(handler)))
}

/// `file` as a path below `folder`, if it's there.
fn below(folder: &Path, file: &Path) -> Option<String> {
    let relative = file.strip_prefix(folder).ok()?.to_str()?;
    (!relative.is_empty()).then(|| format!("/{relative}"))
}

/// Bref takes every text but the empty one and `0` for true, even `false`; these three are off here.
fn binary_responses(value: Option<&str>) -> bool {
    value.is_some_and(|value| !["0", "false", "off", "no"].iter().any(|off| value.eq_ignore_ascii_case(off)))
}

/// A layer's php-fpm, else the newest in `PATH` or where Debian puts it, outside a user's `PATH`.
fn find_php_fpm(environment: &BTreeMap<String, String>) -> Option<PathBuf> {
    let layer = PathBuf::from("/opt/bin/php-fpm");
    if layer.is_file() {
        return Some(layer);
    }
    let path = environment.get("PATH").map_or("", String::as_str);
    let folders =
        || path.split(':').chain(["/usr/sbin", "/usr/local/sbin"]).filter(|folder| !folder.is_empty());
    folders().map(|folder| Path::new(folder).join("php-fpm")).find(|file| file.is_file()).or_else(|| {
        folders()
            .filter_map(|folder| std::fs::read_dir(folder).ok())
            .flat_map(|entries| entries.flatten().map(|entry| entry.path()))
            .filter_map(|file| Some((version(&file)?, file)))
            .max()
            .map(|(_, file)| file)
    })
}

/// `php-fpm8.2` → 8.2
fn version(file: &Path) -> Option<(u32, u32)> {
    let (major, minor) = file.file_name()?.to_str()?.strip_prefix("php-fpm")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Deployed code lies on a read-only mount and doesn't change.
fn is_read_only(folder: &Path) -> bool {
    rustix::fs::statvfs(folder)
        .is_ok_and(|file_system| file_system.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY))
}

const EXPECTED_API: &str = "the Runtime API's address, such as 127.0.0.1:9001; Lambda sets it";

#[cfg(test)]
mod tests;
