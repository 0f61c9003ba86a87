//! A request's path turned into the behavior that takes it: the first whose pattern matches, else the
//! default one.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::config::CacheBehavior;

/// The position among `behaviors` of the first that takes `raw_path`; `None` means the default one.
///
/// Patterns are tried against the normalised path, query excluded (E-014, E-015).
pub(crate) fn behavior_for<'a>(
    mut behaviors: impl Iterator<Item = &'a CacheBehavior>,
    raw_path: &str,
) -> Option<usize> {
    let path = normalized(raw_path);
    behaviors.position(|behavior| matches(&behavior.path_pattern, &path))
}

/// Whether `pattern` describes the whole of `path`: `*` stands for any run of characters, `/` and
/// nothing included, and `?` for exactly one. A leading slash is optional in both.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    wildcard(without_slash(pattern).as_bytes(), without_slash(path).as_bytes())
}

/// Whether `pattern` with its `*` and `?` describes the whole of `text`.
///
/// Goes back to the last `*` alone, so its time is at most the product of both lengths.
pub(crate) fn wildcard(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut text_at) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while text_at < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                retry = Some((at + 1, text_at));
                at += 1;
            }
            Some(b'?') => {
                at += 1;
                text_at += 1;
            }
            Some(&byte) if byte == text[text_at] => {
                at += 1;
                text_at += 1;
            }
            _ => {
                let Some((after_star, consumed)) = retry else { return false };
                at = after_star;
                text_at = consumed + 1;
                retry = Some((after_star, text_at));
            }
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

/// The path as RFC 3986 normalises it: percent-encoding undone, repeated slashes joined, dot segments
/// resolved. For comparing only: what the origin gets is the raw path.
pub(crate) fn normalized(raw_path: &str) -> Cow<'_, str> {
    if !raw_path.contains('%') && !raw_path.contains("//") && !raw_path.contains("/.") {
        return Cow::Borrowed(raw_path);
    }
    let decoded = percent_decode_str(raw_path).decode_utf8_lossy();
    let mut segments: Vec<&str> = Vec::new();
    for segment in decoded.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            name => segments.push(name),
        }
    }
    let is_folder = ["/", "/.", "/.."].iter().any(|end| decoded.ends_with(end));
    let mut path = format!("/{}", segments.join("/"));
    if is_folder && !segments.is_empty() {
        path.push('/');
    }
    Cow::Owned(path)
}

fn without_slash(path: &str) -> &str {
    path.strip_prefix('/').unwrap_or(path)
}

#[cfg(test)]
mod tests;
