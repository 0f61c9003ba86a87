//! The buckets and what lies in them.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use telemetry::render::bytes;

use super::{View, empty, link, problem, shell};
use crate::console::Console;
use crate::stack::Listing;

pub(crate) async fn page(State(console): State<Console>) -> Markup {
    let buckets = console.shared.stack.buckets();
    let content = html! {
        div.title { h1 { "Buckets" } }
        @if buckets.is_empty() {
            (empty("No bucket", &html! { "The template has none." }))
        } @else {
            div.scroll { table {
                thead { tr { th scope="col" { "Bucket" } th scope="col" { "In the template" } th scope="col" { "Mirrors" } } }
                tbody {
                    @for bucket in &buckets {
                        tr {
                            th scope="row" { a href=(address(&bucket.name, "", None)) { (bucket.name) } }
                            td { code { (bucket.logical_id) } }
                            td { @match &bucket.mirrors { Some(folder) => { code { (folder) } }, None => { span.muted { "no folder" } } } }
                        }
                    }
                }
            } }
        }
    };
    shell(&console, View::Buckets, "Buckets", &content)
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Place {
    prefix: String,
    after: Option<String>,
}

pub(crate) async fn content(
    State(console): State<Console>,
    Path(bucket): Path<String>,
    Query(place): Query<Place>,
) -> Response {
    let listing = console.shared.stack.objects(&bucket, &place.prefix, place.after.as_deref());
    let status = if listing.is_ok() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let content = html! {
        p.crumbs {
            a href="/buckets" { "Buckets" } " / "
            @if place.prefix.is_empty() { (bucket) } @else { a href=(address(&bucket, "", None)) { (bucket) } }
            @for (prefix, name) in crumbs(&place.prefix) {
                " / " @if prefix == place.prefix { (name) } @else { a href=(address(&bucket, prefix, None)) { (name) } }
            }
        }
        div.title { h1 { (bucket) } }
        @match &listing {
            Ok(listing) => { (table(&bucket, &place.prefix, listing)) }
            Err(text) => { (problem(text, None)) }
        }
    };
    (status, shell(&console, View::Buckets, &bucket, &content)).into_response()
}

fn table(bucket: &str, prefix: &str, listing: &Listing) -> Markup {
    if listing.folders.is_empty() && listing.objects.is_empty() {
        return empty("Nothing here", &html! { "Objects appear as they are mirrored or put." });
    }
    let name = |key: &str| key.strip_prefix(prefix).unwrap_or(key).to_owned();
    html! {
        div.scroll { table {
            thead { tr {
                th scope="col" { "Name" } th.number scope="col" { "Size" } th scope="col" { "Content type" } th scope="col" { "Modified" }
            } }
            tbody {
                @for folder in &listing.folders {
                    tr { th scope="row" { a href=(address(bucket, folder, None)) { (name(folder)) } } td {} td.muted { "folder" } td {} }
                }
                @for object in &listing.objects {
                    tr {
                        th scope="row" { (name(&object.key)) }
                        td.number { (bytes(object.bytes)) }
                        td { (object.content_type) }
                        td.muted { @let modified = object.modified.to_string(); time datetime=(modified) data-date { (modified.get(..16).unwrap_or_default().replace('T', " ")) } }
                    }
                }
            }
        } }
        @if let Some(next) = &listing.next { p { a.button href=(address(bucket, prefix, Some(next))) { "More" } } }
    }
}

fn address(bucket: &str, prefix: &str, after: Option<&str>) -> String {
    let path = format!("/buckets/{}", utf8_percent_encode(bucket, NON_ALPHANUMERIC));
    link(&path, &[("prefix", prefix), ("after", after.unwrap_or_default())])
}

/// Each level of a prefix: what leads there, and its name.
fn crumbs(prefix: &str) -> Vec<(&str, &str)> {
    let mut crumbs = Vec::new();
    let mut start = 0;
    for (end, _) in prefix.match_indices('/') {
        crumbs.push((&prefix[..=end], &prefix[start..end]));
        start = end + 1;
    }
    crumbs
}
