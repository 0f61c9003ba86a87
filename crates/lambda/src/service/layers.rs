//! The folders that become `/opt`.

use std::path::{Path, PathBuf};

use super::Service;
use crate::Function;

impl Service {
    /// A function's layers as folders, from the lowest to the topmost: Davy's own bootstrap, if the
    /// template asked for a PHP layer, lies over all of them.
    pub(crate) fn layers(&self, function: &Function) -> Result<Vec<PathBuf>, String> {
        let mut folders = Vec::new();
        for layer in &function.layers {
            if !layer.is_dir() {
                return Err(format!("its layer {} is not a folder", layer.display()));
            }
            folders.push(layer.clone());
        }
        if let Some(bootstrap) = &function.bootstrap {
            folders.push(self.runtime_layer(bootstrap)?);
        }
        Ok(folders)
    }

    /// A folder with nothing in it but `bootstrap`, named after the file's content so that another
    /// build of it is another folder.
    fn runtime_layer(&self, bootstrap: &Path) -> Result<PathBuf, String> {
        let failed =
            |error: std::io::Error| format!("cannot make a layer of {}: {error}", bootstrap.display());
        let metadata = std::fs::metadata(bootstrap).map_err(failed)?;
        let modified =
            metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        let name = format!("runtime-{}-{}", metadata.len(), modified.unwrap_or_default().as_nanos());
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
