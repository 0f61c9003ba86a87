//! Debian's signed packages by the ordinary apt client, in a folder of our own: neither root nor the
//! machine's own package lists are touched, and foreign architectures need no emulation.

#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use template::model::Architecture;

use crate::process::run;

/// A place to take packages from, and to keep them.
#[derive(Clone, Debug)]
pub struct Apt {
    folder: PathBuf,
    options: Vec<String>,
}

/// One package that was taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// `libssl3`.
    pub name: String,
    /// `3.0.22-1~deb12u2`.
    pub version: String,
    /// The file.
    pub path: PathBuf,
}

impl Apt {
    /// Opens a folder: fetches the lists of `sources`, lines as in `sources.list`, and checks their
    /// signatures as apt does.
    ///
    /// Errors: apt is not there, the network is not, a signature is wrong: apt's own words.
    pub fn open(folder: &Path, architecture: Architecture, sources: &[String]) -> io::Result<Apt> {
        let folder = std::path::absolute(folder)?;
        for part in ["state/lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(folder.join(part))?;
        }
        // Nothing is installed, so that apt names every package that is needed.
        fs::write(folder.join("status"), "")?;
        fs::write(folder.join("sources.list"), sources.join("\n") + "\n")?;
        let place = folder.display();
        let architecture = debian_name(architecture);
        let options = [
            format!("Dir::State={place}/state"),
            format!("Dir::State::status={place}/status"),
            format!("Dir::Cache={place}/cache"),
            format!("Dir::Etc::sourcelist={place}/sources.list"),
            "Dir::Etc::sourceparts=/dev/null".to_owned(),
            "Dir::Etc::preferencesparts=/dev/null".to_owned(),
            format!("APT::Architecture={architecture}"),
            format!("APT::Architectures={architecture}"),
            "Acquire::Languages=none".to_owned(),
            "APT::Sandbox::User=".to_owned(),
            "Debug::NoLocking=true".to_owned(),
        ];
        let options = options.into_iter().flat_map(|option| ["-o".to_owned(), option]).collect();
        let apt = Apt { folder, options };
        apt.get(&["update", "--error-on=any"])?;
        Ok(apt)
    }

    /// Fetches packages with all that they depend on.
    ///
    /// Errors: a package is not in the sources, or apt's own words.
    pub fn download(&self, names: &[String]) -> io::Result<Vec<Package>> {
        let mut arguments = vec!["-y", "--no-install-recommends", "--download-only", "install"];
        arguments.extend(names.iter().map(String::as_str));
        self.get(&arguments)?;
        let mut packages = Vec::new();
        for entry in fs::read_dir(self.folder.join("cache/archives"))? {
            let path = entry?.path();
            if let Some(package) = Package::of(&path) {
                packages.push(package);
            }
        }
        packages.sort();
        Ok(packages)
    }

    fn get(&self, arguments: &[&str]) -> io::Result<String> {
        let options = self.options.iter().map(String::as_str);
        run("apt-get", &options.chain(arguments.iter().copied()).collect::<Vec<_>>())
    }
}

impl Package {
    /// `libssl3_3.0.22-1~deb12u2_amd64.deb`; a colon of the version is written `%3a`.
    fn of(path: &Path) -> Option<Package> {
        let name = path.file_name()?.to_str()?.strip_suffix(".deb")?;
        let mut parts = name.split('_');
        let (name, version) = (parts.next()?, parts.next()?);
        Some(Package { name: name.to_owned(), version: version.replace("%3a", ":"), path: path.to_owned() })
    }

    /// Lays the package's files into a folder; none of its scripts are run.
    pub fn unpack(&self, folder: &Path) -> io::Result<()> {
        let (from, to) = (self.path.to_string_lossy(), folder.to_string_lossy());
        run("dpkg-deb", &["-x", &from, &to]).map(|_| ())
    }
}

/// Where Debian's packages for a version of PHP come from: the mirrors that this machine has its own
/// from, with the suite that has that PHP.
///
/// `None`: Debian has no such PHP, or this machine no Debian source; then one must be named.
pub fn debian_sources(php: &str) -> Option<Vec<String>> {
    let mut configured = fs::read_to_string("/etc/apt/sources.list").unwrap_or_default();
    let mut parts: Vec<PathBuf> = fs::read_dir("/etc/apt/sources.list.d")
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    parts.sort();
    for part in parts {
        configured += "\n\n";
        configured += &fs::read_to_string(part).unwrap_or_default();
    }
    sources_like(php, &configured)
}

fn sources_like(php: &str, configured: &str) -> Option<Vec<String>> {
    let suite = match php {
        "8.2" => "bookworm",
        "8.4" => "trixie",
        _ => return None,
    };
    let mirrors = mirrors(configured);
    let mirror = |security: bool| {
        let found = mirrors.iter().find(|(_, suite)| suite.ends_with("-security") == security);
        found.map(|(address, _)| address.as_str())
    };
    let line = |address: &str, suite: &str| format!("deb [signed-by={KEYRING}] {address} {suite} main");
    let main = mirror(false)?;
    let mut lines = vec![line(main, suite), line(main, &format!("{suite}-updates"))];
    lines.extend(mirror(true).map(|security| line(security, &format!("{suite}-security"))));
    Some(lines)
}

/// Addresses with Debian's suites, out of both of apt's forms.
fn mirrors(configured: &str) -> Vec<(String, String)> {
    let mut mirrors = Vec::new();
    let mut address = "";
    for line in configured.lines() {
        if let Some(rest) = line.strip_prefix("deb ") {
            let rest = rest.split_once(']').map_or(rest, |(_, after)| after);
            let mut words = rest.split_whitespace();
            if let (Some(address), Some(suite)) = (words.next(), words.next()) {
                mirrors.push((address.to_owned(), suite.to_owned()));
            }
        } else if let Some(rest) = line.strip_prefix("URIs:") {
            address = rest.split_whitespace().next().unwrap_or_default();
        } else if let Some(rest) = line.strip_prefix("Suites:") {
            mirrors.extend(rest.split_whitespace().map(|suite| (address.to_owned(), suite.to_owned())));
        } else if line.trim().is_empty() {
            address = "";
        }
    }
    let is_debian = |suite: &str| SUITES.contains(&suite.split('-').next().unwrap_or_default());
    mirrors.retain(|(address, suite)| !address.is_empty() && is_debian(suite));
    mirrors
}

pub(crate) fn debian_name(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "amd64",
        Architecture::Arm64 => "arm64",
    }
}

const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

const SUITES: &[&str] = &["bookworm", "bullseye", "forky", "sid", "stable", "testing", "trixie"];
