//! Unpacked packages into the layer's files.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;
use template::model::Architecture;

use super::settings::{extension_ini, php_ini};
use super::{Layer, LayerError, LayerOptions};
use crate::apt::Package;
use crate::elf;
use crate::files::{Entry, Files};

/// Gathers the layer out of the tree that the packages were unpacked into.
pub(super) fn take(options: &LayerOptions, tree: &Path, packages: Vec<Package>) -> Result<Layer, LayerError> {
    let mut gathering = Gathering { options, tree, files: Files::default(), needed: BTreeSet::new() };
    gathering.programs()?;
    gathering.extensions()?;
    gathering.modules()?;
    gathering.libraries()?;
    gathering.loader()?;
    gathering.time_zones()?;
    gathering.certificates()?;
    gathering.papers(&packages);
    if let Some(bootstrap) = &options.bootstrap {
        gathering.add("bootstrap", fs::read(bootstrap)?, true);
    }
    Ok(Layer { files: gathering.files, packages })
}

struct Gathering<'a> {
    options: &'a LayerOptions,
    tree: &'a Path,
    files: Files,
    /// Libraries that something in the layer needs.
    needed: BTreeSet<String>,
}

impl Gathering<'_> {
    fn programs(&mut self) -> Result<(), LayerError> {
        let php = &self.options.php;
        for (from, to) in
            [(format!("usr/sbin/php-fpm{php}"), "bin/php-fpm"), (format!("usr/bin/php{php}"), "bin/php")]
        {
            let mut bytes = self.read(&from)?;
            let moved = elf::replace_interpreter(&mut bytes, LOADER);
            self.expect(moved, &from, "a loader")?;
            let settings = format!("/etc/php/{php}");
            let found = elf::replace_path(&mut bytes, &settings, "/opt/davy/p");
            self.expect(found > 0, &from, &settings)?;
            let found = elf::replace_path(&mut bytes, ZONES, "/opt/davy/zoneinfo");
            self.expect(found > 0, &from, ZONES)?;
            self.add_elf(to, bytes, true);
        }
        self.add("davy/p/fpm/php.ini", php_ini().into_bytes(), false);
        self.files.insert("davy/p/cli", Entry::Link("fpm".to_owned()));
        Ok(())
    }

    /// Whatever the packages have brought: `php-common`'s, and what was asked for.
    fn extensions(&mut self) -> Result<(), LayerError> {
        let folder = fs::read_dir(self.tree.join("usr/lib/php"))?
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .find(|path| path.join("opcache.so").is_file() || path.join("ctype.so").is_file());
        let folder =
            folder.ok_or_else(|| LayerError::Incomplete("the packages hold no extensions".to_owned()))?;
        let mut found = BTreeSet::new();
        for path in sorted(&folder)? {
            let Some(name) = path.file_stem().and_then(|name| name.to_str()).map(str::to_owned) else {
                continue;
            };
            self.add_elf(&format!("davy/extensions/{name}.so"), fs::read(&path)?, false);
            let (file, text) = extension_ini(&name);
            self.add(&format!("davy/p/fpm/conf.d/{file}"), text.into_bytes(), false);
            found.insert(name);
        }
        let missing = |name: &&String| {
            !found.contains(name.as_str()) && !["sqlite", "xml", "common", ENCODERS].contains(&name.as_str())
        };
        match self.options.extensions.iter().find(missing) {
            // 8.5 has the opcode cache built in.
            Some(name) if name != "opcache" => {
                Err(LayerError::Incomplete(format!("the packages hold no extension `{name}`")))
            }
            _ => Ok(()),
        }
    }

    /// Character sets that libc loads when asked, and OpenSSL's older ciphers.
    fn modules(&mut self) -> Result<(), LayerError> {
        let triplet = self.names().triplet;
        for (from, to) in [("gconv", "davy/gconv"), ("ossl-modules", "davy/lib/ossl-modules")] {
            let folder = self.tree.join("usr/lib").join(triplet).join(from);
            if !folder.is_dir() {
                continue;
            }
            for (path, entry) in Files::of_tree(&folder)?.iter() {
                let Entry::File { path: from, .. } = entry else { continue };
                let mut bytes = fs::read(from)?;
                // The index of character sets names their folder.
                elf::replace_path(&mut bytes, &format!("/usr/lib/{triplet}/gconv"), "/opt/davy/gconv");
                self.add_elf(&format!("{to}/{path}"), bytes, false);
            }
        }
        Ok(())
    }

    /// Follows what is needed until nothing new is.
    fn libraries(&mut self) -> Result<(), LayerError> {
        // Loaded by libc itself when a thread is cancelled.
        self.needed.insert("libgcc_s.so.1".to_owned());
        let mut done = BTreeSet::new();
        while let Some(name) = self.needed.difference(&done).next().cloned() {
            done.insert(name.clone());
            if name.starts_with("ld-linux") || self.files.contains(&format!("davy/gconv/{name}")) {
                continue;
            }
            let Some(path) = self.library(&name) else {
                let message = format!("no package brings the library {name}");
                return Err(LayerError::Incomplete(message));
            };
            let mut bytes = fs::read(&path)?;
            let triplet = self.names().triplet;
            match name.as_str() {
                "libc.so.6" => {
                    let from = format!("/usr/lib/{triplet}/gconv");
                    let found = elf::replace_path(&mut bytes, &from, "/opt/davy/gconv");
                    self.expect(found > 0, &name, &from)?;
                    elf::replace_path(&mut bytes, ZONES, "/opt/davy/zoneinfo");
                }
                name if name.starts_with("libcrypto.so") => {
                    elf::replace_path(
                        &mut bytes,
                        &format!("/usr/lib/{triplet}/ossl-modules"),
                        "/opt/davy/lib/ossl-modules",
                    );
                }
                _ => {}
            }
            if self.stands_in(&name) {
                bytes = elf::stand_in(&bytes, &name)
                    .ok_or_else(|| LayerError::Incomplete(format!("nothing can stand in for {name}")))?;
            }
            self.add_elf(&format!("davy/lib/{name}"), bytes, false);
        }
        Ok(())
    }

    /// The image libraries bring four encoders of video along, a fifth of a layer. Pictures are written
    /// by the first one, libaom; the others are there for who asks for them by name, which PHP cannot.
    fn stands_in(&self, library: &str) -> bool {
        let wanted = self.options.extensions.iter().any(|name| name == ENCODERS);
        !wanted
            && ["librav1e.so", "libSvtAv1Enc.so", "libx265.so"].iter().any(|name| library.starts_with(name))
    }

    fn library(&self, name: &str) -> Option<PathBuf> {
        let triplet = self.names().triplet;
        [format!("usr/lib/{triplet}"), format!("lib/{triplet}"), "usr/lib".to_owned(), "lib".to_owned()]
            .iter()
            .map(|folder| self.tree.join(folder).join(name))
            .find(|path| path.is_file())
    }

    /// The loader: it takes libraries from the layer first, and no list of the system's.
    fn loader(&mut self) -> Result<(), LayerError> {
        let names = self.names();
        let name = names.interpreter.rsplit('/').next().unwrap_or_default();
        let path = self
            .library(name)
            .ok_or_else(|| LayerError::Incomplete(format!("no package brings the loader {name}")))?;
        let mut bytes = fs::read(path)?;
        for folder in [format!("/lib/{}/", names.triplet), format!("/usr/lib/{}/", names.triplet)] {
            let found = elf::replace_path(&mut bytes, &folder, "/opt/davy/lib/");
            self.expect(found > 0, name, &folder)?;
        }
        for list in ["/etc/ld.so.cache", "/etc/ld.so.preload"] {
            elf::replace_path(&mut bytes, list, "/opt/davy/none");
        }
        self.add("davy/ld.so", bytes, true);
        Ok(())
    }

    fn time_zones(&mut self) -> Result<(), LayerError> {
        let folder = self.tree.join(ZONES.trim_start_matches('/'));
        for (path, entry) in Files::of_tree(&folder)?.iter() {
            // Twice the same in other forms.
            if path.starts_with("right/") || path.starts_with("posix/") || path == "localtime" {
                continue;
            }
            // Links may lead out of the folder; zones are small.
            let bytes = match entry {
                Entry::File { path, .. } => fs::read(path)?,
                _ => match fs::read(folder.join(path)) {
                    Ok(bytes) => bytes,
                    Err(_) => continue,
                },
            };
            self.add(&format!("davy/zoneinfo/{path}"), bytes, false);
        }
        Ok(())
    }

    /// One file of all certificates that Mozilla trusts, as the package's own script would make it.
    fn certificates(&mut self) -> Result<(), LayerError> {
        let folder = self.tree.join("usr/share/ca-certificates/mozilla");
        let mut bundle = Vec::new();
        for path in sorted(&folder)? {
            bundle.extend(fs::read(&path)?);
            if bundle.last() != Some(&b'\n') {
                bundle.push(b'\n');
            }
        }
        self.add("davy/certificates.pem", bundle, false);
        Ok(())
    }

    /// Licences, and the list of packages with their versions.
    fn papers(&mut self, packages: &[Package]) {
        for package in packages {
            let path = self.tree.join("usr/share/doc").join(&package.name).join("copyright");
            if let Ok(text) = fs::read(path) {
                self.add(&format!("davy/licenses/{}", package.name), text, false);
            }
        }
        let list: Vec<_> = packages
            .iter()
            .map(|package| {
                json!({
                    "SPDXID": format!("SPDXRef-{}", package.name.replace('+', "-plus")),
                    "name": package.name,
                    "versionInfo": package.version,
                    "downloadLocation": "NOASSERTION",
                    "filesAnalyzed": false,
                })
            })
            .collect();
        let document = json!({
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "SPDXID": "SPDXRef-DOCUMENT",
            "name": format!("davy-php-{}", self.options.php),
            "documentNamespace": format!("https://davy.invalid/layers/php-{}", self.options.php),
            // The zip's bytes depend on the packages alone, so no time of making is told.
            "creationInfo": {"created": "1980-01-01T00:00:00Z", "creators": ["Tool: davy"]},
            "packages": list,
        });
        self.add("davy/packages.spdx.json", document.to_string().into_bytes(), false);
    }

    // === Small things ===

    fn add_elf(&mut self, path: &str, bytes: Vec<u8>, executable: bool) {
        if let Some(elf) = elf::read(&bytes) {
            self.needed.extend(elf.needed);
        }
        self.add(path, bytes, executable);
    }

    fn add(&mut self, path: &str, content: Vec<u8>, executable: bool) {
        self.files.insert(path, Entry::Made { content, executable });
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, LayerError> {
        let context =
            |error: io::Error| LayerError::Incomplete(format!("the packages hold no {path}: {error}"));
        fs::read(self.tree.join(path)).map_err(context)
    }

    fn expect(&self, found: bool, file: &str, path: &str) -> Result<(), LayerError> {
        if found {
            return Ok(());
        }
        let php = &self.options.php;
        Err(LayerError::Incomplete(format!(
            "{file} of PHP {php} does not name {path}, which the layer has elsewhere: this build of it cannot be moved"
        )))
    }

    fn names(&self) -> Names {
        match self.options.architecture {
            Architecture::X86_64 => {
                Names { triplet: "x86_64-linux-gnu", interpreter: "/lib64/ld-linux-x86-64.so.2" }
            }
            Architecture::Arm64 => {
                Names { triplet: "aarch64-linux-gnu", interpreter: "/lib/ld-linux-aarch64.so.1" }
            }
        }
    }
}

/// What Debian calls things for one processor.
struct Names {
    triplet: &'static str,
    interpreter: &'static str,
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// No extension, but asks for the encoders that nothing of PHP's uses.
const ENCODERS: &str = "encoders";

const LOADER: &str = "/opt/davy/ld.so";
const ZONES: &str = "/usr/share/zoneinfo";
