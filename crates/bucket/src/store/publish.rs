//! The changes of names: publishing, updating and deleting objects, each whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::{Draft, Store, is_absence};
use crate::key::{Key, Location, displaced};
use crate::record::{Record, Records};

/// What a change survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// A power cut: its bytes are on the disk before its name appears.
    Durable,
    /// A crash of the process; for what can be made again, such as a mirror.
    Volatile,
}

/// Why nothing was changed.
#[derive(Debug)]
pub(crate) enum Refused<E> {
    /// The condition on the present state does not hold.
    Condition(E),
    /// The file system said no.
    Io(io::Error),
}

impl<E> From<io::Error> for Refused<E> {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Store {
    /// Makes `draft`, written through `file`, the object at `key`, if `condition` agrees to the
    /// state that it replaces. Check and change are one step for everybody else.
    ///
    /// `record.stamp.modified` is the time that the object gets, from [`Store::next_time`].
    pub(crate) fn publish<E>(
        &self,
        key: &Key,
        draft: Draft,
        file: &File,
        mut record: Record,
        durability: Durability,
        condition: impl FnOnce(Option<&Record>) -> Result<(), E>,
    ) -> Result<Record, Refused<E>> {
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_nanos(record.stamp.modified))?;
        if durability == Durability::Durable {
            file.sync_all()?;
        }
        record.stamp = super::stamp_of(&file.metadata()?)?;
        let location = key.location();
        // A hand-made file at the key is adopted now, while no lock is held.
        let present = self.record(key)?;
        let _names = self.writing();
        let present = match self.open_bytes(&location)? {
            None => None,
            Some((_, stamp)) => self.records(&location)?.of(stamp).cloned().or(present),
        };
        condition(present.as_ref()).map_err(Refused::Condition)?;
        let folder = self.objects().join(&location.folder);
        self.make_folders(&location.folder)?;
        let records = [Some(record.clone()), present].into_iter().flatten().collect();
        self.write_records(&location, &Records { records }, durability)?;
        let plain = folder.join(&location.name);
        let beside = folder.join(location.displaced_name());
        let taken = plain.is_dir() || (!plain.exists() && beside.exists());
        draft.rename(if taken { &beside } else { &plain })?;
        Ok(record)
    }

    /// Changes what is known about an object but not its bytes; `None` if there is none.
    pub(crate) fn update(&self, key: &Key, change: impl FnOnce(&mut Record)) -> io::Result<Option<Record>> {
        let Some(known) = self.record(key)? else { return Ok(None) };
        let location = key.location();
        let _names = self.writing();
        let Some((_, stamp)) = self.open_bytes(&location)? else { return Ok(None) };
        let mut record = self.records(&location)?.of(stamp).cloned().unwrap_or(known);
        change(&mut record);
        self.write_records(&location, &Records { records: vec![record.clone()] }, Durability::Durable)?;
        Ok(Some(record))
    }

    /// Deletes an object if `condition` agrees, and the folders that it leaves empty. Says whether
    /// there was one.
    pub(crate) fn delete<E>(
        &self,
        key: &Key,
        condition: impl FnOnce(Option<&Record>) -> Result<(), E>,
    ) -> Result<bool, Refused<E>> {
        let location = key.location();
        let present = self.record(key)?;
        let _names = self.writing();
        condition(present.as_ref()).map_err(Refused::Condition)?;
        let mut deleted = false;
        for name in [&location.name, &location.displaced_name()] {
            let path = self.objects().join(&location.folder).join(name);
            if path.is_file() {
                fs::remove_file(path)?;
                deleted = true;
            }
        }
        if deleted {
            let record = self.metadata().join(&location.folder).join(location.record_name());
            if let Err(error) = fs::remove_file(record)
                && !is_absence(&error)
            {
                return Err(error.into());
            }
        }
        for tree in [self.objects(), self.metadata()] {
            remove_empty_folders(&tree, &location.folder);
        }
        Ok(deleted)
    }

    /// Writes the records of an object whole.
    pub(super) fn write_records(
        &self,
        location: &Location,
        records: &Records,
        durability: Durability,
    ) -> io::Result<()> {
        let folder = self.metadata().join(&location.folder);
        fs::create_dir_all(&folder)?;
        self.write_whole(&folder.join(location.record_name()), records, durability)
    }

    /// Writes `value` as JSON to `path`, so that a reader finds the old file or the new one.
    pub(crate) fn write_whole(
        &self,
        path: &Path,
        value: &impl serde::Serialize,
        durability: Durability,
    ) -> io::Result<()> {
        let (draft, mut file) = self.draft()?;
        let mut text = serde_json::to_vec_pretty(value)?;
        text.push(b'\n');
        file.write_all(&text)?;
        if durability == Durability::Durable {
            file.sync_all()?;
        }
        draft.rename(path)
    }

    /// Makes the folders of `relative` among the objects. A file that is in the way goes aside: it
    /// keeps its key under its displaced name, and readers look there too.
    fn make_folders(&self, relative: &Path) -> io::Result<()> {
        let mut path = self.objects();
        for name in relative {
            path.push(name);
            if path.is_file() {
                let aside = displaced(&name.to_string_lossy());
                fs::rename(&path, path.with_file_name(aside))?;
            }
            if !path.is_dir() {
                fs::create_dir(&path)?;
            }
        }
        Ok(())
    }
}

/// Removes `relative` and the folders above it, as far as they are empty.
fn remove_empty_folders(tree: &Path, relative: &Path) {
    let mut relative = Some(relative);
    while let Some(folder) = relative.filter(|folder| !folder.as_os_str().is_empty()) {
        if fs::remove_dir(tree.join(folder)).is_err() {
            return;
        }
        relative = folder.parent();
    }
}
