//! A folder into the files that are deployed, with what they weigh.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::ignore::{Rules, Verdict};
use crate::limits::{UNPACKED_MAXIMUM, size};
use crate::zip::{Kind, Writer};

/// Files by their path in the package, sorted by bytes.
#[derive(Clone, Debug, Default)]
pub struct Files {
    entries: BTreeMap<String, Entry>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A file on this machine.
    File {
        /// Where it is.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// Whether it may be executed.
        executable: bool,
    },
    /// A file that is made here.
    Made {
        /// Its content.
        content: Vec<u8>,
        /// Whether it may be executed.
        executable: bool,
    },
    /// A symbolic link.
    Link(String),
}

/// What a package weighs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weight {
    /// How many files.
    pub files: usize,
    /// All of them, unpacked.
    pub bytes: u64,
    /// By first folder, the heaviest first; files at the top are under an empty name.
    pub folders: Vec<(String, u64)>,
    /// The heaviest files, each with its size.
    pub heaviest: Vec<(String, u64)>,
}

impl Files {
    /// The files of a function's folder.
    ///
    /// What `.gitignore` and `.davyignore` leave out stays out; but Composer's `vendor` comes along,
    /// which git ignores because it is made, not because it is not needed.
    pub fn of_code(folder: &Path) -> io::Result<Files> {
        let mut files = Files::default();
        walk(folder, "", &[], &mut files)?;
        Ok(files)
    }

    /// Every file of a folder.
    pub fn of_tree(folder: &Path) -> io::Result<Files> {
        let mut files = Files::default();
        take_all(folder, "", &mut files)?;
        Ok(files)
    }

    /// Adds, or replaces, a file.
    pub fn insert(&mut self, path: impl Into<String>, entry: Entry) {
        self.entries.insert(path.into(), entry);
    }

    /// Whether there is such a file.
    pub fn contains(&self, path: &str) -> bool {
        self.entries.contains_key(path)
    }

    /// The files, sorted by their paths' bytes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(path, entry)| (path.as_str(), entry))
    }

    /// Writes them as a zip; gives the SHA-256 of its bytes and their number.
    pub fn write_zip(&self, target: &Path) -> io::Result<Written> {
        let file = io::BufWriter::new(fs::File::create(target)?);
        let mut writer = Writer::new(Hashing { inner: file, hash: Sha256::new(), bytes: 0 });
        for (path, entry) in self.iter() {
            let context = |error: io::Error| io::Error::new(error.kind(), format!("{path}: {error}"));
            let read;
            let kind = match entry {
                Entry::File { path: from, executable, .. } => {
                    read = fs::read(from).map_err(context)?;
                    Kind::File { bytes: &read, executable: *executable }
                }
                Entry::Made { content, executable } => Kind::File { bytes: content, executable: *executable },
                Entry::Link(to) => Kind::Link(to),
            };
            writer.add(path, kind).map_err(context)?;
        }
        let hashing = writer.finish()?;
        hashing.inner.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok(Written { sha256: hashing.hash.finalize().into(), bytes: hashing.bytes })
    }

    /// What they weigh.
    pub fn weight(&self) -> Weight {
        let mut folders: BTreeMap<&str, u64> = BTreeMap::new();
        let mut heaviest: Vec<(String, u64)> = Vec::new();
        for (path, entry) in self.iter() {
            let folder = path.split_once('/').map_or("", |(folder, _)| folder);
            *folders.entry(folder).or_default() += entry.bytes();
            heaviest.push((path.to_owned(), entry.bytes()));
        }
        heaviest.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        heaviest.truncate(HEAVIEST);
        let mut folders: Vec<_> = folders.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect();
        folders.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        Weight {
            files: self.entries.len(),
            bytes: self.entries.values().map(Entry::bytes).sum(),
            folders,
            heaviest,
        }
    }
}

/// A zip that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Of the zip's bytes: what Lambda shows as `CodeSha256`, there in base64.
    pub sha256: [u8; 32],
    /// The zip's size.
    pub bytes: u64,
}

impl Entry {
    /// Its size, unpacked.
    pub fn bytes(&self) -> u64 {
        match self {
            Entry::File { bytes, .. } => *bytes,
            Entry::Made { content, .. } => content.len() as u64,
            Entry::Link(to) => to.len() as u64,
        }
    }
}

