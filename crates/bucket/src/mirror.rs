//! A folder of files → objects: new and changed ones are written, vanished ones deleted.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};

use trace::Timestamp;

use crate::content_type;
use crate::ignore::Ignore;
use crate::key::Key;
use crate::record::{Record, Stamp};
use crate::store::{Durability, Refused, Store, stamp_of};

/// What a mirror did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mirrored {
    /// Keys written because their files are new or other than before.
    pub written: Vec<String>,
    /// Keys deleted because their files are gone.
    pub deleted: Vec<String>,
    /// Keys that were up to date.
    pub unchanged: usize,
    /// Files whose names cannot be keys: not UTF-8, or too long.
    pub unnamed: Vec<PathBuf>,
}

/// Mirrors the files below `folder` to keys that begin with `prefix`. Objects that came from
/// elsewhere, an upload for one, are left alone unless a file has their key.
pub(crate) fn mirror(
    store: &Store,
    folder: &Path,
    prefix: &str,
    ignore: &Ignore,
    now: Timestamp,
) -> io::Result<Mirrored> {
    let mut mirrored = Mirrored::default();
    let mut files = BTreeMap::new();
    let mut way = vec![fs::canonicalize(folder)?];
    collect(folder, Path::new(""), ignore, &mut way, &mut |relative, path| match relative
        .to_str()
        .and_then(|relative| Key::new(format!("{prefix}{relative}")))
    {
        Some(key) => {
            files.insert(key, path);
        }
        None => mirrored.unnamed.push(path),
    })?;
    for (key, path) in &files {
        if bring(store, key, path, now)? {
            mirrored.written.push(key.as_str().to_owned());
        } else {
            mirrored.unchanged += 1;
        }
    }
    for name in store.keys(prefix)? {
        let Some(key) = Key::new(name.as_str()).filter(|key| !files.contains_key(key)) else { continue };
        let ours = |present: Option<&Record>| match present {
            Some(Record { mirrored: Some(_), .. }) => Ok(()),
            _ => Err(()),
        };
        match store.delete(&key, ours) {
            Ok(_) => mirrored.deleted.push(name),
            Err(Refused::Condition(())) => {}
            Err(Refused::Io(error)) => return Err(error),
        }
    }
    Ok(mirrored)
}

/// Finds the files that go in. Symbolic links are followed, as `public/storage` of Laravel's is one;
/// `way` holds the folders that we are in, so that a link back to one of them is not.
fn collect(
    folder: &Path,
    relative: &Path,
    ignore: &Ignore,
    way: &mut Vec<PathBuf>,
    found: &mut impl FnMut(&Path, PathBuf),
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, relative) = (entry.path(), relative.join(entry.file_name()));
        if ignore.ignores(&relative) {
            continue;
        }
        // A link to nothing, or a file that has just gone.
        let Ok(metadata) = fs::metadata(&path) else { continue };
        if metadata.is_file() {
            found(&relative, path);
        } else if metadata.is_dir() {
            let real = fs::canonicalize(&path)?;
            if !way.contains(&real) {
                way.push(real);
                collect(&path, &relative, ignore, way, found)?;
                way.pop();
            }
        }
    }
    Ok(())
}

/// Writes one file's object, unless it is the mirror of this very state of the file.
fn bring(store: &Store, key: &Key, path: &Path, now: Timestamp) -> io::Result<bool> {
    let mut source = File::open(path)?;
    let origin = stamp_of(&source.metadata()?)?;
    if store.record(key)?.is_some_and(|record| record.mirrored == Some(origin)) {
        return Ok(false);
    }
    let (draft, mut file) = store.draft()?;
    let mut hasher = Md5::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = source.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
        file.write_all(&buffer[..count])?;
    }
    let mut headers = BTreeMap::new();
    headers.insert("content-type".to_owned(), content_type::of(key.as_str()).to_owned());
    let record = Record {
        stamp: Stamp { size: 0, modified: store.next_time(now) },
        etag: crate::hex(&hasher.finalize()),
        headers,
        mirrored: Some(origin),
        ..Record::default()
    };
    let always = |_: Option<&Record>| Ok::<(), Infallible>(());
    match store.publish(key, draft, &file, record, Durability::Volatile, always) {
        Ok(_) => Ok(true),
        Err(Refused::Io(error)) => Err(error),
        Err(Refused::Condition(never)) => match never {},
    }
}
