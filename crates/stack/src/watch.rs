//! Watches folders for edits: the kernel's many events in, one list of changed paths out.
//!
//! Folders are watched one by one and not as a tree, because the state folder lies among them:
//! the telemetry store writes there at every request.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::ModifyKind;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;

/// Paths that changed within a moment of one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) paths: Vec<PathBuf>,
}

/// Watches until dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    watcher: RecommendedWatcher,
    events: mpsc::UnboundedReceiver<notify::Event>,
    ignored: Vec<PathBuf>,
    folders: usize,
}

impl Watch {
    /// Watches `roots` (folders and files) with all that is below, but not `ignored`.
    ///
    /// # Errors
    /// The kernel's, when it has no watches to give.
    pub(crate) fn new(roots: &[PathBuf], ignored: Vec<PathBuf>) -> notify::Result<Self> {
        let (sender, events) = mpsc::unbounded_channel();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if let Ok(event) = event
                && is_edit(event.kind)
            {
                // The receiver is gone only while the stack ends.
                let _ = sender.send(event);
            }
        })?;
        let mut watch = Self { watcher, events, ignored, folders: 0 };
        for root in roots {
            watch.add(root)?;
        }
        Ok(watch)
    }

    /// The next edit; events that follow within [`SETTLED`] belong to it. `None` never comes while
    /// the watcher lives.
    pub(crate) async fn next(&mut self) -> Option<Edit> {
        loop {
            let first = self.events.recv().await?;
            let mut paths = BTreeSet::new();
            self.take(first, &mut paths);
            while let Ok(Some(event)) = tokio::time::timeout(SETTLED, self.events.recv()).await {
                self.take(event, &mut paths);
            }
            if !paths.is_empty() {
                return Some(Edit { paths: paths.into_iter().collect() });
            }
        }
    }

    fn take(&mut self, event: notify::Event, paths: &mut BTreeSet<PathBuf>) {
        for path in event.paths {
            if self.is_ignored(&path) {
                continue;
            }
            if matches!(event.kind, EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(_)))
                && path.is_dir()
            {
                // Files written into a new folder before it was watched are part of this edit.
                let _ = self.add(&path);
            }
            paths.insert(path);
        }
    }

    fn add(&mut self, path: &Path) -> notify::Result<()> {
        let mut open = vec![path.to_path_buf()];
        while let Some(path) = open.pop() {
            if self.is_ignored(&path) || self.folders >= FOLDERS {
                continue;
            }
            self.watcher.watch(&path, RecursiveMode::NonRecursive)?;
            self.folders += 1;
            let Ok(entries) = std::fs::read_dir(&path) else { continue };
            open.extend(
                entries
                    .flatten()
                    .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
                    .map(|entry| entry.path()),
            );
        }
        Ok(())
    }

    fn is_ignored(&self, path: &Path) -> bool {
        self.ignored.iter().any(|ignored| path.starts_with(ignored))
            || path.components().any(|part| NEVER.iter().any(|name| part.as_os_str() == *name))
    }
}

/// Whether the event means that a file's content or name is another than before.
fn is_edit(kind: EventKind) -> bool {
    match kind {
        EventKind::Create(_) | EventKind::Remove(_) => true,
        EventKind::Modify(kind) => !matches!(kind, ModifyKind::Metadata(_)),
        EventKind::Any | EventKind::Access(_) | EventKind::Other => false,
    }
}

/// Editors write, rename and touch within a few milliseconds; a person presses reload after more.
const SETTLED: Duration = Duration::from_millis(20);
/// Folders that no request is answered from and that hold many thousand others.
const NEVER: [&str; 3] = [".git", "node_modules", ".davy"];
/// The kernel's default allows some ten thousand watches and more to a user; leave the others theirs.
const FOLDERS: usize = 8_192;

#[cfg(test)]
mod tests;
