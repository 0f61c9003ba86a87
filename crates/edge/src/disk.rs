//! The cache's disk tier: each answer one file, written whole or not at all, found again after a
//! restart.
//!
//! ```text
//!   FOLDER/ab/ab3f…  = magic, length of the head, head (JSON), body, SHA-256 of all before it
//! ```
//!
//! A file is written beside its place and renamed, so that a crash leaves the old one or none. What
//! does not end in its own digest is no answer and is deleted when it is met.

mod file;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::config::DiskSettings;
use crate::entry::Entry;
use crate::key::Key;

/// The disk tier.
#[derive(Debug)]
pub(crate) struct Disk {
    settings: DiskSettings,
    index: Mutex<Index>,
}

/// What is on disk, by key.
#[derive(Debug, Default)]
struct Index {
    files: HashMap<Key, Vec<Stored>>,
    /// By age, the oldest first.
    order: BTreeMap<u64, (Key, PathBuf)>,
    bytes: u64,
    /// Counts stores, so that the oldest can be told.
    turn: u64,
}

/// One file.
#[derive(Clone, Debug)]
struct Stored {
    path: PathBuf,
    bytes: u64,
    turn: u64,
}

impl Disk {
    /// Opens the tier and learns what is there. It blocks.
    ///
    /// Errors: the folder cannot be made or read.
    pub(crate) fn open(settings: DiskSettings) -> io::Result<Self> {
        fs::create_dir_all(&settings.folder)?;
        let mut index = Index::default();
        let mut found: Vec<(std::time::SystemTime, PathBuf)> = Vec::new();
        for shelf in fs::read_dir(&settings.folder)? {
            let shelf = shelf?;
            if !shelf.file_type()?.is_dir() {
                continue;
            }
            for file in fs::read_dir(shelf.path())? {
                let file = file?;
                if file.path().extension().is_some() {
                    // Left by a crash before it had its name.
                    fs::remove_file(file.path())?;
                    continue;
                }
                found.push((file.metadata()?.modified()?, file.path()));
            }
        }
        found.sort();
        for (_, path) in found {
            match file::key(&path) {
                Ok((key, bytes)) => index.add(key, path, bytes),
                Err(_) => fs::remove_file(&path)?,
            }
        }
        let disk = Self { settings, index: Mutex::new(index) };
        disk.shrink();
        Ok(disk)
    }

    /// The answers of a key; empty if there are none. It blocks.
    pub(crate) fn find(&self, key: &Key) -> Vec<Arc<Entry>> {
        let stored: Vec<Stored> = self.lock().files.get(key).cloned().unwrap_or_default();
        let mut entries = Vec::with_capacity(stored.len());
        for Stored { path, .. } in stored.into_iter().rev() {
            match file::read(&path) {
                Ok((found, entry)) if found == *key => entries.push(Arc::new(entry)),
                Ok(_) | Err(_) => self.forget(key, &path),
            }
        }
        entries
    }

    /// Whether there is anything of that key.
    pub(crate) fn has(&self, key: &Key) -> bool {
        self.lock().files.contains_key(key)
    }

    /// Keeps an answer. It blocks until the file has its name.
    pub(crate) fn keep(&self, key: &Key, entry: &Entry) -> io::Result<()> {
        let path = self.place(key, entry);
        if let Some(shelf) = path.parent() {
            fs::create_dir_all(shelf)?;
        }
        let bytes = file::write(&path, key, entry)?;
        self.lock().add(key.clone(), path, bytes);
        self.shrink();
        Ok(())
    }

    /// Drops what `chosen` takes. Says how many answers went. It blocks.
    pub(crate) fn drop_where(&self, chosen: impl Fn(&Key) -> bool) -> usize {
        let mut index = self.lock();
        let keys: Vec<Key> = index.files.keys().filter(|key| chosen(key)).cloned().collect();
        let mut gone = 0;
        for key in keys {
            for stored in index.files.remove(&key).unwrap_or_default() {
                index.bytes -= stored.bytes;
                index.order.remove(&stored.turn);
                gone += usize::from(fs::remove_file(&stored.path).is_ok());
            }
        }
        gone
    }

    /// Drops the answers of one key. It blocks.
    pub(crate) fn drop_key(&self, key: &Key) {
        let mut index = self.lock();
        for stored in index.files.remove(key).unwrap_or_default() {
            index.bytes -= stored.bytes;
            index.order.remove(&stored.turn);
            let _ = fs::remove_file(&stored.path);
        }
    }

    /// Within the budget, the oldest go first.
    fn shrink(&self) {
        let mut index = self.lock();
        while index.bytes > self.settings.bytes {
            let Some((_, (key, path))) = index.order.pop_first() else { return };
            let _ = fs::remove_file(&path);
            index.remove(&key, &path);
        }
    }

    fn forget(&self, key: &Key, path: &Path) {
        let _ = fs::remove_file(path);
        self.lock().remove(key, path);
    }

    /// Named by key and variant, so that an answer takes the place of the one before it.
    fn place(&self, key: &Key, entry: &Entry) -> PathBuf {
        let mut digest = Sha256::new();
        digest.update(key.as_bytes());
        for vary in &entry.head.varies {
            digest.update(b"\0");
            digest.update(vary.name.as_str());
            digest.update(b"\0");
            digest.update(vary.value.as_deref().unwrap_or(b"\0"));
        }
        let name = format!("{:x}", digest.finalize());
        self.settings.folder.join(&name[..2]).join(&name)
    }

    fn lock(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Index {
    fn add(&mut self, key: Key, path: PathBuf, bytes: u64) {
        self.remove(&key, &path);
        self.turn += 1;
        self.bytes += bytes;
        self.order.insert(self.turn, (key.clone(), path.clone()));
        self.files.entry(key).or_default().push(Stored { path, bytes, turn: self.turn });
    }

    fn remove(&mut self, key: &Key, path: &Path) {
        let Some(stored) = self.files.get_mut(key) else { return };
        let Some(at) = stored.iter().position(|stored| stored.path == path) else { return };
        let gone = stored.remove(at);
        if stored.is_empty() {
            self.files.remove(key);
        }
        self.bytes -= gone.bytes;
        self.order.remove(&gone.turn);
    }
}

#[cfg(test)]
mod tests;
