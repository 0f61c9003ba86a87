//! A folder with a template, PHP and assets, made for one test and gone after it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::binaries;

/// What a user would have in his folder.
#[derive(Debug)]
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// An empty one.
    pub fn empty() -> Self {
        let folder = tempfile::Builder::new().prefix("davy-test-").tempdir().expect("a temporary folder");
        // A test may run davy as another user, who must be able to read it.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("the folder is ours");
        Self { folder }
    }

    /// A copy of `examples/NAME`.
    pub fn example(name: &str) -> Self {
        let project = Self::empty();
        copy(&binaries::workspace().join("examples").join(name), project.path());
        project
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, making its folders; returns itself, so that a project reads as a list of files.
    #[must_use]
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(path, content);
        self
    }

    /// Writes a file of a project in use.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
        fs::write(&path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Changes a text file; what was not found is a mistake of the test.
    pub fn replace(&self, path: &str, old: &str, new: &str) {
        let file = self.path().join(path);
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(text.contains(old), "{path} does not hold {old:?}");
        fs::write(&file, text.replace(old, new))
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())).flatten() {
        let (source, target): (PathBuf, PathBuf) = (entry.path(), to.join(entry.file_name()));
        if entry.file_name() == ".davy" {
            continue;
        }
        if source.is_dir() {
            fs::create_dir_all(&target).expect("a folder");
            copy(&source, &target);
        } else {
            fs::copy(&source, &target).unwrap_or_else(|error| panic!("{}: {error}", source.display()));
        }
    }
}
