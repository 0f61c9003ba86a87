//! Multipart uploads on disk, until they are objects.
//!
//! ```text
//! uploads/ID/upload.json     what the object will be
//! uploads/ID/00007.json      part 7: its hashes, and the name of the file with its bytes
//! uploads/ID/00007-12        those bytes
//! ```
//!
//! A part counts when its JSON has its name; one that is sent again replaces it whole.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use serde::{Deserialize, Serialize};

use super::{Draft, Durability, Store, is_absence};
use crate::checksum::{Algorithm, Checksum, Kind};
use crate::record::Record;

/// What the object of an upload will be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Upload {
    pub(crate) key: String,
    /// Milliseconds since the epoch.
    pub(crate) initiated: u64,
    /// Headers, metadata, tags.
    pub(crate) record: Record,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) algorithm: Option<Algorithm>,
    #[serde(default)]
    pub(crate) kind: Kind,
}

/// One part of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UploadedPart {
    pub(crate) number: u32,
    /// MD5 in hex.
    pub(crate) etag: String,
    pub(crate) size: u64,
    /// Milliseconds since the epoch.
    pub(crate) modified: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) checksum: Option<Checksum>,
    /// The file with its bytes, in the upload's folder.
    file: String,
}

impl UploadedPart {
    /// A part that [`Store::put_part`] gives its file.
    pub(crate) fn new(
        number: u32,
        etag: String,
        size: u64,
        modified: u64,
        checksum: Option<Checksum>,
    ) -> Self {
        Self { number, etag, size, modified, checksum, file: String::new() }
    }
}

impl Store {
    /// Begins the upload `id`, of letters and digits alone.
    pub(crate) fn begin_upload(&self, id: &str, upload: &Upload) -> io::Result<()> {
        let folder = self.uploads().join(id);
        fs::create_dir(&folder)?;
        self.write_whole(&folder.join(UPLOAD), upload, Durability::Durable)
    }

    /// The upload `id` of `key`; `None` if there is none.
    pub(crate) fn upload(&self, id: &str, key: &str) -> io::Result<Option<Upload>> {
        let Some(folder) = self.upload_folder(id) else { return Ok(None) };
        let upload: Option<Upload> = read(&folder.join(UPLOAD))?;
        Ok(upload.filter(|upload| upload.key == key))
    }

    /// Every upload under way, with its id, by key and then by time.
    pub(crate) fn all_uploads(&self) -> io::Result<Vec<(String, Upload)>> {
        let mut uploads = Vec::new();
        for entry in fs::read_dir(self.uploads())? {
            let entry = entry?;
            let Ok(id) = entry.file_name().into_string() else { continue };
            if let Some(upload) = read::<Upload>(&entry.path().join(UPLOAD))? {
                uploads.push((id, upload));
            }
        }
        uploads.sort_by(|(_, one), (_, other)| (&one.key, one.initiated).cmp(&(&other.key, other.initiated)));
        Ok(uploads)
    }

    /// Makes `draft`, written through `file`, a part of the upload `id`.
    pub(crate) fn put_part(
        &self,
        id: &str,
        mut part: UploadedPart,
        draft: Draft,
        file: &File,
    ) -> io::Result<()> {
        let folder = self.upload_folder(id).ok_or(io::ErrorKind::NotFound)?;
        file.sync_all()?;
        let named = folder.join(format!("{:05}.json", part.number));
        let before: Option<UploadedPart> = read(&named)?;
        let unique = self.drafts.fetch_add(1, Ordering::Relaxed);
        part.file = format!("{:05}-{unique}", part.number);
        while folder.join(&part.file).exists() {
            part.file.push('x');
        }
        draft.rename(&folder.join(&part.file))?;
        self.write_whole(&named, &part, Durability::Durable)?;
        if let Some(before) = before {
            // It may be gone already, if the part was sent twice at once.
            let _ = fs::remove_file(folder.join(before.file));
        }
        Ok(())
    }

    /// The parts of the upload `id` so far, by number.
    pub(crate) fn parts(&self, id: &str) -> io::Result<Vec<UploadedPart>> {
        let Some(folder) = self.upload_folder(id) else { return Ok(Vec::new()) };
        let mut parts: Vec<UploadedPart> = Vec::new();
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let is_part = path.extension().is_some_and(|extension| extension == "json")
                && path.file_name().is_some_and(|name| name != UPLOAD);
            if is_part {
                parts.extend(read(&path)?);
            }
        }
        parts.sort_by_key(|part| part.number);
        Ok(parts)
    }

    /// Opens the bytes of a part.
    pub(crate) fn open_part(&self, id: &str, part: &UploadedPart) -> io::Result<File> {
        File::open(self.upload_folder(id).ok_or(io::ErrorKind::NotFound)?.join(&part.file))
    }

    /// Forgets an upload and its parts.
    pub(crate) fn end_upload(&self, id: &str) -> io::Result<()> {
        match self.upload_folder(id) {
            // Another may have ended it in this moment.
            Some(folder) => fs::remove_dir_all(folder).or_else(|error| match error.kind() {
                io::ErrorKind::NotFound => Ok(()),
                _ => Err(error),
            }),
            None => Ok(()),
        }
    }

    /// The folder of an upload. An id comes from a client: it must not lead anywhere else.
    fn upload_folder(&self, id: &str) -> Option<PathBuf> {
        let plain = !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let folder = self.uploads().join(id);
        (plain && folder.is_dir()).then_some(folder)
    }
}

/// Reads a JSON file; `None` if there is none, or it was never written to its end.
fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> io::Result<Option<T>> {
    match fs::read(path) {
        Ok(text) => Ok(serde_json::from_slice(&text).ok()),
        Err(error) if is_absence(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

const UPLOAD: &str = "upload.json";
