use super::*;

#[track_caller]
fn check(rules: &str, path: &str, expected: Verdict) {
    let is_folder = path.ends_with('/');
    assert_eq!(
        Rules::parse(rules).verdict(path.trim_end_matches('/'), is_folder),
        expected,
        "{rules:?} {path}"
    );
}

#[test]
fn patterns_match_as_in_git() {
    use Verdict::{Ignored, Kept, Unnamed};
    check("*.log", "a.log", Ignored);
    check("*.log", "deep/er/a.log", Ignored);
    check("/a.log", "deep/a.log", Unnamed);
    check("node_modules/", "x/node_modules/", Ignored);
    check("build/", "build", Unnamed);
    check("var/cache", "var/cache/", Ignored);
    check("var/cache", "x/var/cache/", Unnamed);
    check("var/**/x", "var/x", Ignored);
    check("var/**/x", "var/a/b/x", Ignored);
    check("**/tests", "a/b/tests/", Ignored);
    check("tests/**", "tests/", Unnamed);
    check("tests/**", "tests/a", Ignored);
    check("*.md\n!README.md", "README.md", Kept);
    check("# a\n\n\\#b", "#b", Ignored);
    check("a?c", "abc", Ignored);
    check("[a-c]x", "bx", Ignored);
    check("[!a-c]x", "bx", Unnamed);
    check("a*b*c", "aXbXbXc", Ignored);
    check("a*b*c", "aXbXb", Unnamed);
    check(".env.*\r", ".env.local", Ignored);
}

#[test]
fn stars_do_not_run_away() {
    let pattern = "*a".repeat(200);
    check(&pattern, &"a".repeat(100), Verdict::Unnamed);
}
