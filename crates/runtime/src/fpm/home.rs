//! The runtime's private folder: sockets, configuration, the opcode cache's entrance.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

/// A folder that is removed with the runtime, or by the next one if it couldn't be.
pub(super) struct Home {
    path: PathBuf,
    /// Held locked as long as the runtime lives.
    _lock: File,
}

impl Home {
    /// A new folder in `parent`, or in `/tmp` if a socket's path there would be too long.
    pub(super) fn create(parent: &Path) -> io::Result<Self> {
        let parent = if parent.as_os_str().len() > PARENT_MAX { Path::new("/tmp") } else { parent };
        remove_abandoned(parent);
        let unique = u32::from_ne_bytes(random()?);
        let path = parent.join(format!("{PREFIX}{}-{unique:08x}", std::process::id()));
        // Workers may run as another user and must read what is in it.
        fs::DirBuilder::new().mode(0o755).create(&path)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        let lock = File::create(path.join("lock"))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        Ok(Self { path, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes what runtimes left that were killed. Whose lock can be taken has no runtime.
fn remove_abandoned(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let Ok(lock) = File::open(entry.path().join("lock")) else { continue };
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok() {
            _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn random() -> io::Result<[u8; 4]> {
    use io::Read;
    let mut bytes = [0; 4];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes)
}

const PREFIX: &str = "davy-runtime-";
/// A socket's path has at most 107 bytes; the rest of ours takes 40.
const PARENT_MAX: usize = 64;
