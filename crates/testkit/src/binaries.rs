//! Where `davy` and its `bootstrap` are, built if nobody has built them for the tests yet.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A `davy` with its `bootstrap` beside it.
///
/// `DAVY_TEST_BINARIES` names the folder where `make test` has put them; without it they are built, so that
/// `cargo test -p cli` alone tests what its sources say.
pub fn davy() -> &'static Path {
    static DAVY: OnceLock<PathBuf> = OnceLock::new();
    DAVY.get_or_init(|| match std::env::var_os("DAVY_TEST_BINARIES") {
        Some(folder) => PathBuf::from(folder).join("davy"),
        None => build(),
    })
}

/// The project's own folder.
pub fn workspace() -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("testkit lies in crates/");
    crates.parent().expect("crates/ lies in the project").to_owned()
}

/// A program of the system, also in the folders that are outside a user's `PATH`.
pub fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders =
        std::env::split_paths(&path).chain(["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from));
    let mut candidates = folders.map(|folder| folder.join(name));
    candidates
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("{name} is not installed; `make test` installs it"))
}

/// The newest php-fpm; Debian's has its version in its name.
pub fn php_fpm() -> PathBuf {
    let files = std::fs::read_dir("/usr/sbin").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = files
        .map(|file| file.path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("php-fpm")))
        .collect();
    versions.sort();
    versions.pop().unwrap_or_else(|| program("php-fpm"))
}

fn build() -> PathBuf {
    let workspace = workspace();
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
    let folder = target.join("tests");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    run(Command::new(cargo).args(["build", "--quiet", "--package", "cli"]).current_dir(&workspace));
    run(Command::new(workspace.join("scripts/bootstrap")).arg(&folder).current_dir(&workspace));
    let built = target.join("debug/davy");
    let davy = folder.join("davy");
    // Other test processes may be at it too: -C leaves an equal file alone, and a running one is replaced, not written.
    run(Command::new("install").arg("-C").args([&built, &davy]));
    davy
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
    assert!(status.success(), "{command:?} failed");
}
