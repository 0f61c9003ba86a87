//! `cargo metadata` → the packages of the lock file and who depends on whom, for this machine's platform.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use serde_json::Value;

/// Every package, by the identity that cargo gives it.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    packages: BTreeMap<String, Package>,
}

#[derive(Debug, Default)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) license: Option<String>,
    pub(crate) rust_version: Option<String>,
    pub(crate) origin: Origin,
    pub(crate) edges: Vec<Edge>,
}

/// Whether the package is a member of this workspace.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    #[default]
    Ours,
    Others,
}

#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) to: String,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Normal,
    Build,
    Development,
}

impl Graph {
    pub(crate) fn read(root: &Path) -> anyhow::Result<Self> {
        // Without a platform, cargo would want the packages of every other system too, which a build never fetched.
        let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
        let arguments = ["metadata", "--format-version", "1", "--locked", "--filter-platform", &platform];
        Self::parse(&serde_json::from_slice(&cargo(root, &arguments)?)?)
    }

    fn parse(metadata: &Value) -> anyhow::Result<Self> {
        let members: BTreeSet<&str> =
            list(&metadata["workspace_members"]).filter_map(Value::as_str).collect();
        let mut packages = BTreeMap::new();
        for package in list(&metadata["packages"]) {
            let id = text(&package["id"]).context("a package without an id")?;
            let origin = if members.contains(id.as_str()) { Origin::Ours } else { Origin::Others };
            packages.insert(
                id,
                Package {
                    name: text(&package["name"]).context("a package without a name")?,
                    version: text(&package["version"]).context("a package without a version")?,
                    license: text(&package["license"]),
                    rust_version: text(&package["rust_version"]),
                    origin,
                    edges: Vec::new(),
                },
            );
        }
        for node in list(&metadata["resolve"]["nodes"]) {
            let package = node["id"].as_str().and_then(|id| packages.get_mut(id));
            package.context("a node without a package")?.edges =
                list(&node["deps"]).flat_map(edges).collect();
        }
        Ok(Self { packages })
    }

    pub(crate) fn packages(&self) -> impl Iterator<Item = &Package> {
        self.packages.values()
    }

    pub(crate) fn ours(&self) -> impl Iterator<Item = &Package> {
        self.packages().filter(|package| package.origin == Origin::Ours)
    }

    pub(crate) fn target(&self, edge: &Edge) -> Option<&Package> {
        self.packages.get(&edge.to)
    }

    /// The named member and all that it is built from; what only its tests need is left out.
    pub(crate) fn tree(&self, name: &str) -> Vec<&Package> {
        let mut found = BTreeMap::new();
        let mut open: Vec<&str> = self
            .packages
            .iter()
            .filter(|(_, package)| package.origin == Origin::Ours && package.name == name)
            .map(|(id, _)| id.as_str())
            .collect();
        while let Some(id) = open.pop() {
            let Some(package) = self.packages.get(id) else { continue };
            if found.insert(id, package).is_none() {
                let built = package.edges.iter().filter(|edge| edge.kind != Kind::Development);
                open.extend(built.map(|edge| edge.to.as_str()));
            }
        }
        found.into_values().collect()
    }
}

/// What cargo prints.
#[expect(clippy::disallowed_methods, reason = "xtask may start cargo")]
pub(crate) fn cargo(root: &Path, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output =
        Command::new(program).args(arguments).current_dir(root).output().context("cannot start cargo")?;
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(output.stdout)
}

fn edges(dependency: &Value) -> impl Iterator<Item = Edge> {
    let to = text(&dependency["pkg"]).unwrap_or_default();
    list(&dependency["dep_kinds"]).map(move |kind| Edge {
        to: to.clone(),
        kind: match kind["kind"].as_str() {
            Some("dev") => Kind::Development,
            Some("build") => Kind::Build,
            _ => Kind::Normal,
        },
    })
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// Made-up graphs: the identity of a package is its name, or `name version` where two share one.
#[cfg(test)]
impl Graph {
    pub(crate) fn with(
        mut self,
        id: &str,
        edges: &[(&str, Kind)],
        change: impl FnOnce(&mut Package),
    ) -> Self {
        let (name, version) = id.split_once(' ').unwrap_or((id, "1.0.0"));
        let mut package = Package {
            name: name.to_owned(),
            version: version.to_owned(),
            edges: edges.iter().map(|&(to, kind)| Edge { to: to.to_owned(), kind }).collect(),
            ..Package::default()
        };
        change(&mut package);
        self.packages.insert(id.to_owned(), package);
        self
    }
}

#[cfg(test)]
mod tests;
