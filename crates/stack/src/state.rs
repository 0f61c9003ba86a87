//! The state folder: made when missing, held by one `davy` at a time.

use std::fs::{self, File, TryLockError};
use std::io::Write as _;
use std::path::Path;

use crate::StartError;

/// Holds the folder until dropped, or until the process ends in whatever way.
#[derive(Debug)]
pub struct State {
    _lock: File,
}

impl State {
    /// Makes `folder`, keeps git from seeing it and locks it.
    ///
    /// # Errors
    /// [`StartError::StateInUse`] while another process holds it; [`StartError::State`] when it
    /// cannot be written.
    pub fn hold(folder: &Path) -> Result<Self, StartError> {
        fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
        let ignore = folder.join(".gitignore");
        if !ignore.exists() {
            File::create(&ignore)
                .and_then(|mut file| file.write_all(b"*\n"))
                .map_err(|error| failed(&ignore, error))?;
        }
        let path = folder.join(LOCK);
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| failed(&path, error))?;
        Self::lock(folder, lock)
    }

    /// Locks a folder that an earlier stack made; `None` if none did.
    ///
    /// # Errors
    /// As [`State::hold`].
    pub fn hold_existing(folder: &Path) -> Result<Option<Self>, StartError> {
        match File::options().write(true).open(folder.join(LOCK)) {
            Ok(lock) => Self::lock(folder, lock).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&folder.join(LOCK), error)),
        }
    }

    fn lock(folder: &Path, lock: File) -> Result<Self, StartError> {
        match lock.try_lock() {
            Ok(()) => Ok(Self { _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StartError::StateInUse { folder: folder.to_path_buf() }),
            Err(TryLockError::Error(error)) => Err(failed(&folder.join(LOCK), error)),
        }
    }
}

fn failed(path: &Path, error: std::io::Error) -> StartError {
    StartError::State { path: path.to_path_buf(), error }
}

const LOCK: &str = "lock";

#[cfg(test)]
mod tests;
