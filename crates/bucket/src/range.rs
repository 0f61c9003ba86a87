//! The `Range` header of a read → which bytes.

/// Which bytes of an object are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Range {
    /// All: no range, or one that S3 takes for none.
    Whole,
    /// `start` to `end`, both included.
    Part { start: u64, end: u64 },
    /// None that the object has.
    Unsatisfiable,
}

impl Range {
    /// Reads a header's value for an object of `size` bytes (facts B-022): one range is answered,
    /// several or malformed ones are as if there were none.
    pub(crate) fn parse(value: &str, size: u64) -> Self {
        let Some(range) = value.trim().strip_prefix("bytes=") else { return Self::Whole };
        let Some((first, last)) = range.split_once('-') else { return Self::Whole };
        match (number(first), number(last)) {
            _ if range.contains(',') => Self::Whole,
            (Some(start), Some(end)) if start > end => Self::Whole,
            (Some(start), _) if start >= size && (last.trim().is_empty() || number(last).is_some()) => {
                Self::Unsatisfiable
            }
            (Some(start), Some(end)) => Self::Part { start, end: end.min(size - 1) },
            (Some(start), None) if last.trim().is_empty() => Self::Part { start, end: size - 1 },
            (None, Some(count)) if first.trim().is_empty() => {
                if count == 0 || size == 0 {
                    return Self::Unsatisfiable;
                }
                Self::Part { start: size.saturating_sub(count), end: size - 1 }
            }
            _ => Self::Whole,
        }
    }
}

fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // More digits than fit are beyond every end.
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::Range::{self, Part, Unsatisfiable, Whole};

    #[test]
    fn b_022_ranges() {
        for (value, size, expected) in [
            ("bytes=0-4", 10, Part { start: 0, end: 4 }),
            ("bytes=4-", 10, Part { start: 4, end: 9 }),
            ("bytes=-4", 10, Part { start: 6, end: 9 }),
            ("bytes=-40", 10, Part { start: 0, end: 9 }),
            ("bytes=4-99999999999999999999999", 10, Part { start: 4, end: 9 }),
            ("bytes=10-", 10, Unsatisfiable),
            ("bytes=40-50", 10, Unsatisfiable),
            ("bytes=0-", 0, Unsatisfiable),
            ("bytes=-1", 0, Unsatisfiable),
            ("bytes=-0", 10, Unsatisfiable),
            ("bytes=5-4", 10, Whole),
            ("bytes=0-1,3-4", 10, Whole),
            ("bytes=a-b", 10, Whole),
            ("bytes=-", 10, Whole),
            ("items=0-1", 10, Whole),
            ("bytes=5", 10, Whole),
        ] {
            assert_eq!(Range::parse(value, size), expected, "{value} of {size}");
        }
    }
}
