//! What an edit means for a running stack: cached answers go, buckets follow, the template is told of.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use telemetry::Telemetry;
use template::Model;
use template::model::Code;
use tokio::sync::watch;

use crate::plan::buckets::MirroredFolder;
use crate::services::Services;
use crate::watch::{Edit, Watch};

/// The folders that a stack's answers are made from, and the template's own.
pub(crate) fn folders(model: &Model, template: Option<&Path>) -> Vec<PathBuf> {
    let code = model.functions.iter().map(|function| &function.code);
    let layers = model.layers.iter().map(|layer| &layer.content);
    let mirrored =
        model.buckets.iter().flat_map(|bucket| bucket.mirrors.iter().map(|mirror| mirror.folder.clone()));
    let template = template.and_then(Path::parent).map(Path::to_path_buf);
    let all: BTreeSet<PathBuf> = code
        .chain(layers)
        .filter_map(|code| match code {
            Code::Folder(folder) => Some(folder.clone()),
            Code::Archive(_) | Code::Inline(_) | Code::Remote(_) => None,
        })
        .chain(mirrored)
        .chain(template)
        .filter(|folder| folder.is_dir())
        .collect();
    // A folder below another is watched with it.
    all.iter()
        .filter(|one| !all.iter().any(|other| *one != other && one.starts_with(other)))
        .cloned()
        .collect()
}

/// Acts on edits until its task is aborted.
pub(crate) async fn watch(
    mut watch: Watch,
    services: watch::Receiver<Arc<Services>>,
    template: Option<PathBuf>,
    edited: watch::Sender<u64>,
    telemetry: Telemetry,
) {
    while let Some(edit) = watch.next().await {
        if template.as_ref().is_some_and(|template| edit.paths.contains(template)) {
            edited.send_modify(|edits| *edits += 1);
        }
        let services = Arc::clone(&services.borrow());
        let telemetry = telemetry.clone();
        let template = template.clone();
        // Copying into a bucket blocks.
        let acting =
            tokio::task::spawn_blocking(move || act(&edit, &services, template.as_deref(), &telemetry));
        // A panic in there has been reported by its own thread; the next edit is seen all the same.
        let _ = acting.await;
    }
}

fn act(edit: &Edit, services: &Services, template: Option<&Path>, telemetry: &Telemetry) {
    let mut mirrored = Vec::new();
    for mirror in services.mirrors() {
        if edit.paths.iter().any(|path| path.starts_with(&mirror.folder)) {
            mirrored.extend(follow(mirror, services, telemetry));
        }
    }
    // A folder may be both, code and mirrored: what went into a bucket is no code.
    let code: Vec<&PathBuf> = edit
        .paths
        .iter()
        .filter(|path| Some(path.as_path()) != template && !mirrored.contains(path))
        .filter(|path| services.code().iter().any(|folder| path.starts_with(folder)))
        .collect();
    if let Some(first) = code.first() {
        let purged = services.purge(&["/*".to_owned()]);
        telemetry.notice(format!("{} edited{}", named(first, code.len()), purged_text(purged)));
    }
}

/// Brings a folder's edits into its bucket; gives the files that were other than before.
fn follow(mirror: &MirroredFolder, services: &Services, telemetry: &Telemetry) -> Vec<PathBuf> {
    let mirrored = match services.mirror(mirror) {
        Ok(mirrored) => mirrored,
        Err(error) => {
            telemetry.notice(format!(
                "{} could not be mirrored into the bucket {}: {error}",
                mirror.folder.display(),
                mirror.bucket
            ));
            return Vec::new();
        }
    };
    let keys: Vec<&String> = mirrored.written.iter().chain(&mirrored.deleted).collect();
    if let Some(first) = keys.first() {
        let paths: Vec<String> = keys.iter().map(|key| format!("/{key}")).collect();
        let purged = services.purge(&paths);
        telemetry.notice(format!(
            "{} edited, in the bucket {}{}",
            named(Path::new(first), keys.len()),
            mirror.bucket,
            purged_text(purged)
        ));
    }
    keys.iter()
        .filter_map(|key| key.strip_prefix(&mirror.prefix))
        .map(|name| mirror.folder.join(name))
        .collect()
}

fn named(first: &Path, count: usize) -> String {
    let name = first.file_name().unwrap_or(first.as_os_str()).to_string_lossy();
    match count {
        1 => name.into_owned(),
        _ => format!("{name} and {} more", count - 1),
    }
}

fn purged_text(answers: usize) -> String {
    match answers {
        0 => String::new(),
        1 => ": 1 cached answer purged".to_owned(),
        _ => format!(": {answers} cached answers purged"),
    }
}
