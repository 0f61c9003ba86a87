//! A file of the document root as a response: its type, validators and ranges.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use events::function::Request;
use trace::Timestamp;

/// A response that no script made.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Ready {
    pub(crate) status: u16,
    pub(crate) fields: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Ready {
    /// A short text that says a status.
    pub(crate) fn plain(status: u16, text: &str) -> Self {
        let fields = vec![("Content-Type", "text/plain; charset=utf-8".to_owned())];
        Self { status, fields, body: format!("{text}\n").into_bytes() }
    }

    /// The way to a folder's path with its slash.
    pub(crate) fn redirect(location: String) -> Self {
        Self { status: 301, fields: vec![("Location", location)], body: Vec::new() }
    }
}

/// The file, as much of it as the request wants.
pub(crate) fn respond(path: &Path, request: &Request<'_>) -> io::Result<Ready> {
    if !matches!(&*request.method, "GET" | "HEAD") {
        let mut refusal = Ready::plain(405, "Only GET and HEAD read a file.");
        refusal.fields.push(("Allow", "GET, HEAD".to_owned()));
        return Ok(refusal);
    }
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    let size = metadata.size();
    let modified = u64::try_from(metadata.mtime()).unwrap_or_default();
    let (tag, date) = (format!("\"{modified:x}-{size:x}\""), http_date(modified));
    let wanted = decide(&Conditions::of(request), size, &tag, &date);
    let mut ready = Ready { status: wanted.status(), ..Ready::default() };
    ready.fields.push(("ETag", tag));
    ready.fields.push(("Last-Modified", date));
    ready.fields.push(("Accept-Ranges", "bytes".to_owned()));
    let (start, end) = match wanted {
        Wanted::Nothing => return Ok(ready),
        Wanted::Impossible => {
            ready.fields.push(("Content-Range", format!("bytes */{size}")));
            return Ok(ready);
        }
        Wanted::All => (0, size),
        Wanted::Part { start, end } => {
            ready.fields.push(("Content-Range", format!("bytes {start}-{}/{size}", end - 1)));
            (start, end)
        }
    };
    ready.fields.push(("Content-Type", content_type(path).to_owned()));
    ready.fields.push(("Content-Length", (end - start).to_string()));
    if request.method != "HEAD" {
        if end - start > READ_MAX {
            return Ok(Ready::plain(
                413,
                "This file is larger than Lambda carries in one answer; ask for ranges of it, or put it into a bucket.",
            ));
        }
        file.seek(SeekFrom::Start(start))?;
        file.take(end - start).read_to_end(&mut ready.body)?;
    }
    Ok(ready)
}

/// What a request says of the copy that its sender has.
#[derive(Clone, Copy, Debug, Default)]
struct Conditions<'a> {
    if_none_match: Option<&'a str>,
    if_modified_since: Option<&'a str>,
    if_range: Option<&'a str>,
    range: Option<&'a str>,
}

impl<'a> Conditions<'a> {
    fn of(request: &'a Request<'_>) -> Self {
        Self {
            if_none_match: request.header("if-none-match"),
            if_modified_since: request.header("if-modified-since"),
            if_range: request.header("if-range"),
            range: request.header("range"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Nothing,
    All,
    Part { start: u64, end: u64 },
    Impossible,
}

impl Wanted {
    const fn status(self) -> u16 {
        match self {
            Self::Nothing => 304,
            Self::All => 200,
            Self::Part { .. } => 206,
            Self::Impossible => 416,
        }
    }
}

/// Source: RFC 9110, 13.2.2 and 14.2. Several ranges at once are answered with all, as it allows.
fn decide(conditions: &Conditions<'_>, size: u64, tag: &str, date: &str) -> Wanted {
    let unchanged = match (conditions.if_none_match, conditions.if_modified_since) {
        (Some(tags), _) => tags.split(',').any(|known| matches!(known.trim(), "*") || weak(known) == tag),
        (None, Some(since)) => since == date,
        (None, None) => false,
    };
    if unchanged {
        return Wanted::Nothing;
    }
    match conditions.range {
        Some(range) if conditions.if_range.is_none_or(|known| known == tag || known == date) => {
            part(range, size)
        }
        _ => Wanted::All,
    }
}

fn weak(tag: &str) -> &str {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag)
}

fn part(range: &str, size: u64) -> Wanted {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-'))
    else {
        return Wanted::All;
    };
    let (start, end) = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last.saturating_add(1)),
        (Ok(first), Err(_)) if last.is_empty() => (first, size),
        (Err(_), Ok(length)) if first.is_empty() => (size.saturating_sub(length), size),
        _ => return Wanted::All,
    };
    let end = end.min(size);
    if start >= end { Wanted::Impossible } else { Wanted::Part { start, end } }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
fn http_date(seconds: u64) -> String {
    // 2023-11-14T22:13:20.000Z
    let iso = Timestamp::from_millis(seconds * 1_000).to_string();
    let number = |range: std::ops::Range<usize>| iso[range].parse::<usize>().unwrap_or_default();
    let weekday = WEEKDAYS[usize::try_from((seconds / 86_400 + 4) % 7).unwrap_or_default()];
    let month = MONTHS[number(5..7).saturating_sub(1) % 12];
    format!("{weekday}, {} {month} {} {} GMT", &iso[8..10], &iso[..4], &iso[11..19])
}

fn content_type(path: &Path) -> &'static str {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let extension = extension.to_ascii_lowercase();
    TYPES.iter().find(|(known, _)| *known == extension).map_or("application/octet-stream", |(_, name)| name)
}

const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Binary files become a third longer on the way, so no more of one fits.
const READ_MAX: u64 = 4_700_000;

const TYPES: &[(&str, &str)] = &[
    ("css", "text/css; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("htm", "text/html; charset=utf-8"),
    ("txt", "text/plain; charset=utf-8"),
    ("md", "text/markdown; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("xml", "application/xml"),
    ("json", "application/json"),
    ("map", "application/json"),
    ("webmanifest", "application/manifest+json"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("avif", "image/avif"),
    ("ico", "image/x-icon"),
    ("bmp", "image/bmp"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
    ("ttf", "font/ttf"),
    ("otf", "font/otf"),
    ("pdf", "application/pdf"),
    ("zip", "application/zip"),
    ("gz", "application/gzip"),
    ("wasm", "application/wasm"),
    ("mp3", "audio/mpeg"),
    ("ogg", "audio/ogg"),
    ("wav", "audio/wav"),
    ("mp4", "video/mp4"),
    ("webm", "video/webm"),
];

#[cfg(test)]
mod tests;
