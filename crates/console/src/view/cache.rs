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
use crate::stack::{Behavior, Distribution};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Said {
    purged: Option<u64>,
    failed: Option<String>,
}

pub(crate) async fn page(State(console): State<Console>, Query(said): Query<Said>) -> Markup {
    let distributions = console.shared.stack.distributions();
    let token = &console.shared.guard.form_token;
    let content = html! {
        div.title { h1 { "Cache" } }
        @if let Some(count) = said.purged {
            p.said role="status" { (counted(count, "answer")) " purged. The next request of each goes to the origin." }
        }
        @if let Some(failed) = &said.failed { (problem(failed, None)) }
        @if distributions.is_empty() {
            (empty("No distribution", &html! { "The template has none, so nothing is cached." }))
        }
        @for distribution in &distributions { (card(distribution, token)) }
    };
    shell(&console, View::Cache, "Cache", &content)
}

fn card(distribution: &Distribution, token: &str) -> Markup {
    html! {
        section {
            div.title {
                h2 { (distribution.name) }
                p.muted { (counted(distribution.kept, "answer")) " kept, " (bytes(distribution.kept_bytes)) }
            }
            div.scroll { table.behaviors {
                thead { tr {
                    th scope="col" { "Behavior" } th scope="col" { "Origin" } th scope="col" { "Hit rate" }
                    th.number scope="col" { "Requests" } th.number scope="col" { "Hits" } th.number scope="col" { "Misses" }
                    th.number scope="col" { "Errors" } th.number scope="col" { "Sent" } th scope="col" { span.hidden { "Purge" } }
                } }
                tbody { @for behavior in &distribution.behaviors { (row(&distribution.name, behavior, token)) } }
            } }
            form.filter method="post" action="/cache" {
                input type="hidden" name="token" value=(token);
                input type="hidden" name="distribution" value=(distribution.name);
                label.wide { span { "Purge paths like" } input name="pattern" required placeholder="/blog/*" list="patterns"; }
                datalist #patterns { option value="/*"; }
                button type="submit" { "Purge" }
            }
        }
    }
}

fn row(distribution: &str, behavior: &Behavior, token: &str) -> Markup {
    let asked = behavior.hits + behavior.misses;
    let rate = percent(share(behavior.hits, asked));
    html! {
        tr {
            th scope="row" { code { (behavior.pattern) } }
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
            td.number { (grouped(behavior.requests)) }
            td.number { (grouped(behavior.hits)) }
            td.number { (grouped(behavior.misses)) }
            td.number.bad[behavior.errors > 0] { (grouped(behavior.errors)) }
            td.number { (bytes(behavior.bytes)) }
            td {
                form method="post" action="/cache" {
                    input type="hidden" name="token" value=(token);
                    input type="hidden" name="distribution" value=(distribution);
                    input type="hidden" name="pattern" value=(purged_by(&behavior.pattern));
                    button type="submit" aria-label={"Purge " (behavior.pattern) " of " (distribution)} { "Purge" }
                }
            }
        }
    }
}

/// The paths of a behavior: its pattern with the slash that it may leave out. What the default
/// behavior answers can't be said as a pattern, so it is everything.
fn purged_by(pattern: &str) -> String {
    match pattern {
        "*" | "Default (*)" => "/*".to_owned(),
        pattern => format!("/{}", pattern.trim_start_matches('/')),
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
