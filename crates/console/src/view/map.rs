//! The service map: who calls whom, how often, how fast, how well.

use std::time::Duration;

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use telemetry::render::duration;
use telemetry::{MapNode, ServiceMap};
use trace::Hop;

use super::requests::before;
use super::{Unreadable, View, chart, empty, grouped, percent, shell};
use crate::console::Console;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Fields {
    minutes: String,
}

pub(crate) async fn page(
    State(console): State<Console>,
    Query(fields): Query<Fields>,
) -> Result<Markup, Unreadable> {
    let minutes = fields.minutes.parse::<u64>().unwrap_or(60).clamp(1, 10_000);
    let since = before(console.shared.telemetry.clock().now(), Duration::from_secs(minutes * 60));
    let map = console.read(move |reader| reader.service_map(since)).await?;
    let content = html! {
        div.title {
            h1 { "Service map" }
            p.choices {
                @for (number, text) in [(5, "5 min"), (60, "1 hour"), (1_440, "1 day")] {
                    a href={"/map?minutes=" (number)} aria-current=[(number == minutes).then_some("true")] { (text) }
                }
            }
        }
        @if map.nodes.is_empty() {
            (empty("Nothing has happened", &html! { "Services appear as requests reach them." }))
        } @else {
            div.scroll { (drawing(&map, minutes)) }
            ul.legend aria-label="Colours" {
                @for (class, text) in [("ok", "answered"), ("error", "4xx"), ("throttle", "throttled"), ("fault", "5xx")] {
                    li { span class={"square " (class)} {} " " (text) }
                }
                li { "in the ring: half are quicker, requests per time" }
            }
            (table(&map, minutes))
        }
    };
    Ok(shell(&console, View::Map, "Service map", &content))
}

/// Where a node stands, in steps from the left and from the top.
struct Place<'a> {
    node: &'a MapNode,
    x: usize,
    y: usize,
}

fn drawing(map: &ServiceMap, minutes: u64) -> Markup {
    let places = places(&map.nodes);
    let width = places.iter().map(|place| place.x).max().unwrap_or(0) + 110;
    let height = places.iter().map(|place| place.y).max().unwrap_or(0) + 120;
    // The viewer stands beside the middle of what he calls.
    let first: Vec<usize> = places.iter().filter(|place| place.x == FIRST_X).map(|place| place.y).collect();
    let middle = first.iter().sum::<usize>() / first.len().max(1);
    let find = |hop: Hop, name: &str| {
        places.iter().find(|place| place.node.hop == hop && place.node.statistics.name == name)
    };
    let most = map.edges.iter().map(|edge| edge.calls).max().unwrap_or(1).max(1);
    let called: Vec<_> = map.edges.iter().map(|edge| &edge.to).collect();
    html! {
        svg.map viewBox={"0 0 " (width) " " (height)} width=(width) height=(height) role="img"
            aria-label="The services and who calls whom; the table below has the same numbers" {
            @for place in &places {
                @if !called.iter().any(|(hop, name)| *hop == place.node.hop && *name == place.node.statistics.name) {
                    (arrow(VIEWER_X + 26, middle, place.x - RADIUS, place.y, 2))
                }
            }
            @for edge in &map.edges {
                @if let (Some(from), Some(to)) = (find(edge.from.0, &edge.from.1), find(edge.to.0, &edge.to.1)) {
                    (arrow(from.x + RADIUS, from.y, to.x - RADIUS, to.y, 1 + edge.calls * 3 / most))
                }
            }
            g.viewer {
                circle cx=(VIEWER_X) cy=(middle) r="26" {}
                text x=(VIEWER_X) y=(middle + 4) text-anchor="middle" { "viewer" }
            }
            @for place in &places { (node(place, minutes)) }
        }
    }
}

