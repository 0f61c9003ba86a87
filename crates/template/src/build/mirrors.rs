//! Which folders beside the template a bucket holds: its `Metadata` says, or the paths of the
//! behaviors that lead to it.

use super::Builder;
use crate::diagnostic::Diagnostic;
use crate::model::{Mirror, Origin, OriginTarget};
use crate::sections::Resource;
use crate::tree::Node;

impl Builder<'_, '_> {
    pub(super) fn find_mirrors(&mut self) {
        let mut buckets = std::mem::take(&mut self.model.buckets);
        for bucket in &mut buckets {
            let resource = self.resolver.sections.resources.get(bucket.logical_id.as_str());
            bucket.mirrors = match resource.and_then(|resource| Some((resource, davy(resource)?))) {
                Some((resource, davy)) => {
                    self.resolver.within(&bucket.logical_id, || self.named(resource, davy))
                }
                None => self.implied(&bucket.logical_id),
            };
            bucket.mirrors.sort();
            bucket.mirrors.dedup();
        }
        self.model.buckets = buckets;
    }

    /// `Metadata: {Davy: {Folder: public, Prefix: assets/}}`.
    fn named(&self, resource: &Resource<'_>, davy: &Node) -> Vec<Mirror> {
        let Some(written) = davy.member("Folder") else {
            let message = "`Metadata.Davy` of a bucket has a `Folder`";
            self.report(Diagnostic::error("missing-property", message).at(resource.span));
            return Vec::new();
        };
        let folder = self.folder.join(written.scalar().unwrap_or_default());
        if !folder.is_dir() {
            let message =
                format!("there is no folder `{}` beside the template", written.scalar().unwrap_or_default());
            self.report(Diagnostic::error("missing-folder", message).at(written.span));
            return Vec::new();
        }
        let prefix = davy.member("Prefix").and_then(Node::scalar).unwrap_or_default();
        let prefix = prefix.trim_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        vec![Mirror { folder: folder.components().collect(), prefix }]
    }

    /// `assets/*` leads to the bucket, and `assets` is beside the template.
    fn implied(&self, logical_id: &str) -> Vec<Mirror> {
        let mut mirrors = Vec::new();
        for distribution in &self.model.distributions {
            let leads =
                |origin: &&Origin| matches!(&origin.target, OriginTarget::Bucket(id) if id == logical_id);
            for origin in distribution.origins.iter().filter(leads) {
                let behaviors =
                    distribution.behaviors.iter().filter(|behavior| behavior.target_origin == origin.id);
                let folders = behaviors.filter_map(|behavior| literal_folder(&behavior.path_pattern));
                mirrors.extend(folders.filter_map(|path| {
                    let folder = self.folder.join(path);
                    let key = format!("{}/{path}/", origin.path);
                    folder.is_dir().then(|| Mirror { folder, prefix: key.trim_start_matches('/').to_owned() })
                }));
            }
        }
        mirrors
    }
}

fn davy<'t>(resource: &Resource<'t>) -> Option<&'t Node> {
    resource.node.member("Metadata")?.member("Davy")
}

/// The folder that every path of the pattern is in: `/assets/*.css` → `assets`.
fn literal_folder(pattern: &str) -> Option<&str> {
    let pattern = pattern.trim_start_matches('/');
    let literal = &pattern[..pattern.find(['*', '?'])?];
    let folder = &literal[..literal.rfind('/')?];
    // A pattern is the template's, but what is above the template is not.
    let safe =
        !folder.is_empty() && folder.split('/').all(|part| !part.is_empty() && part != ".." && part != ".");
    safe.then_some(folder)
}
