//! `.gitignore`'s rules: lines into patterns, patterns over paths.
//!
//! Source: gitignore(5). The last pattern that matches decides; `!` takes back.

#[cfg(test)]
mod tests;

/// The patterns of one file, in their order.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    patterns: Vec<Pattern>,
}

/// What rules say of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It stays out.
    Ignored,
    /// It was taken back by a `!`.
    Kept,
    /// No rule names it.
    Unnamed,
}

#[derive(Clone, Debug)]
struct Pattern {
    segments: Vec<String>,
    /// Whether it matches from the rules' folder on, not at any depth.
    anchored: bool,
    folders_only: bool,
    kept: bool,
}

impl Rules {
    /// Reads a file's text. Lines that are no patterns are passed over, as git does.
    pub fn parse(text: &str) -> Rules {
        Rules { patterns: text.lines().filter_map(Pattern::parse).collect() }
    }

    /// What the rules say of a path, which is relative to their folder.
    pub fn verdict(&self, path: &str, is_folder: bool) -> Verdict {
        let segments: Vec<&str> = path.split('/').collect();
        let decides = |pattern: &&Pattern| (is_folder || !pattern.folders_only) && pattern.matches(&segments);
        match self.patterns.iter().rev().find(decides) {
            Some(pattern) if pattern.kept => Verdict::Kept,
            Some(_) => Verdict::Ignored,
            None => Verdict::Unnamed,
        }
    }
}

impl Pattern {
    fn parse(line: &str) -> Option<Pattern> {
        let line = line.trim_end_matches('\r');
        // A blank at the end counts only behind a backslash.
        let line = if line.ends_with("\\ ") { line } else { line.trim_end_matches(' ') };
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let (kept, line) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest));
        let line = line.strip_prefix('\\').filter(|rest| rest.starts_with(['#', '!'])).unwrap_or(line);
        let folders_only = line.ends_with('/');
        let body = line.trim_end_matches('/');
        let anchored = body.contains('/');
        let segments: Vec<String> = body.trim_start_matches('/').split('/').map(str::to_owned).collect();
        (!body.is_empty()).then_some(Pattern { segments, anchored, folders_only, kept })
    }

    fn matches(&self, path: &[&str]) -> bool {
        let segments: Vec<&str> = self.segments.iter().map(String::as_str).collect();
        match (self.anchored, path.last()) {
            (true, _) => matches_segments(&segments, path),
            (false, Some(name)) => matches_segment(segments[0].as_bytes(), name.as_bytes()),
            (false, None) => false,
        }
    }
}

/// `**` stands for any number of segments.
fn matches_segments(pattern: &[&str], path: &[&str]) -> bool {
    match pattern {
        [] => path.is_empty(),
        // At the end it is everything inside, but not the folder itself.
        ["**"] => !path.is_empty(),
        ["**", rest @ ..] => (0..=path.len()).any(|skipped| matches_segments(rest, &path[skipped..])),
        [first, rest @ ..] => match path {
            [name, below @ ..] => {
                matches_segment(first.as_bytes(), name.as_bytes()) && matches_segments(rest, below)
            }
            [] => false,
        },
    }
}

/// `*`, `?`, `[a-z]` and `\` within one segment. One star is gone back to at most: time is bounded.
fn matches_segment(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut read) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while read < name.len() {
        if pattern.get(at) == Some(&b'*') {
            star = Some((at + 1, read));
            at += 1;
            continue;
        }
        if let Some(length) = matches_one(&pattern[at.min(pattern.len())..], name[read]) {
            at += length;
            read += 1;
            continue;
        }
        let Some((after, from)) = star else { return false };
        at = after;
        read = from + 1;
        star = Some((after, read));
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

/// How much of the pattern takes this byte.
fn matches_one(pattern: &[u8], byte: u8) -> Option<usize> {
    match pattern {
        [] => None,
        [b'?', ..] => Some(1),
        [b'\\', escaped, ..] => (*escaped == byte).then_some(2),
        [b'[', set @ ..] => {
            let end = set.iter().skip(1).position(|next| *next == b']')? + 1;
            let (negated, members) = match &set[..end] {
                [b'!' | b'^', members @ ..] => (true, members),
                members => (false, members),
            };
            (in_set(members, byte) != negated).then_some(end + 2)
        }
        [literal, ..] => (*literal == byte).then_some(1),
    }
}

fn in_set(members: &[u8], byte: u8) -> bool {
    let mut rest = members;
    while let [first, others @ ..] = rest {
        if let [b'-', last, after @ ..] = others {
            if (*first..=*last).contains(&byte) {
                return true;
            }
            rest = after;
        } else {
            if *first == byte {
                return true;
            }
            rest = others;
        }
    }
    false
}
