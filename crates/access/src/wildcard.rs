//! Patterns with `*` (any run of characters) and `?` (any one), as policies write them.

/// Whether the whole of `text` matches `pattern`.
///
/// Time is bounded by the product of both lengths: on a mismatch only the last `*` is tried again.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut position) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while position < text.len() {
        match pattern.get(at) {
            Some('*') => {
                retry = Some((at, position));
                at += 1;
            }
            Some(&expected) if expected == '?' || expected == text[position] => {
                at += 1;
                position += 1;
            }
            _ => {
                let Some((star, from)) = retry else { return false };
                retry = Some((star, from + 1));
                at = star + 1;
                position = from + 1;
            }
        }
    }
    pattern[at..].iter().all(|&rest| rest == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: bool) {
        assert_eq!(matches(pattern, text), expected, "{pattern} against {text}");
    }

    #[test]
    fn stars_and_question_marks() {
        check("*", "", true);
        check("s3:Get*", "s3:GetObject", true);
        check("s3:Get*", "s3:PutObject", false);
        check("arn:aws:s3:::b/*", "arn:aws:s3:::b", false);
        check("a?c", "abc", true);
        check("a?c", "ac", false);
        check("a?c", "aéc", true);
        check("*.css", "assets/a.css.css", true);
        check("a*b*c", "aXbYbZc", true);
        check("a*b*c", "aXbYbZ", false);
        check("***", "anything", true);
    }
}
