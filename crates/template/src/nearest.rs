//! The known name that a mistaken one was probably meant to be.

/// The nearest of `known`, if it is near enough to be worth asking about.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edits (insert, remove, replace, swap neighbours) between the two, capitals apart.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().take(LENGTH_MAXIMUM).flat_map(char::to_lowercase).collect();
    let right: Vec<char> = right.chars().take(LENGTH_MAXIMUM).flat_map(char::to_lowercase).collect();
    let mut before_last = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, from) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, to) in right.iter().enumerate() {
            let replaced = last[column] + usize::from(from != to);
            let mut best = replaced.min(last[column + 1] + 1).min(current[column] + 1);
            let swapped = row > 0 && column > 0 && left[row - 1] == *to && right[column - 1] == *from;
            if swapped {
                let two_back: &Vec<usize> = &before_last;
                best = best.min(two_back[column - 1] + 1);
            }
            current.push(best);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last[right.len()]
}

/// Longer names are compared by their beginning.
const LENGTH_MAXIMUM: usize = 80;
