//! Traces as a table: one line each, the path taking what room is left.

use super::line::{Line, Role, fit, harmless};
use super::units;
use crate::{Start, TraceSummary};

/// A heading and a line per trace, within `width` columns where that is possible at all. Trace
/// ids stay whole, so that they can be copied.
pub fn trace_table(summaries: &[TraceSummary], width: usize) -> Vec<Line> {
    let path_width = width.saturating_sub(FIXED).max(16);
    let mut lines = Vec::with_capacity(summaries.len() + 1);
    if !summaries.is_empty() {
        let heading = format!(
            "{:TIME$}{:STATUS$}{:>DURATION$}  {:CACHE$}{:START$}{}TRACE",
            "TIME",
            "STATUS",
            "DURATION",
            "CACHE",
            "START",
            fit("REQUEST", path_width + 1)
        );
        lines.push(Line::default().with(Role::Dim, heading));
    }
    lines.extend(summaries.iter().map(|summary| row(summary, path_width)));
    lines
}

fn row(summary: &TraceSummary, path_width: usize) -> Line {
    let time = summary.start.to_string();
    let time = time.get(11..23).unwrap_or_default();
    let request = summary.request.as_ref();
    let status = request.map_or_else(|| summary.outcome.name().to_owned(), |one| one.status.to_string());
    let cache = request.and_then(|one| one.cache.as_ref()).map_or("", |cache| cache.result.as_str());
    let (start, start_role) = match summary.placement.as_ref().map(|placement| placement.start) {
        Some(Start::Cold { .. }) => ("cold", Role::Warning),
        Some(Start::Warm) => ("warm", Role::Dim),
        None => ("", Role::Dim),
    };
    let what = match (request, &summary.root) {
        (Some(one), _) => format!("{} {}", one.method, harmless(&one.path)),
        (None, Some((hop, name))) => format!("{} {}", hop.name(), harmless(name)),
        (None, None) => "under way".to_owned(),
    };
    Line::default()
        .with(Role::Dim, fit(time, TIME))
        .with(Role::of(summary.outcome), fit(&status, STATUS))
        .with(Role::Plain, format!("{:>DURATION$}  ", units::duration(summary.duration)))
        .with(Role::Plain, fit(cache, CACHE))
        .with(start_role, fit(start, START))
        .with(Role::Strong, fit(&what, path_width))
        .with(Role::Dim, format!(" {}", summary.trace))
}

const TIME: usize = 14;
const STATUS: usize = 8;
const DURATION: usize = 9;
const CACHE: usize = 12;
const START: usize = 6;

/// All columns but the request's: a trace id has 35 characters and a blank before it.
const FIXED: usize = TIME + STATUS + DURATION + 2 + CACHE + START + 36;

#[cfg(test)]
mod tests;
