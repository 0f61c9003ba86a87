//! One trace as a waterfall: a line per hop, its bar at its time.
//!
//! ```text
//! 1-5759e988-bd862e3fe1be46a994272793  2026-11-24T21:40:00.000Z  142 ms
//!
//! edge Site                 142 ms  ████████████████████████████████████  cache Miss
//!   gateway Api             140 ms  ▐███████████████████████████████████
//!     lambda Website        139 ms   ██████████████████████████████████▌
//!       initialization     80.0 ms   ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
//!       invocation         55.1 ms                       █████████████
//! ```

use std::time::Duration;

use trace::{Hop, Outcome, Span, Timestamp};

use super::line::{Line, Role, fit, harmless};
use super::units;
use crate::tree::tree;

/// Draws a trace within `width` columns. No lines for no spans.
pub fn waterfall(spans: &[Span], width: usize) -> Vec<Line> {
    let (Some(start), Some(end)) =
        (spans.iter().map(|span| span.start).min(), spans.iter().map(|span| span.end).max())
    else {
        return Vec::new();
    };
    let rows = tree(spans);
    let labels: Vec<String> = rows.iter().map(|(depth, span)| label(*depth, span)).collect();
    let longest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    let label_width = longest.clamp(12, (width / 2).saturating_sub(DURATION).max(12));
    let bar_width = width.saturating_sub(label_width + DURATION + 2).clamp(10, 80);
    let scale = Scale { start, whole: end.since(start), cells: bar_width };

    let mut lines = vec![head(&spans[0], &scale), Line::default()];
    for ((depth, span), label) in rows.iter().zip(&labels) {
        lines.push(
            Line::default()
                .with(Role::Hop(span.hop), fit(label, label_width))
                .with(Role::Plain, format!("{:>DURATION$}  ", units::duration(span.duration())))
                .with(bar_role(span), scale.bar(span)),
        );
        let margin = depth * 2 + 2;
        for note in notes(span, width.saturating_sub(margin)) {
            lines.push(Line::default().with(Role::Plain, " ".repeat(margin)).with(note_role(span), note));
        }
    }
    let margin = " ".repeat(label_width + DURATION + 2);
    lines.push(Line::default().with(Role::Plain, margin).with(Role::Dim, scale.ticks()));
    lines
}

fn head(span: &Span, scale: &Scale) -> Line {
    Line::default()
        .with(Role::Strong, span.trace.to_string())
        .with(Role::Dim, format!("  {}  ", scale.start))
        .with(Role::Strong, units::duration(scale.whole))
}

fn label(depth: usize, span: &Span) -> String {
    let indent = " ".repeat(depth.min(DEPTH_MAX) * 2);
    format!("{indent}{} {}", span.hop.name(), harmless(&span.name))
}

fn bar_role(span: &Span) -> Role {
    if span.outcome == Outcome::Ok { Role::Hop(span.hop) } else { Role::of(span.outcome) }
}

fn note_role(span: &Span) -> Role {
    if span.outcome == Outcome::Ok { Role::Dim } else { Role::of(span.outcome) }
}

/// The annotations in as many lines as they need.
fn notes(span: &Span, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let outcome = (span.outcome != Outcome::Ok).then(|| span.outcome.name().to_owned());
    let annotations = span.annotations.iter().map(|(key, value)| format!("{key} {}", harmless(value)));
    for note in outcome.into_iter().chain(annotations) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 3 + note.chars().count() <= width => {
                line.push_str(" · ");
                line.push_str(&note);
            }
            _ => lines.push(fit(&note, note.chars().count().min(width))),
        }
    }
    lines
}

/// Maps time to cells, half a cell at a time.
struct Scale {
    start: Timestamp,
    whole: Duration,
    cells: usize,
}

impl Scale {
    fn bar(&self, span: &Span) -> String {
        let first = self.halves(span.start.since(self.start)).min(self.cells * 2 - 1);
        let last = self.halves(span.end.since(self.start)).max(first + 1);
        let full = if span.hop == Hop::Initialization { '▒' } else { '█' };
        let mut bar = " ".repeat(first / 2);
        if first % 2 == 1 {
            bar.push(if full == '█' { '▐' } else { full });
        }
        bar.extend(std::iter::repeat_n(full, (last / 2).saturating_sub(first.div_ceil(2))));
        if last % 2 == 1 && last / 2 >= first.div_ceil(2) {
            bar.push('▌');
        }
        bar
    }

    fn halves(&self, time: Duration) -> usize {
        let halves = self.cells as u128 * 2;
        let position = (time.as_micros() * halves + self.whole.as_micros() / 2)
            .checked_div(self.whole.as_micros())
            .unwrap_or(0);
        usize::try_from(position.min(halves)).unwrap_or(0)
    }

    /// `0`, the half and the whole, below the bars.
    fn ticks(&self) -> String {
        let (middle, end) = (units::duration(self.whole / 2), units::duration(self.whole));
        let half = self.cells / 2;
        let left = fit("0", half.saturating_sub(middle.chars().count() / 2));
        let right = self.cells.saturating_sub(left.chars().count() + middle.chars().count());
        format!("{left}{middle}{end:>right$}")
    }
}

/// Columns of a duration, a blank before it included.
const DURATION: usize = 10;

/// Deeper trees don't move further to the right.
const DEPTH_MAX: usize = 12;

#[cfg(test)]
mod tests;
