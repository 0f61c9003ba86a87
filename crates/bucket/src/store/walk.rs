//! The keys of a bucket, read from its folders.

use std::fs;
use std::io;
use std::path::Path;

use super::{Store, is_absence};
use crate::key;

impl Store {
    /// Every key that begins with `prefix`, in the order of its bytes.
    pub(crate) fn keys(&self, prefix: &str) -> io::Result<Vec<String>> {
        let _names = self.reading();
        let whole = prefix.rsplit_once('/').map_or("", |(whole, _)| &prefix[..=whole.len()]);
        let mut keys = Vec::new();
        walk(&self.objects().join(key::folder_of(prefix)), whole, prefix, &mut keys)?;
        keys.sort_unstable();
        // A file by hand may stand both at its name and beside it.
        keys.dedup();
        Ok(keys)
    }

    /// Whether there is no object at all.
    pub(crate) fn is_empty(&self) -> io::Result<bool> {
        Ok(self.keys("")?.is_empty())
    }
}

/// Adds the keys of the files in `folder`, whose part of each key is `before`.
fn walk(folder: &Path, before: &str, prefix: &str, keys: &mut Vec<String>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if is_absence(&error) => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let kind = entry.file_type()?;
        if kind.is_dir() {
            let Some(part) = key::read_folder(name) else { continue };
            let before = format!("{before}{part}");
            if before.starts_with(prefix) || prefix.starts_with(&before) {
                walk(&entry.path(), &before, prefix, keys)?;
            }
        } else if kind.is_file()
            && let Some(part) = key::read_file(name)
        {
            let key = format!("{before}{part}");
            if key.starts_with(prefix) {
                keys.push(key);
            }
        }
    }
    Ok(())
}
