//! The folders that become `/opt`.

mod archive;

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::Service;
use crate::Function;

impl Service {
    /// A function's layers as folders, from the lowest to the topmost: Davy's own bootstrap, if the
    /// template asked for a PHP layer, lies over all of them.
    pub(crate) fn layers(&self, function: &Function) -> Result<Vec<PathBuf>, String> {
        let mut folders = Vec::new();
        for layer in &function.layers {
            if layer.is_dir() {
                folders.push(layer.clone());
            } else if layer.is_file() {
                folders.push(self.unpacked(layer)?);
            } else {
                return Err(format!("its layer {} is neither a folder nor a zip", layer.display()));
            }
        }
        if let Some(bootstrap) = &function.bootstrap {
            folders.push(self.runtime_layer(bootstrap)?);
        }
        Ok(folders)
    }

    /// A zip's content as a folder of the state, unpacked once for each state of the file.
    pub(crate) fn unpacked(&self, zip: &Path) -> Result<PathBuf, String> {
        let failed = |error: std::io::Error| format!("cannot unpack {}: {error}", zip.display());
        let folder =
            self.settings.state.join("layers").join(format!("zip-{}", state_of(zip).map_err(failed)?));
        if !folder.exists() {
            let partial = folder.with_extension(format!("{}", std::process::id()));
            let _ = std::fs::remove_dir_all(&partial);
            std::fs::create_dir_all(&partial).map_err(failed)?;
            archive::unpack(&std::fs::read(zip).map_err(failed)?, &partial).map_err(failed)?;
            std::fs::rename(&partial, &folder).map_err(failed)?;
        }
        Ok(folder)
    }

    /// A folder with nothing in it but `bootstrap`, named after the file's content so that another
    /// build of it is another folder.
    fn runtime_layer(&self, bootstrap: &Path) -> Result<PathBuf, String> {
        let failed =
            |error: std::io::Error| format!("cannot make a layer of {}: {error}", bootstrap.display());
        let name = format!("runtime-{}", state_of(bootstrap).map_err(failed)?);
        let folder = self.settings.state.join("layers").join(name);
        let target = folder.join("bootstrap");
        if !target.exists() {
            std::fs::create_dir_all(&folder).map_err(failed)?;
            let partial = folder.join(format!(".bootstrap-{}", std::process::id()));
            std::fs::copy(bootstrap, &partial).map_err(failed)?;
            let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            std::fs::set_permissions(&partial, executable).map_err(failed)?;
            std::fs::rename(&partial, &target).map_err(failed)?;
        }
        Ok(folder)
    }
}

/// A name for a file as it is now: where it is, how long, and when it was changed last.
fn state_of(file: &Path) -> std::io::Result<String> {
    let metadata = std::fs::metadata(file)?;
    let modified = metadata.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let mut hash = Sha256::new();
    hash.update(file.as_os_str().as_bytes());
    hash.update(metadata.len().to_le_bytes());
    hash.update(modified.as_nanos().to_le_bytes());
    Ok(hash.finalize().iter().take(10).fold(String::new(), |name, byte| format!("{name}{byte:02x}")))
}
