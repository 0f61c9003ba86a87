//! The work tree → the text files that git knows or would add.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

/// One text file.
#[derive(Debug)]
pub(crate) struct Source {
    /// Relative to the project, with slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    pub(crate) fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "rs")
    }

    /// Whether the file holds tests or an example alone.
    pub(crate) fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs")
            || self.path.contains("/tests/")
            || self.path.contains("/examples/")
            || self.path.starts_with("crates/testkit/")
    }

    /// The crate whose folder the file lies in.
    pub(crate) fn member(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }
}

/// Binary files and files that are gone from the work tree are left out.
#[expect(clippy::disallowed_methods, reason = "xtask may start git")]
pub(crate) fn read(root: &Path) -> anyhow::Result<Vec<Source>> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("cannot start git")?;
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
    let paths = String::from_utf8(output.stdout).context("a path that is not UTF-8")?;
    let sources = paths.split_terminator('\0').filter_map(|path| {
        let text = std::fs::read_to_string(root.join(path)).ok()?;
        Some(Source { path: path.to_owned(), text })
    });
    Ok(sources.collect())
}

/// A made-up file.
#[cfg(test)]
impl Source {
    pub(crate) fn new(path: &str, text: impl Into<String>) -> Self {
        Self { path: path.to_owned(), text: text.into() }
    }
}