fn node(place: &Place<'_>, minutes: u64) -> Markup {
    let statistics = &place.node.statistics;
    let (x, y) = (place.x, place.y);
    html! {
        g {
            title { (place.node.hop.name()) " " (statistics.name) ": " (percent(statistics.failing())) " % failing" }
            (chart::ring(statistics, x, y, RADIUS))
            text.value x=(x) y=(y - 2) text-anchor="middle" { (duration(statistics.percentile(0.5))) }
            text.rate x=(x) y=(y + 14) text-anchor="middle" { (rate(statistics.count, minutes)) }
            text.name x=(x) y=(y + RADIUS + 20) text-anchor="middle" { (cut(&statistics.name)) }
            text.kind x=(x) y=(y + RADIUS + 36) text-anchor="middle" { (place.node.hop.name()) }
        }
    }
}

fn arrow(from_x: usize, from_y: usize, to_x: usize, to_y: usize, width: u64) -> Markup {
    let half = usize::midpoint(from_x, to_x);
    html! {
        path.call d={"M" (from_x) " " (from_y) "C" (half) " " (from_y) " " (half) " " (to_y) " " (to_x) " " (to_y)}
            stroke-width=(width) {}
    }
}

/// Columns by the hops' order, each column centred.
fn places(nodes: &[MapNode]) -> Vec<Place<'_>> {
    let used: Vec<Vec<&MapNode>> = COLUMNS
        .iter()
        .map(|hops| nodes.iter().filter(|node| hops.contains(&node.hop)).collect::<Vec<_>>())
        .filter(|column| !column.is_empty())
        .collect();
    let tallest = used.iter().map(Vec::len).max().unwrap_or(1);
    let mut places = Vec::new();
    for (column, nodes) in used.iter().enumerate() {
        let top = (tallest - nodes.len()) * STEP_Y / 2 + 70;
        for (row, node) in nodes.iter().enumerate() {
            places.push(Place { node, x: FIRST_X + column * STEP_X, y: top + row * STEP_Y });
        }
    }
    places
}

fn table(map: &ServiceMap, minutes: u64) -> Markup {
    html! {
        div.scroll { table {
            thead { tr {
                th scope="col" { "Service" } th scope="col" { "Hop" } th.number scope="col" { "Requests" }
                th.number scope="col" { "Rate" } th.number scope="col" { "Failing" } th.number scope="col" { "50 %" }
                th.number scope="col" { "90 %" } th.number scope="col" { "99 %" } th.number scope="col" { "Slowest" }
            } }
            tbody {
                @for MapNode { hop, statistics } in &map.nodes {
                    tr {
                        th scope="row" { (statistics.name) }
                        td { span class={"dot " (hop.name())} aria-hidden="true" {} " " (hop.name()) }
                        td.number { (grouped(statistics.count)) }
                        td.number { (rate(statistics.count, minutes)) }
                        td.number.bad[statistics.failures() > 0] { (percent(statistics.failing())) " %" }
                        @for quantile in [0.5, 0.9, 0.99, 1.0] { td.number { (duration(statistics.percentile(quantile))) } }
                    }
                }
            }
        } }
    }
}

/// `12.5/s`, `3/min`: what reads best.
fn rate(count: u64, minutes: u64) -> String {
    let tenths_per_second = count * 10 / (minutes * 60);
    if tenths_per_second >= 10 {
        return format!("{}.{}/s", tenths_per_second / 10, tenths_per_second % 10);
    }
    let per_minute = count / minutes;
    if per_minute > 0 { format!("{per_minute}/min") } else { format!("{count} in all") }
}

fn cut(name: &str) -> String {
    if name.chars().count() <= 22 {
        return name.to_owned();
    }
    let start: String = name.chars().take(21).collect();
    format!("{start}…")
}

const COLUMNS: [&[Hop]; 5] = [
    &[Hop::Edge],
    &[Hop::Gateway, Hop::Bucket],
    &[Hop::Lambda],
    &[Hop::Initialization, Hop::Invocation],
    &[Hop::Php],
];

const VIEWER_X: usize = 50;
const FIRST_X: usize = 220;
const RADIUS: usize = 42;
const STEP_X: usize = 190;
const STEP_Y: usize = 150;

#[cfg(test)]
mod tests;
