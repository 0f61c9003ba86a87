//! One bucket's objects on disk: whole at every moment, plain to look at.
//!
//! ```text
//! NAME/objects/assets/style.css             the bytes, as a plain file at the key
//! NAME/metadata/assets/style.css%.json      what else is known: ETag, headers, tags
//! NAME/uploads/                             what is not an object yet
//! NAME/bucket.json                          the bucket's own: owner, policy, tags
//! ```
//!
//! An object is two files, and a crash may come between two renames. So its new record is put in
//! place first, *together with the old one*, and the bytes after it; a reader takes the record whose
//! stamp (size and time) is that of the bytes he opened:
//!
//! ```text
//!                     bytes   records     a reader sees
//!                     old     [old]       old
//! rename the records  old     [new, old]  old
//! rename the bytes    new     [new, old]  new
//! ```
//!
//! Bytes without a record were put there by hand; they are adopted: hashed, and typed by their name.

mod draft;
mod publish;
#[cfg(test)]
mod tests;
mod uploads;
mod walk;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::SystemTime;

use md5::{Digest, Md5};

use trace::Timestamp;

use crate::key::{Key, Location};
use crate::record::{Record, Records, Stamp};

pub(crate) use draft::Draft;
pub(crate) use publish::{Durability, Refused};
pub(crate) use uploads::{Upload, UploadedPart};

/// The objects of one bucket.
#[derive(Debug)]
pub(crate) struct Store {
    root: PathBuf,
    /// Held for writing while names change, for reading while an object's two files are opened.
    names: RwLock<()>,
    /// The last time that was given to an object, in nanoseconds: none is given twice.
    last_time: AtomicU64,
    /// Numbers drafts.
    drafts: AtomicU64,
    /// Tells this run's drafts from those that a crash left.
    run: u64,
}

/// An object, opened: its bytes stay those of its record, whatever is published meanwhile.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) file: File,
    pub(crate) record: Record,
}

impl Store {
    /// Opens the bucket in the folder `root`, makes what is missing, and removes drafts that a
    /// crash left: those of another `run`.
    pub(crate) fn open(root: &Path, run: u64) -> io::Result<Self> {
        let store = Self {
            root: root.to_owned(),
            names: RwLock::new(()),
            last_time: AtomicU64::new(0),
            drafts: AtomicU64::new(0),
            run,
        };
        for folder in [store.objects(), store.metadata(), store.uploads()] {
            fs::create_dir_all(folder)?;
        }
        store.remove_drafts()?;
        Ok(store)
    }

    /// Opens an object; `None` if there is none.
    pub(crate) fn object(&self, key: &Key) -> io::Result<Option<Object>> {
        let location = key.location();
        let (file, stamp, records) = {
            let _names = self.reading();
            let Some((file, stamp)) = self.open_bytes(&location)? else { return Ok(None) };
            (file, stamp, self.records(&location)?)
        };
        if let Some(record) = records.of(stamp) {
            return Ok(Some(Object { file, record: record.clone() }));
        }
        self.adopt(key, &location, file, stamp, &records).map(Some)
    }

    /// What is known about an object, without its bytes.
    pub(crate) fn record(&self, key: &Key) -> io::Result<Option<Record>> {
        Ok(self.object(key)?.map(|object| object.record))
    }

    /// Where the bytes of multipart uploads lie until they are complete.
    pub(crate) fn uploads(&self) -> PathBuf {
        self.root.join("uploads")
    }

    /// The file of the bucket's own settings.
    pub(crate) fn settings_file(&self) -> PathBuf {
        self.root.join("bucket.json")
    }

    /// A time for a new state of an object: `now`, or just after the last one given.
    pub(crate) fn next_time(&self, now: Timestamp) -> u64 {
        let now = now.micros().saturating_mul(1_000);
        let later = |last: u64| Some(now.max(last + TIME_STEP));
        let last = self.last_time.fetch_update(Ordering::Relaxed, Ordering::Relaxed, later);
        now.max(last.unwrap_or_default() + TIME_STEP)
    }

    /// Makes a file that lies in `objects` by hand an object of its own right.
    fn adopt(
        &self,
        key: &Key,
        location: &Location,
        mut file: File,
        stamp: Stamp,
        before: &Records,
    ) -> io::Result<Object> {
        let etag = md5_of(&mut file)?;
        let record = Record::adopted(key.as_str(), stamp, etag, before.records.first());
        let _names = self.writing();
        // Only if it is still the one that was hashed; the next reader adopts another.
        if matches!(self.open_bytes(location)?, Some((_, now)) if now == stamp) {
            self.write_records(location, &Records { records: vec![record.clone()] }, Durability::Volatile)?;
        }
        Ok(Object { file, record })
    }

    /// Opens an object's bytes and tells their stamp.
    fn open_bytes(&self, location: &Location) -> io::Result<Option<(File, Stamp)>> {
        let folder = self.objects().join(&location.folder);
        for name in [&location.name, &location.displaced_name()] {
            let file = match File::open(folder.join(name)) {
                Ok(file) => file,
                Err(error) if is_absence(&error) => continue,
                Err(error) => return Err(error),
            };
            let metadata = file.metadata()?;
            if metadata.is_file() {
                return Ok(Some((file, stamp_of(&metadata)?)));
            }
        }
        Ok(None)
    }

    fn records(&self, location: &Location) -> io::Result<Records> {
        let path = self.metadata().join(&location.folder).join(location.record_name());
        match fs::read(path) {
            // A record that cannot be read counts as none: the bytes are adopted anew.
            Ok(text) => Ok(serde_json::from_slice(&text).unwrap_or_default()),
            Err(error) if is_absence(&error) => Ok(Records::default()),
            Err(error) => Err(error),
        }
    }

    fn objects(&self) -> PathBuf {
        self.root.join("objects")
    }

    fn metadata(&self) -> PathBuf {
        self.root.join("metadata")
    }

    fn reading(&self) -> RwLockReadGuard<'_, ()> {
        self.names.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn writing(&self) -> RwLockWriteGuard<'_, ()> {
        self.names.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Size and time of a file as it is.
pub(crate) fn stamp_of(metadata: &fs::Metadata) -> io::Result<Stamp> {
    let modified = metadata.modified()?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let modified = u64::try_from(modified.as_nanos()).unwrap_or(u64::MAX);
    Ok(Stamp { size: metadata.len(), modified })
}

/// The MD5 of a whole file, in hex.
fn md5_of(file: &mut File) -> io::Result<String> {
    let mut hasher = Md5::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(crate::hex(&hasher.finalize())),
            count => hasher.update(&buffer[..count]),
        }
    }
}

/// Whether there is just nothing of that name: also where a file is in a folder's place, or the
/// whole path is longer than a path can be.
fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename
    )
}

/// Nanoseconds between two times given: the coarsest grain of a Linux file system's clock that
/// still keeps them apart.
const TIME_STEP: u64 = 1_000;
