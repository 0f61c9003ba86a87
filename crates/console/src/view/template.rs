//! The template as it was understood: addresses, and every resource with its values resolved.

use axum::extract::State;
use maud::{Markup, html};

use super::{View, shell};
use crate::console::Console;
use crate::stack::Resource;

pub(crate) async fn page(State(console): State<Console>) -> Markup {
    let overview = console.shared.stack.overview();
    let resources = console.shared.stack.resources();
    let content = html! {
        div.title { h1 { "Template" } p.muted { code { (overview.template) } } }
        dl.facts {
            div { dt { "PHP" } dd { (overview.php.as_deref().unwrap_or("none found")) } }
            div { dt { "Functions run" } dd { (overview.isolation) } }
        }
        @if !overview.warnings.is_empty() {
            ul.warnings { @for warning in &overview.warnings { li { (warning) } } }
        }
        section aria-labelledby="addresses" {
            h2 #addresses { "Addresses" }
            table { tbody {
                @for endpoint in &overview.endpoints {
                    tr { th scope="row" { code { (endpoint.name) } } td { a href=(endpoint.url) rel="noreferrer" { (endpoint.url) } } }
                }
            } }
        }
        section aria-labelledby="resources" {
            h2 #resources { "Resources" }
            @for resource in &resources { (card(resource)) }
        }
    };
    shell(&console, View::Template, "Template", &content)
}

fn card(resource: &Resource) -> Markup {
    html! {
        details.resource id=(resource.logical_id) {
            summary {
                strong { (resource.logical_id) } " " span.muted { (resource.kind) } " "
                @if let Err(why) = &resource.state { span.pill.error { (why) } }
                span.place { (resource.position) }
            }
            @if !resource.physical_id.is_empty() { p { "Ref gives " code { (resource.physical_id) } } }
            pre { (format!("{:#}", resource.properties)) }
        }
    }
}
