//! Which paths of a document root the bucket can answer: folders without PHP, and plain files.

use std::fs;
use std::path::Path;

use crate::Framework;

/// Path patterns for cache behaviors, in a stable order.
///
/// CloudFront allows 25 behaviors to a distribution; more than [`PATTERNS`] are not made up.
pub(crate) fn patterns(root: &Path, framework: Framework) -> Vec<String> {
    if framework == Framework::WordPress {
        return WORDPRESS.iter().map(|pattern| (*pattern).to_owned()).collect();
    }
    let mut patterns: Vec<String> = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(root).into_iter().flatten().flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let hidden = name.starts_with('.') && name != ".well-known";
        if hidden || NOT_PUBLIC.contains(&name.as_str()) {
            continue;
        }
        let path = entry.path();
        if path.is_dir() {
            if is_static(&path, DEPTH) {
                patterns.push(format!("{name}/*"));
            }
        } else if is_asset(&name) {
            patterns.push(name);
        }
    }
    patterns.truncate(PATTERNS);
    patterns
}

/// A folder with something to serve in it, and no PHP however deep.
fn is_static(folder: &Path, depth: usize) -> bool {
    let mut assets = false;
    let mut open = vec![(folder.to_path_buf(), depth)];
    while let Some((folder, depth)) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.path().extension().is_some_and(|extension| extension.eq_ignore_ascii_case("php")) {
                return false;
            }
            assets |= is_asset(&name);
            if depth > 0 && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                open.push((entry.path(), depth - 1));
            }
        }
    }
    assets
}

fn is_asset(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    name == "robots.txt" || ASSETS.iter().any(|extension| lower.ends_with(extension))
}

const ASSETS: [&str; 16] = [
    ".css",
    ".js",
    ".mjs",
    ".map",
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".svg",
    ".webp",
    ".avif",
    ".ico",
    ".woff",
    ".woff2",
    ".ttf",
    ".webmanifest",
];
/// Folders of a project that is its own document root.
const NOT_PUBLIC: [&str; 7] = ["vendor", "node_modules", "tests", "src", "config", "docs", "var"];
const PATTERNS: usize = 15;
const DEPTH: usize = 6;
const WORDPRESS: [&str; 12] = [
    "wp-admin/css/*",
    "wp-admin/js/*",
    "wp-admin/images/*",
    "wp-includes/*.css",
    "wp-includes/*.js",
    "wp-includes/fonts/*",
    "wp-includes/images/*",
    "wp-content/uploads/*",
    "wp-content/*.css",
    "wp-content/*.js",
    "wp-content/*.png",
    "wp-content/*.svg",
];
