//! What a path asks for: a script, a file, or nothing that may be had.
//!
//! The way of `try_files $uri $uri/index.php /index.php`, with `PATH_INFO`. Nothing outside the document
//! root is reached: the path is taken apart and checked first, and what the file system made of it is
//! checked again, so that no link leads out.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::settings::Settings;

/// What answers a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// PHP runs a script.
    Script(Script),
    /// A file as it is.
    File(PathBuf),
    /// The path of a folder lacks its last slash.
    Slash,
    /// The status of what can't be had.
    Refused(u16),
}

/// The script that answers a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Script {
    /// Its name below the document root, with a leading slash.
    pub(crate) name: String,
    /// What follows the script in the path; empty means there is none.
    pub(crate) path_info: String,
}

/// What answers a request for `path`, which is decoded.
pub(crate) fn resolve(settings: &Settings, path: &str) -> Target {
    if !settings.scripts {
        return Target::Script(front_controller(settings, path));
    }
    let Some(segments) = segments(path) else { return Target::Refused(400) };
    if segments.iter().enumerate().any(|(index, segment)| is_private(&segments[..index], segment)) {
        return Target::Refused(404);
    }
    let Ok(root) = settings.document_root.canonicalize() else { return Target::Refused(404) };
    // Where there's no such file, the front controller decides; where a link leads out, nothing does.
    let inside = |file: &Path| file.canonicalize().is_ok_and(|file| file.starts_with(&root));
    let mut file = root.clone();
    for (index, segment) in segments.iter().enumerate() {
        file.push(segment);
        if is_php(segment) && file.is_file() {
            return if inside(&file) { script(&segments, index, path) } else { Target::Refused(404) };
        }
    }
    if file.is_file() {
        return if inside(&file) { Target::File(file) } else { Target::Refused(404) };
    }
    if file.is_dir() && !segments.is_empty() {
        if !inside(&file) {
            return Target::Refused(404);
        }
        let index = ["index.php", "index.html"].iter().find(|name| file.join(name).is_file());
        return match index {
            Some(_) if !path.ends_with('/') => Target::Slash,
            Some(_) if !inside(&file.join("index.php")) && !inside(&file.join("index.html")) => {
                Target::Refused(404)
            }
            Some(&"index.php") => Target::Script(Script {
                name: format!("/{}/index.php", segments.join("/")),
                path_info: String::new(),
            }),
            Some(name) => Target::File(file.join(name)),
            None => fallback(settings, path),
        };
    }
    if segments.is_empty() && !settings.front_controller_file().is_file() {
        let page = root.join("index.html");
        return if page.is_file() && inside(&page) { Target::File(page) } else { Target::Refused(404) };
    }
    fallback(settings, path)
}

fn fallback(settings: &Settings, path: &str) -> Target {
    if settings.front_controller_file().is_file() {
        Target::Script(front_controller(settings, path))
    } else {
        Target::Refused(404)
    }
}

/// The front controller, with what follows its name if the path names it.
fn front_controller(settings: &Settings, path: &str) -> Script {
    let name = settings.front_controller.clone();
    let path_info = match path.strip_prefix(name.as_str()) {
        Some(rest) if rest.starts_with('/') => rest.to_owned(),
        _ => String::new(),
    };
    Script { name, path_info }
}

fn script(segments: &[&str], index: usize, path: &str) -> Target {
    let name = format!("/{}", segments[..=index].join("/"));
    let mut path_info = String::new();
    for segment in &segments[index + 1..] {
        path_info.push('/');
        path_info.push_str(segment);
    }
    if path.ends_with('/') {
        path_info.push('/');
    }
    Target::Script(Script { name, path_info })
}

/// The parts of a path, none of which leads anywhere but down; `None` if one would.
fn segments(path: &str) -> Option<Vec<&str>> {
    if path.contains(['\0', '\\']) {
        return None;
    }
    let segments: Vec<&str> = path.split('/').filter(|segment| !matches!(*segment, "" | ".")).collect();
    (!segments.contains(&"..")).then_some(segments)
}

/// Files that belong to an application and to no viewer.
fn is_private(above: &[&str], name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    let hidden = lower.starts_with('.') && !(above.is_empty() && lower == ".well-known");
    hidden
        || matches!(lower.as_str(), "composer.json" | "composer.lock" | "wp-config.php" | "package-lock.json")
        || ends(&[".sql", ".inc", ".bak", ".log", ".phar", "~"])
        // What viewers uploaded is never run.
        || (is_php(name) && above.iter().any(|folder| matches!(*folder, "uploads" | "upload")))
}

fn is_php(name: &str) -> bool {
    name.len() > 4 && name.to_ascii_lowercase().ends_with(".php")
}

/// A path with its escapes undone; an escape that is none stays.
pub(crate) fn decode(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let bytes = path.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let digit = |at: usize| bytes.get(at).and_then(|&byte| char::from(byte).to_digit(16));
        match (bytes[index], digit(index + 1), digit(index + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high << 4 | low).unwrap_or_default());
                index += 3;
            }
            (byte, ..) => {
                decoded.push(byte);
                index += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

/// Takes an arbitrary path apart: whatever is let through leads down.
///
/// # Panics
/// If it led elsewhere: that is what it looks for.
pub fn fuzz(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let path = decode(&text);
    for segment in segments(&path).into_iter().flatten() {
        assert!(!matches!(segment, "" | "." | ".."), "a segment that leads elsewhere");
        assert!(!segment.contains(['/', '\\', '\0']), "a segment that is several");
    }
}

#[cfg(test)]
mod tests;
