//! A file that is not an object yet: written aside, and gone unless it is published.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use super::Store;

/// Bytes on their way to becoming an object. Dropped unpublished, they are removed.
#[derive(Debug)]
pub(crate) struct Draft {
    path: PathBuf,
    published: bool,
}

impl Store {
    /// A new, empty draft and the file to write it through.
    pub(crate) fn draft(&self) -> io::Result<(Draft, File)> {
        loop {
            let number = self.drafts.fetch_add(1, Ordering::Relaxed);
            let path = self.uploads().join(format!("{}{number}", self.own_drafts()));
            match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((Draft { path, published: false }, file)),
                // The bucket is open twice in this process, while a changed template takes over.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Removes the drafts of runs that are over.
    pub(super) fn remove_drafts(&self) -> io::Result<()> {
        for entry in fs::read_dir(self.uploads())? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(DRAFT) && !name.starts_with(&self.own_drafts()) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// How the names of this run's drafts begin.
    fn own_drafts(&self) -> String {
        format!("{DRAFT}{:016x}-", self.run)
    }
}

impl Draft {
    /// Gives the bytes the name `path`, in the same file system.
    pub(crate) fn rename(mut self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)?;
        self.published = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.published {
            // What cannot be removed now goes when the bucket is opened next.
            let _ = fs::remove_file(&self.path);
        }
    }
}

const DRAFT: &str = "draft-";
