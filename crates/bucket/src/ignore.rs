//! Which files of a folder stay out of its bucket.
//!
//! Never in: `*.php`, and dot files but `.well-known/`. Besides these, what `.davyignore` names, in
//! gitignore's syntax; its `!` takes back a line of its own, not one of these two rules.

use std::path::Path;

/// The lines of a `.davyignore`.
#[derive(Clone, Debug, Default)]
pub struct Ignore {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    /// The pattern's segments; `**` is any number of them.
    segments: Vec<String>,
    negated: bool,
    folders_only: bool,
}

impl Ignore {
    /// Reads the lines: blank ones and those that begin with `#` say nothing.
    pub fn parse(text: &str) -> Self {
        Self { rules: text.lines().filter_map(Rule::parse).collect() }
    }

    /// Whether the file at `path`, relative to the folder that holds `.davyignore`, stays out: for
    /// itself or for a folder that it is in.
    pub fn ignores(&self, path: &Path) -> bool {
        let segments: Vec<String> =
            path.iter().map(|segment| segment.to_string_lossy().into_owned()).collect();
        let hidden = |segment: &String| segment.starts_with('.') && segment != WELL_KNOWN;
        let php = segments.last().is_some_and(|file| file.to_ascii_lowercase().ends_with(".php"));
        if php || segments.iter().any(hidden) {
            return true;
        }
        (1..=segments.len()).any(|depth| self.names(&segments[..depth], depth < segments.len()))
    }

    /// Whether the lines themselves name the file or folder at `path`, whatever stays out of a
    /// bucket besides: what a function's zip would not hold.
    pub fn lists(&self, path: &Path, folder: bool) -> bool {
        let segments: Vec<String> =
            path.iter().map(|segment| segment.to_string_lossy().into_owned()).collect();
        self.names(&segments, folder)
    }

    /// The last line that matches decides, as in git.
    fn names(&self, segments: &[String], folder: bool) -> bool {
        let decisive = self.rules.iter().rev().find(|rule| rule.matches(segments, folder));
        decisive.is_some_and(|rule| !rule.negated)
    }
}

impl Rule {
    fn parse(line: &str) -> Option<Self> {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let (negated, line) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest));
        let (folders_only, line) = line.strip_suffix('/').map_or((false, line), |rest| (true, rest));
        // A slash inside ties the pattern to the top; without one it may match at any depth.
        let mut segments: Vec<String> = if line.contains('/') { Vec::new() } else { vec!["**".to_owned()] };
        segments.extend(line.trim_start_matches('/').split('/').map(str::to_owned));
        Some(Self { segments, negated, folders_only })
    }

    fn matches(&self, segments: &[String], folder: bool) -> bool {
        (folder || !self.folders_only) && path_matches(&self.segments, segments)
    }
}

fn path_matches(pattern: &[String], path: &[String]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first == "**" => {
            (0..=path.len()).any(|skipped| path_matches(rest, &path[skipped..]))
        }
        (Some((first, pattern)), Some((segment, path))) => {
            let (first, segment): (Vec<char>, Vec<char>) =
                (first.chars().collect(), segment.chars().collect());
            name_matches(&first, &segment) && path_matches(pattern, path)
        }
        _ => false,
    }
}

/// One segment: `*`, `?`, `[a-z]`, `[!a-z]` and `\` before a character that means itself.
fn name_matches(pattern: &[char], name: &[char]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        (['*', rest @ ..], _) => (0..=name.len()).any(|skipped| name_matches(rest, &name[skipped..])),
        (['?', pattern @ ..], [_, name @ ..]) => name_matches(pattern, name),
        (['\\', expected, pattern @ ..], [found, name @ ..]) => {
            expected == found && name_matches(pattern, name)
        }
        (['[', class @ ..], [found, rest @ ..]) => match class.iter().skip(1).position(|end| *end == ']') {
            Some(end) => in_class(&class[..=end], *found) && name_matches(&class[end + 2..], rest),
            None => *found == '[' && name_matches(class, rest),
        },
        ([expected, pattern @ ..], [found, name @ ..]) => expected == found && name_matches(pattern, name),
        _ => false,
    }
}

fn in_class(class: &[char], found: char) -> bool {
    let (negated, mut class) = match class {
        ['!' | '^', rest @ ..] => (true, rest),
        _ => (false, class),
    };
    let mut inside = false;
    while let [first, rest @ ..] = class {
        (inside, class) = match rest {
            ['-', last, rest @ ..] => (inside || (*first..=*last).contains(&found), rest),
            _ => (inside || *first == found, rest),
        };
    }
    inside != negated
}

/// The one dot folder that is public by purpose (RFC 8615).
const WELL_KNOWN: &str = ".well-known";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &str, ignored: &[&str], kept: &[&str]) {
        let ignore = Ignore::parse(lines);
        for path in ignored {
            assert!(ignore.ignores(Path::new(path)), "{path} should stay out");
        }
        for path in kept {
            assert!(!ignore.ignores(Path::new(path)), "{path} should go in");
        }
    }

    #[test]
    fn code_and_dot_files_never_go_in() {
        check(
            "!*.php\n!.env",
            &["index.php", "a/b.PHP", ".env", ".git/config", "a/.htaccess", ".well-known/.secret"],
            &["index.html", ".well-known/security.txt", "a.php.txt"],
        );
    }

    #[test]
    fn names_match_at_any_depth_and_paths_from_the_top() {
        check(
            "*.map\nnode_modules/",
            &["a.map", "x/y/a.map", "node_modules/x.js", "a/node_modules/x.js"],
            &["map", "node_modules"],
        );
        check(
            "/top.txt\nbuild/*.tmp",
            &["top.txt", "build/a.tmp"],
            &["a/top.txt", "a/build/a.tmp", "build/a/b.tmp"],
        );
        check("docs/**/draft\n**/tmp/x", &["docs/draft", "docs/a/b/draft", "tmp/x", "a/tmp/x"], &["draft"]);
    }

    #[test]
    fn the_last_line_decides() {
        check("*.txt\n!keep.txt\n# a comment\n", &["a.txt"], &["keep.txt", "x/keep.txt"]);
        check("private/\n!private/open.txt", &["private/open.txt"], &[]);
    }

    #[test]
    fn classes_and_escapes() {
        check("[a-c]?.txt\n\\#x\n\\!y", &["b1.txt", "#x", "!y"], &["d1.txt", "b.txt", "#xx"]);
        check("[!a-c].txt\nx[", &["d.txt", "x["], &["a.txt"]);
        check("[]]", &["]"], &["a"]);
    }
}
