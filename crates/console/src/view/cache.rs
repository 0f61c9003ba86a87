//! The cache behaviors: how much each answers by itself, and a button that empties it.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use telemetry::render::bytes;

use super::{View, counted, empty, grouped, link, percent, problem, refused, share, shell};
use crate::console::Console;
use crate::guard::same;
use crate::stack::Behavior;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Said {
    purged: Option<u64>,
    failed: Option<String>,
}

pub(crate) async fn page(State(console): State<Console>, Query(said): Query<Said>) -> Markup {
    let behaviors = console.shared.stack.behaviors();
    let token = &console.shared.guard.form_token;
    let content = html! {
        div.title { h1 { "Cache" } }
        @if let Some(count) = said.purged {
            p.said role="status" { (counted(count, "answer")) " purged. The next request of each goes to the origin." }
        }
        @if let Some(failed) = &said.failed { (problem(failed, None)) }
        @if behaviors.is_empty() {
            (empty("No distribution", &html! { "The template has none, so nothing is cached." }))
        } @else {
            div.scroll { table.behaviors {
                thead { tr {
                    th scope="col" { "Behavior" } th scope="col" { "Origin" } th scope="col" { "Hit rate" }
                    th.number scope="col" { "Hits" } th.number scope="col" { "Misses" } th.number scope="col" { "Errors" }
                    th.number scope="col" { "Kept" } th.number scope="col" { "Size" } th scope="col" { span.hidden { "Purge" } }
                } }
                tbody { @for behavior in &behaviors { (row(behavior, token)) } }
            } }
            form.filter method="post" action="/cache" {
                input type="hidden" name="token" value=(token);
                label { span { "Distribution" } select name="distribution" {
                    @for name in distributions(&behaviors) { option value=(name) { (name) } }
                } }
                label.wide { span { "Purge paths like" } input name="pattern" required placeholder="/blog/*"; }
                button type="submit" { "Purge" }
            }
        }
    };
    shell(&console, View::Cache, "Cache", &content)
}

fn row(behavior: &Behavior, token: &str) -> Markup {
    let asked = behavior.hits + behavior.misses;
    let rate = percent(share(behavior.hits, asked));
    html! {
        tr {
            th scope="row" { code { (behavior.pattern) } br; span.muted { (behavior.distribution) } }
            td { (behavior.origin) }
            td.rate {
                @if asked == 0 { span.muted { "not asked yet" } } @else {
                    strong { (rate) " %" }
                    svg width="100%" height="8" aria-hidden="true" {
                        rect.ground width="100%" height="8" rx="4" {}
                        rect.ok width={(rate) "%"} height="8" rx="4" {}
                    }
                }
            }
            td.number { (grouped(behavior.hits)) }
            td.number { (grouped(behavior.misses)) }
            td.number.bad[behavior.errors > 0] { (grouped(behavior.errors)) }
            td.number { (grouped(behavior.entries)) }
            td.number { (bytes(behavior.bytes)) }
            td {
                form method="post" action="/cache" {
                    input type="hidden" name="token" value=(token);
                    input type="hidden" name="distribution" value=(behavior.distribution);
                    input type="hidden" name="pattern" value=(behavior.purge);
                    button type="submit" aria-label={"Purge " (behavior.pattern) " of " (behavior.distribution)} { "Purge" }
                }
            }
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Purge {
    token: String,
    distribution: String,
    pattern: String,
}

pub(crate) async fn purge(State(console): State<Console>, Form(purge): Form<Purge>) -> Response {
    if !same(&purge.token, &console.shared.guard.form_token) {
        return refused(
            StatusCode::FORBIDDEN,
            "an old form",
            "The stack has been restarted since. Load the page again.",
        );
    }
    let target = match console.shared.stack.purge(&purge.distribution, purge.pattern.trim()) {
        Ok(count) => link("/cache", &[("purged", &count.to_string())]),
        Err(text) => link("/cache", &[("failed", &text)]),
    };
    Redirect::to(&target).into_response()
}

fn distributions(behaviors: &[Behavior]) -> Vec<&str> {
    let mut names: Vec<&str> = behaviors.iter().map(|behavior| behavior.distribution.as_str()).collect();
    names.dedup();
    names
}
