//! An application's PHP files into opcodes, by the layer's own PHP at the paths that they will have.
//!
//! The first request then reads what would else be compiled: a wiki's first page takes 64–80 ms
//! instead of 228 ms (facts: design, 4).

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sandbox::{Enclosure, Exit, Limits, Tree};
use tokio::io::AsyncReadExt;

use crate::files::{Entry, Files};

/// What to compile, and with what.
#[derive(Clone, Debug)]
pub struct OpcacheOptions {
    /// The function's folder: it is seen at `/var/task`.
    pub code: PathBuf,
    /// The layer, unpacked: it is seen at `/opt`, and its PHP does the work.
    pub layer: PathBuf,
    /// A folder to work in; what was in it is lost.
    pub work: PathBuf,
    /// The binary whose `main` begins with `sandbox::launcher::run_if_asked()`.
    pub launcher: PathBuf,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Opcache {
    /// By their paths in the function: `.davy/opcache/SYSTEM/var/task/index.php.bin`.
    pub files: Files,
    /// How many files were compiled.
    pub compiled: usize,
    /// Files that PHP does not compile, as tests of its own errors are: compiled when they are asked for.
    pub refused: Vec<String>,
}

/// Compiles every `.php` file of `code`.
///
/// Errors: this machine does not enclose, or the layer's PHP does not run here.
pub async fn compile(options: &OpcacheOptions, code: &Files) -> io::Result<Opcache> {
    let scripts: Vec<&str> = code
        .iter()
        .filter(|(path, entry)| has_extension(path, "php") && matches!(entry, Entry::File { .. }))
        .map(|(path, _)| path)
        // A line is a path.
        .filter(|path| !path.contains('\n'))
        .collect();
    let work = Work::prepare(&options.work, &scripts)?;
    let mut refused = Vec::new();
    let mut first = 0;
    while first < scripts.len() {
        match work.run(options, first).await? {
            None => break,
            // PHP died of the file that it began last.
            Some(culprit) if culprit < scripts.len() && refused.len() < REFUSED_MAXIMUM => {
                refused.push(scripts[culprit].to_owned());
                first = culprit + 1;
            }
            Some(_) => return Err(io::Error::other("the layer's PHP dies of one file after the other")),
        }
    }
    work.collect(&scripts, refused)
}

/// The folder that PHP sees at [`INSIDE`]: the list of scripts, how far it is, the cache.
struct Work {
    folder: PathBuf,
}

impl Work {
    fn prepare(folder: &Path, scripts: &[&str]) -> io::Result<Work> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        for part in ["shared/cache", "root"] {
            fs::create_dir_all(folder.join(part))?;
        }
        // Started by root, PHP is nobody in particular inside.
        for part in ["shared", "shared/cache"] {
            fs::set_permissions(folder.join(part), fs::Permissions::from_mode(0o777))?;
        }
        fs::write(folder.join("shared/scripts"), scripts.join("\n"))?;
        Ok(Work { folder: folder.to_owned() })
    }

    /// Compiles from the script `first` on. `None`: to the end; else the script that PHP died of.
    async fn run(&self, options: &OpcacheOptions, first: usize) -> io::Result<Option<usize>> {
        let cache = format!("opcache.file_cache={INSIDE}/cache");
        let mut arguments = vec!["-R".to_owned(), "/opt/bin/php".to_owned()];
        for setting in SETTINGS.iter().copied().chain([cache.as_str()]) {
            arguments.extend(["-d".to_owned(), setting.to_owned()]);
        }
        arguments.extend(["-r".to_owned(), SCRIPT.to_owned(), "--".to_owned(), first.to_string()]);
        let enclosure = Enclosure {
            launcher: options.launcher.clone(),
            // The cache's unused bytes hold addresses; at fixed ones, and in memory that is always filled the
            // same way, the same sources give the same cache.
            program: "/usr/bin/setarch".into(),
            arguments,
            environment: [("USE_ZEND_ALLOC", "0"), ("GLIBC_TUNABLES", "glibc.malloc.perturb=255")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            companions: None,
            directory: "/var/task".into(),
            tree: Some(Tree {
                mount_point: self.folder.join("root"),
                task: options.code.clone(),
                layers: vec![options.layer.clone()],
                volumes: vec![(self.folder.join("shared"), INSIDE.into())],
                temporary_bytes: 64 << 20,
                ..Tree::default()
            }),
            limits: Limits::default(),
        };
        let (mut process, mut output) =
            enclosure.spawn().await.map_err(|error| io::Error::other(error.to_string()))?;
        // What the files themselves make PHP say is nobody's concern here; but it must be read.
        let (mut said, mut complained) = (Vec::new(), Vec::new());
        let (first_end, second_end) =
            tokio::join!(output.output.read_to_end(&mut said), output.error.read_to_end(&mut complained));
        first_end.and(second_end)?;
        match process.wait().await {
            Exit::Code(0) => Ok(None),
            Exit::Failed(why) | Exit::Unstarted(why) => Err(io::Error::other(why)),
            exit => match self.began()? {
                Some(culprit) if culprit >= first => Ok(Some(culprit)),
                _ => {
                    let words = String::from_utf8_lossy(&complained);
                    Err(io::Error::other(format!(
                        "the layer's PHP does not run here ({exit:?}): {}",
                        words.trim()
                    )))
                }
            },
        }
    }

    fn began(&self) -> io::Result<Option<usize>> {
        match fs::read_to_string(self.folder.join("shared/began")) {
            Ok(text) => Ok(text.lines().last().and_then(|line| line.parse().ok())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn collect(&self, scripts: &[&str], mut refused: Vec<String>) -> io::Result<Opcache> {
        let mut opcache = Opcache::default();
        for (path, entry) in Files::of_tree(&self.folder.join("shared/cache"))?.iter() {
            // SYSTEM/var/task/index.php.bin; the system stands for the very build of PHP.
            let Some((_, script)) = path.split_once("/var/task/") else { continue };
            opcache.compiled += usize::from(has_extension(script, "bin"));
            opcache.files.insert(format!("{IN_FUNCTION}/{path}"), entry.clone());
        }
        // A compiler that says true and writes nothing is a known trap: files are counted.
        let compiled = |script: &&&str| {
            opcache.files.iter().any(|(path, _)| path.ends_with(&format!("/var/task/{script}.bin")))
        };
        if opcache.compiled + refused.len() < scripts.len() {
            refused = scripts
                .iter()
                .filter(|script| !compiled(script))
                .map(|script| (*script).to_owned())
                .collect();
        }
        opcache.refused = refused;
        Ok(opcache)
    }
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// Where the runtime looks for it.
const IN_FUNCTION: &str = ".davy/opcache";

const INSIDE: &str = "/mnt/davy";

/// More than any application has on purpose.
const REFUSED_MAXIMUM: usize = 500;

/// With times looked at, files that are new would be passed over in silence; with none, the cache has
/// none in it either, and its bytes depend on the sources alone.
const SETTINGS: &[&str] = &[
    "opcache.enable_cli=1",
    "opcache.file_cache_only=1",
    "opcache.file_update_protection=0",
    "opcache.validate_timestamps=0",
    "memory_limit=-1",
    "display_errors=stderr",
    "html_errors=0",
];

const SCRIPT: &str = "
    $began = fopen('/mnt/davy/began', 'a');
    foreach (file('/mnt/davy/scripts', FILE_IGNORE_NEW_LINES) as $index => $script) {
        if ($index < (int) $argv[1]) continue;
        fwrite($began, \"$index\\n\");
        try { @opcache_compile_file('/var/task/' . $script); } catch (Throwable) {}
    }
";