impl Weight {
    /// A table for a person: the folders by weight, and whether Lambda takes it all.
    pub fn report(&self) -> String {
        let mut lines = vec![format!("{} in {} files", size(self.bytes), self.files)];
        for (folder, bytes) in self.folders.iter().take(FOLDERS_SHOWN) {
            let name = if folder.is_empty() { "(top)" } else { folder };
            lines.push(format!("  {:>10}  {name}", size(*bytes)));
        }
        if self.folders.len() > FOLDERS_SHOWN {
            let rest: u64 = self.folders.iter().skip(FOLDERS_SHOWN).map(|(_, bytes)| bytes).sum();
            lines.push(format!("  {:>10}  {} more folders", size(rest), self.folders.len() - FOLDERS_SHOWN));
        }
        if self.bytes > UNPACKED_MAXIMUM {
            lines.push(format!(
                "over Lambda's limit of {} for a function with its layers; the heaviest files:",
                size(UNPACKED_MAXIMUM)
            ));
            lines.extend(self.heaviest.iter().map(|(path, bytes)| format!("  {:>10}  {path}", size(*bytes))));
        }
        lines.join("\n")
    }
}

// === The walk ===

/// The rules of the folders above, each with the length of its folder's path.
type Above<'a> = &'a [(usize, &'a Rules, &'a Rules)];

fn walk(folder: &Path, prefix: &str, above: Above<'_>, files: &mut Files) -> io::Result<()> {
    let git = rules(&folder.join(".gitignore"))?;
    let davy = rules(&folder.join(".davyignore"))?;
    let mut scope = above.to_vec();
    scope.push((prefix.len(), &git, &davy));
    for (name, path) in sorted(folder)? {
        let inside = format!("{prefix}{name}");
        let metadata = fs::symlink_metadata(&path)?;
        if is_never_deployed(&name) || is_ignored(&inside, metadata.is_dir(), &scope) {
            continue;
        }
        if metadata.is_dir() {
            walk(&path, &format!("{inside}/"), &scope, files)?;
        } else {
            take(&path, inside, &metadata, files)?;
        }
    }
    Ok(())
}

fn take_all(folder: &Path, prefix: &str, files: &mut Files) -> io::Result<()> {
    for (name, path) in sorted(folder)? {
        let inside = format!("{prefix}{name}");
        let metadata = fs::symlink_metadata(&path)?;
        if metadata.is_dir() {
            take_all(&path, &format!("{inside}/"), files)?;
        } else {
            take(&path, inside, &metadata, files)?;
        }
    }
    Ok(())
}

fn take(path: &Path, inside: String, metadata: &fs::Metadata, files: &mut Files) -> io::Result<()> {
    if metadata.is_symlink() {
        let to = fs::read_link(path)?.to_string_lossy().into_owned();
        files.insert(inside, Entry::Link(to));
    } else if metadata.is_file() {
        let executable = metadata.permissions().mode() & 0o100 != 0;
        files.insert(inside, Entry::File { path: path.to_owned(), bytes: metadata.len(), executable });
    }
    Ok(())
}

/// The nearest folder's rules come first, and Davy's before git's.
fn is_ignored(path: &str, is_folder: bool, scope: Above<'_>) -> bool {
    for davy_rules in [true, false] {
        for (length, git, davy) in scope.iter().rev() {
            let rules = if davy_rules { davy } else { git };
            match rules.verdict(&path[*length..], is_folder) {
                Verdict::Ignored => return davy_rules || !is_vendor(path),
                Verdict::Kept => return false,
                Verdict::Unnamed => {}
            }
        }
    }
    false
}

/// Composer's folder, at the top or of a part of the application.
fn is_vendor(path: &str) -> bool {
    path.rsplit('/').next() == Some("vendor")
}

/// What belongs to tools, not to the application.
fn is_never_deployed(name: &str) -> bool {
    [".git", ".davy", ".aws-sam", ".gitignore", ".davyignore", ".DS_Store"].contains(&name)
}

fn rules(path: &Path) -> io::Result<Rules> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Rules::parse(&text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Rules::default()),
        Err(error) => Err(io::Error::new(error.kind(), format!("{}: {error}", path.display()))),
    }
}

fn sorted(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let context = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", folder.display()));
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(context)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).map(str::to_owned).ok_or_else(|| {
            io::Error::other(format!(
                "{}: a zip's names are UTF-8, and this is not: rename it",
                path.display()
            ))
        })?;
        entries.push((name, path));
    }
    entries.sort();
    Ok(entries)
}

/// Passes bytes on and hashes them.
struct Hashing<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: io::Write> io::Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

const HEAVIEST: usize = 10;
const FOLDERS_SHOWN: usize = 12;
