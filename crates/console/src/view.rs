//! The views: one module each, and what they share: the shell around them, small components.

use ::trace::{Outcome, Timestamp};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::assets;
use crate::console::Console;

pub(crate) mod buckets;
pub(crate) mod cache;
pub(crate) mod chart;
pub(crate) mod environments;
pub(crate) mod errors;
pub(crate) mod hints;
pub(crate) mod invoke;
pub(crate) mod logs;
pub(crate) mod map;
pub(crate) mod metrics;
pub(crate) mod requests;
pub(crate) mod template;
pub(crate) mod trace;
pub(crate) mod waterfall;

/// The views by their place in the navigation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    Requests,
    Map,
    Errors,
    Logs,
    Environments,
    Cache,
    Buckets,
    Template,
    Invoke,
}

impl View {
    const ALL: [Self; 9] = [
        Self::Requests,
        Self::Map,
        Self::Errors,
        Self::Logs,
        Self::Environments,
        Self::Cache,
        Self::Buckets,
        Self::Template,
        Self::Invoke,
    ];

    const fn path(self) -> &'static str {
        match self {
            Self::Requests => "/",
            Self::Map => "/map",
            Self::Errors => "/errors",
            Self::Logs => "/logs",
            Self::Environments => "/environments",
            Self::Cache => "/cache",
            Self::Buckets => "/buckets",
            Self::Template => "/template",
            Self::Invoke => "/invoke",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Requests => "Requests",
            Self::Map => "Service map",
            Self::Errors => "Errors",
            Self::Logs => "Logs",
            Self::Environments => "Environments",
            Self::Cache => "Cache",
            Self::Buckets => "Buckets",
            Self::Template => "Template",
            Self::Invoke => "Invoke",
        }
    }
}

/// The page around a view.
pub(crate) fn shell(console: &Console, view: View, title: &str, content: &Markup) -> Markup {
    let overview = console.shared.stack.overview();
    let navigation = html! {
        a.brand href="/" { (lamp()) span { "Davy" } }
        nav aria-label="Views" {
            @for other in View::ALL {
                a href=(other.path()) aria-current=[(other == view).then_some("page")] { (other.title()) }
            }
        }
        p.stack {
            span.muted { "Stack" } br;
            strong { (overview.name) }
            @for endpoint in overview.endpoints.iter().take(1) {
                br; a href=(endpoint.url) rel="noreferrer" { (endpoint.url.trim_start_matches("http://")) }
            }
        }
    };
    document(
        title,
        &overview.name,
        &html! {
            a.skip href="#main" { "Skip to content" }
            header.side { (navigation) }
            main #main tabindex="-1" {
                div #notices role="status" aria-live="polite" {}
                (content)
            }
        },
    )
}

fn document(title: &str, stack: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) @if !stack.is_empty() { " · " (stack) } " · Davy" }
                link rel="icon" href=(assets::LAMP.path());
                link rel="stylesheet" href=(assets::STYLE.path());
                script src=(assets::SCRIPT.path()) defer {}
            }
            body { (body) }
        }
    }
}

fn lamp() -> PreEscaped<&'static str> {
    PreEscaped(include_str!("../assets/lamp.svg"))
}

/// A store that can't be read, as a page.
pub(crate) struct Unreadable(pub(crate) String);

impl IntoResponse for Unreadable {
    fn into_response(self) -> Response {
        let hint =
            "The page reads .davy/telemetry.db. If it is damaged, stop the stack and run `davy clean`.";
        let body = message("The store can't be read", &self.0, hint);
        (StatusCode::INTERNAL_SERVER_ERROR, body).into_response()
    }
}

/// A refusal as a page that gives nothing away.
pub(crate) fn refused(status: StatusCode, title: &str, hint: &str) -> Response {
    (status, message(&format!("Refused: {title}"), "", hint)).into_response()
}

pub(crate) async fn not_found() -> Response {
    let body = message("There is no such page", "", "The views are on the left of the first page: /");
    (StatusCode::NOT_FOUND, body).into_response()
}

fn message(title: &str, text: &str, hint: &str) -> Markup {
    document(
        title,
        "",
        &html! {
            main.message {
                h1 { (title) }
                @if !text.is_empty() { p { (text) } }
                p.muted { (hint) }
                p { a href="/" { "To the requests" } }
            }
        },
    )
}

// === components ===

/// A moment of today, in UTC until the script puts it into the reader's zone.
pub(crate) fn time(moment: Timestamp) -> Markup {
    let text = moment.to_string();
    html! { time datetime=(text) title=(text) { (text.get(11..23).unwrap_or_default()) } }
}

pub(crate) fn status(code: u16) -> Markup {
    html! { span class={"pill " (Outcome::of_status(code).name())} { (code) } }
}

/// A note about what is not there yet.
pub(crate) fn empty(title: &str, hint: &Markup) -> Markup {
    html! { div.empty { p { strong { (title) } } p.muted { (hint) } } }
}

/// A failure and what to do about it.
pub(crate) fn problem(text: &str, hint: Option<&str>) -> Markup {
    html! {
        div.problem role="alert" {
            p { strong { (text) } }
            @if let Some(hint) = hint { p.hint { (hint) } }
        }
    }
}

/// Indented, if it is JSON; else as it is.
pub(crate) fn pretty(bytes: &[u8]) -> String {
    match serde_json::from_slice::<serde_json::Value>(bytes) {
        Ok(value) => format!("{value:#}"),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// A share as a whole percentage; what is not nothing is at least 1.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100")]
pub(crate) fn percent(share: f64) -> u8 {
    let percent = (share.clamp(0.0, 1.0) * 100.0).round() as u8;
    if percent == 0 && share > 0.0 { 1 } else { percent }
}

#[expect(clippy::cast_precision_loss, reason = "for people's eyes")]
pub(crate) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// A path with a query of the fields that are not empty.
pub(crate) fn link(path: &str, fields: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(fields.iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// `1 request`, `2 requests`.
pub(crate) fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// `12 345`: digits in threes, parted by a narrow space that doesn't break.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
