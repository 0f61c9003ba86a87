//! A stack for one thing to be done in it, apart from a running one: its own ports, its own state.

use std::time::Duration;

use stack::{Enclosure, Settings, Stack, Started, State, Tls};
use telemetry::Telemetry;
use template::Model;

use super::{load, start_failure, up};
use crate::arguments::ApartArguments;
use crate::printer::Printer;

/// Starts what the template describes, does `work` in it, and leaves nothing running, however it ended.
pub(super) fn with_stack<Outcome>(
    arguments: &ApartArguments,
    printer: Printer,
    work: impl AsyncFnOnce(&Stack, &Model, &Telemetry) -> anyhow::Result<Outcome>,
) -> anyhow::Result<Outcome> {
    let source = load::find(&arguments.template)?;
    let state = arguments.state.clone().unwrap_or_else(|| source.folder().join(".davy"));
    let model = load::model(&source, &arguments.parameters, &state, printer)?;
    let settings = Settings {
        port: 0,
        state: state.join("invoke"),
        concurrency: 1,
        idle: Duration::from_mins(5),
        enclosure: if arguments.unenclosed { Enclosure::Never } else { Enclosure::WherePossible },
        launcher: std::env::current_exe()?,
        bootstrap: super::bootstrap()?,
        tls: Tls::Off,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let held = State::hold(&settings.state).map_err(|error| start_failure(&error))?;
        let telemetry = up::open_telemetry(&settings.state)?;
        let Started { stack, warnings } =
            Stack::start(held, &model, settings, telemetry.clone()).map_err(|error| start_failure(&error))?;
        for warning in &warnings {
            printer.warning(warning);
        }
        let outcome = work(&stack, &model, &telemetry).await;
        stack.drain(GRACE).await;
        outcome
    })
}

/// What was to be done is done; nobody waits for more.
const GRACE: Duration = Duration::from_secs(2);
