//! Small pictures: bars per minute, environments over time, rings of outcomes.

use std::fmt::Write as _;

use maud::{Markup, html};
use telemetry::Statistics;

use super::{counted, grouped};
use crate::history::{LENGTH, Moment};

/// One minute's requests.
#[derive(Clone, Copy, Default)]
pub(crate) struct Bar {
    pub(crate) good: u64,
    pub(crate) errors: u64,
    pub(crate) faults: u64,
}

impl Bar {
    const fn count(self) -> u64 {
        self.good + self.errors + self.faults
    }
}

/// A bar per minute, failures on top, the running minute at the right.
pub(crate) fn minutes(bars: &[Bar; 60]) -> Markup {
    let most = bars.iter().map(|bar| bar.count()).max().unwrap_or(0).max(1);
    // What is not nothing has a pixel at least.
    let height = |count: u64| (count * 44).div_ceil(most);
    let text = format!("Requests per minute in the last hour; the most were {}", grouped(most));
    html! {
        svg.minutes viewBox="0 0 480 48" preserveAspectRatio="none" role="img" aria-label=(text) {
            @for (place, bar) in bars.iter().enumerate() {
                @let (good, errors, faults) = (height(bar.good), height(bar.errors), height(bar.faults));
                g {
                    title {
                        (counted(bar.count(), "request")) ", " (bar.errors) " × 4xx, " (bar.faults) " × 5xx, " (59 - place) " min ago"
                    }
                    rect.ground x=(place * 8) y="0" width="7" height="48" {}
                    rect.ok x=(place * 8) y=(48_u64.saturating_sub(good)) width="7" height=(good) {}
                    rect.error x=(place * 8) y=(48_u64.saturating_sub(good + errors)) width="7" height=(errors) {}
                    rect.fault x=(place * 8) y=(48_u64.saturating_sub(good + errors + faults)) width="7" height=(faults) {}
                }
            }
        }
    }
}

/// A function's environments over the last two minutes: areas of running, starting and ready.
pub(crate) fn environments(moments: &[Moment], capacity: usize) -> Markup {
    let most = moments.iter().map(|one| one.running + one.starting + one.ready).max().unwrap_or(0);
    let top = most.max(capacity.min(16)).max(1);
    let area = |of: &dyn Fn(&Moment) -> usize| {
        let first = LENGTH - moments.len();
        let mut path = format!("M{first} 60");
        for (place, moment) in moments.iter().enumerate() {
            let height = 60 - of(moment) * 60 / top;
            let _ = write!(path, "V{height}H{}", first + place + 1);
        }
        path.push_str("V60Z");
        path
    };
    html! {
        svg.history viewBox={"0 0 " (LENGTH) " 60"} preserveAspectRatio="none" role="img"
            aria-label="Environments over the last two minutes" {
            path.ready d=(area(&|one| one.ready + one.starting + one.running)) {}
            path.initialising d=(area(&|one| one.starting + one.running)) {}
            path.running d=(area(&|one| one.running)) {}
        }
    }
}

/// A ring whose parts are the outcomes' shares, round the point `x`, `y`.
pub(crate) fn ring(statistics: &Statistics, x: usize, y: usize, radius: usize) -> Markup {
    let good = statistics.count - statistics.errors - statistics.throttles - statistics.faults;
    let parts = [
        ("ok", good),
        ("error", statistics.errors),
        ("throttle", statistics.throttles),
        ("fault", statistics.faults),
    ];
    // With a path length of 1,000 the parts are per mille of the round.
    let mille = |count: u64| (count * 1_000).checked_div(statistics.count).unwrap_or(0);
    let mut begin = 0;
    let arcs = parts.map(|(class, count)| {
        let arc = (class, if count == 0 { 0 } else { mille(count).max(8) }, begin);
        begin += mille(count);
        arc
    });
    html! {
        circle.disc cx=(x) cy=(y) r=(radius) {}
        @for (class, length, begin) in arcs {
            @if length > 0 {
                circle class={"ring " (class)} cx=(x) cy=(y) r=(radius) pathLength="1000"
                    stroke-dasharray={(length) " " (1_000_u64.saturating_sub(length))}
                    stroke-dashoffset={"-" (begin)} transform={"rotate(-90 " (x) " " (y) ")"} {}
            }
        }
    }
}
