//! The functions and their execution environments, as they are this moment.

use axum::extract::State;
use maud::{Markup, html};
use telemetry::render::{bytes, duration};
use trace::Timestamp;

use super::trace::short;
use super::{View, chart, counted, empty, shell};
use crate::console::Console;
use crate::stack::{Environment, Function, Phase};

pub(crate) async fn page(State(console): State<Console>) -> Markup {
    let content = html! {
        div.title {
            h1 { "Environments" }
            button.live type="button" data-pause aria-pressed="true" { "Live" }
        }
        ul.legend aria-label="Colours" {
            @for phase in [Phase::Initialising, Phase::Running, Phase::Ready, Phase::Draining] {
                li { span class={"square " (phase.name())} {} " " (phase.name()) }
            }
        }
        div data-feed="environments" { (picture(&console)) }
    };
    shell(&console, View::Environments, "Environments", &content)
}

/// What moves: sent again whenever it has changed.
pub(crate) fn picture(console: &Console) -> Markup {
    let functions = console.shared.stack.functions();
    let now = console.shared.telemetry.clock().now();
    html! {
        @if functions.is_empty() {
            (empty("No function", &html! { "The template has none." }))
        }
        @for function in &functions { (card(console, function, now)) }
    }
}

fn card(console: &Console, function: &Function, now: Timestamp) -> Markup {
    let living = || function.environments.iter().filter(|environment| environment.phase != Phase::Gone);
    let running = living().filter(|environment| environment.phase == Phase::Running).count();
    html! {
        section.function {
            header {
                h2 { (function.name) }
                p.muted {
                    (function.runtime) " · " code { (function.handler) } " · " (function.memory_megabytes) " MB · "
                    (duration(function.timeout)) " at most"
                }
            }
            p {
                strong { (living().count()) } " of " (function.capacity) " environments, " strong { (running) } " running"
                @if function.waiting > 0 { ", " strong.bad { (counted(as_u64(function.waiting), "invocation")) " waiting" } }
            }
            div.moving {
                ul.squares aria-label="Environments" {
                    @for environment in living() {
                        li class={"square " (environment.phase.name())} title={(short(&environment.name)) ": " (environment.phase.name())} {
                            span.hidden { (environment.phase.name()) }
                        }
                    }
                    @for _ in living().count()..function.capacity.min(64) { li.square.none aria-hidden="true" {} }
                }
                (chart::environments(&console.shared.history.of(&function.name), function.capacity))
            }
            @if living().next().is_some() { (table(living(), now)) }
        }
    }
}

fn table<'a>(environments: impl Iterator<Item = &'a Environment>, now: Timestamp) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { "Environment" } th scope="col" { "Phase" } th.number scope="col" { "Age" }
                th.number scope="col" { "Memory" } th.number scope="col" { "Process" }
            } }
            tbody {
                @for environment in environments {
                    tr {
                        th scope="row" { code { (short(&environment.name)) } }
                        td { span class={"square " (environment.phase.name())} aria-hidden="true" {} " " (environment.phase.name()) }
                        td.number { (seconds(now.since(environment.started))) }
                        td.number { @if let Some(used) = environment.memory_bytes { (bytes(used)) } @else { "–" } }
                        td.number { @if let Some(pid) = environment.pid { (pid) } @else { "–" } }
                    }
                }
            }
        }
    }
}

/// Whole seconds: what runs doesn't flicker.
fn seconds(time: std::time::Duration) -> String {
    match time.as_secs() {
        0 => "now".to_owned(),
        seconds @ 1..60 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

fn as_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
