//! A trace's spans into the order in which a person reads them: each hop above what it caused.

use std::collections::{HashMap, HashSet};

use trace::{SegmentId, Span};

/// The spans depth first, siblings by their start, each with its depth. A span whose parent is not
/// there begins a tree of its own.
pub fn tree(spans: &[Span]) -> Vec<(usize, &Span)> {
    let known: HashSet<SegmentId> = spans.iter().map(|span| span.id).collect();
    let mut children: HashMap<Option<SegmentId>, Vec<&Span>> = HashMap::new();
    for span in spans {
        let parent = span.parent.filter(|parent| known.contains(parent) && *parent != span.id);
        children.entry(parent).or_default().push(span);
    }
    for siblings in children.values_mut() {
        // A stack: what is pushed last is read first.
        siblings.sort_by_key(|span| std::cmp::Reverse((span.start, span.hop)));
    }
    let mut waiting: Vec<(usize, &Span)> =
        children.remove(&None).unwrap_or_default().into_iter().map(|span| (0, span)).collect();
    let mut ordered = Vec::with_capacity(spans.len());
    // Each list of children is taken once, so that parents in a circle, or an id that is there
    // twice, end.
    while let Some((depth, span)) = waiting.pop() {
        ordered.push((depth, span));
        let inner = children.remove(&Some(span.id)).unwrap_or_default();
        waiting.extend(inner.into_iter().map(|child| (depth + 1, child)));
    }
    let mut circles: Vec<&Span> = children.into_values().flatten().collect();
    circles.sort_by_key(|span| span.start);
    ordered.extend(circles.into_iter().map(|span| (0, span)));
    ordered
}

#[cfg(test)]
mod tests;
