use super::*;

#[track_caller]
fn check(pattern: &str, path: &str, expected: bool) {
    assert_eq!(matches(pattern, &normalized(path)), expected, "{pattern} against {path}");
}

fn chosen(patterns: &[&str], path: &str) -> Option<usize> {
    let behaviors: Vec<_> = patterns
        .iter()
        .map(|&pattern| CacheBehavior { path_pattern: pattern.to_owned(), ..CacheBehavior::new("site") })
        .collect();
    behavior_for(behaviors.iter(), path)
}

#[test]
fn e010_the_first_match_wins_however_general_it_is() {
    assert_eq!(chosen(&["*.css", "assets/style.css"], "/assets/style.css"), Some(0));
    assert_eq!(chosen(&["assets/style.css", "*.css"], "/assets/style.css"), Some(0));
    assert_eq!(chosen(&["*.png", "*.css"], "/assets/style.css"), Some(1));
    assert_eq!(chosen(&["*.png"], "/assets/style.css"), None);
}

#[test]
fn e011_a_star_is_any_run_and_a_question_mark_one_character() {
    check("assets/*", "/assets/a/b/c.png", true);
    check("*", "/", true);
    check("*.jpg", "/a/b.jpg", true);
    check("*.jpg", "/a/b.jpeg", false);
    check("a?c", "/abc", true);
    check("a?c", "/ac", false);
    check("a?c", "/abbc", false);
    check("a*b*c", "/aXbYbZc", true);
    check("[ab]+", "/a", false);
    check("a.c", "/abc", false);
}

#[test]
fn e012_the_leading_slash_is_optional() {
    check("/assets/*", "/assets/a", true);
    check("assets/*", "/assets/a", true);
}

#[test]
fn e013_case_matters() {
    check("assets/*", "/Assets/a", false);
    check("*.JPG", "/a.jpg", false);
}

#[test]
fn e015_the_normalised_path_is_compared() {
    check("/a*", "/a/b/..", true);
    check("/a/b*", "/a/b/..", false);
    check("/a/b*", "/x/..//a/./b", true);
    check("/a/*", "/%61/b", true);
    check("/*", "/../../..", true);
    assert_eq!(normalized("/a/b/.."), "/a/");
    assert_eq!(normalized("/a//b/"), "/a/b/");
    assert_eq!(normalized("/.."), "/");
    assert_eq!(normalized("/plain"), "/plain");
}

#[test]
fn e016_a_folder_pattern_wants_its_slash() {
    check("/assets/*", "/assets/", true);
    check("/assets/*", "/assets", false);
}

#[test]
fn a_pattern_of_many_stars_ends_soon() {
    let pattern = "*a".repeat(120);
    let path = format!("/{}b", "a".repeat(8_000));
    assert!(!matches(&pattern, &path));
}
