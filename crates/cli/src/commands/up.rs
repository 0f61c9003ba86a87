//! `davy up`: runs the stack that a template describes, until a signal ends it.

mod banner;
mod json;
mod live;
mod page;
mod signals;

use std::path::{Path, PathBuf};
use std::time::Duration;

use stack::{Enclosure, Settings, Source, Stack, Started, State, Tls};
use telemetry::{Limits, Record, Telemetry};
use template::Model;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use self::live::Live;
use self::page::{About, Page};
use self::signals::Signals;
use super::{load, start_failure};
use crate::arguments::Up;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

pub(crate) fn run(arguments: &Up, printer: Printer) -> anyhow::Result<Exit> {
    let source = load::find(&arguments.template.template)?;
    let settings = settings(arguments, &source)?;
    let run = Run { arguments, source, state: settings.state.clone(), printer };
    let model = run.load()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let exit = runtime.block_on(run.serve(model, settings));
    // Blocking tasks that are left (a disk read) have nobody to answer to any more.
    runtime.shutdown_timeout(Duration::from_millis(200));
    exit
}

/// One run of a stack: what it was asked to be, and where it says what happens.
struct Run<'a> {
    arguments: &'a Up,
    source: Source,
    state: PathBuf,
    printer: Printer,
}

impl Run<'_> {
    async fn serve(&self, model: Model, settings: Settings) -> anyhow::Result<Exit> {
        // Before anything is started, so that a signal in between is not lost.
        let mut signals = Signals::listen()?;
        let state = State::hold(&settings.state).map_err(|error| start_failure(&error))?;
        let telemetry = open_telemetry(&settings.state)?;
        let records = telemetry.subscribe();
        let Started { mut stack, warnings } = Stack::start(state, &model, settings, telemetry.clone())
            .map_err(|error| start_failure(&error))?;
        self.warn(&warnings);
        // Before anything says "ready": what is edited from then on must be seen.
        let edits = self.watch(&mut stack, &model);
        let page = self.open_page(&stack, &model, &telemetry, warnings).await;
        let console = page.as_ref().map(|page| page.url.as_str());
        banner::print(&stack, &model, &self.source, self.arguments, console, self.printer);
        if self.arguments.json {
            self.printer.data(&json::ready(&stack, console));
        }
        let live = Live::new(self.printer, &model);
        let printing = tokio::spawn(print(records, live, self.arguments.json, self.printer));
        self.follow_template(&mut stack, edits, page.as_ref(), &mut signals).await;

        self.printer.say("draining: requests under way may end; press Ctrl-C again to end at once");
        let ending = async {
            if let Some(page) = page {
                page.close().await;
            }
            stack.drain(GRACE).await;
        };
        tokio::select! {
            () = ending => {}
            () = signals.next() => self.printer.say("ended at once"),
        }
        printing.abort();
        Ok(Exit::Done)
    }

    /// The console, unless it can't be: a stack serves without its page too.
    async fn open_page(
        &self,
        stack: &Stack,
        model: &Model,
        telemetry: &Telemetry,
        warnings: Vec<String>,
    ) -> Option<Page> {
        let port = self.arguments.port;
        let about = About {
            template: self.source.path().display().to_string(),
            port: if port == 0 { 0 } else { port.checked_add(9).unwrap_or(0) },
            concurrency: usize::from(self.arguments.concurrency),
            state: &self.state,
            warnings,
        };
        let page = Page::open(stack, model, telemetry, about).await;
        page.map_err(|error| self.printer.warning(&format!("there is no console: {error}"))).ok()
    }

    /// Puts an edited template in place until a signal comes.
    async fn follow_template(
        &self,
        stack: &mut Stack,
        mut edits: watch::Receiver<u64>,
        page: Option<&Page>,
        signals: &mut Signals,
    ) {
        loop {
            tokio::select! {
                () = signals.next() => return,
                changed = edits.changed() => if changed.is_err() {
                    // Edits are not watched; only a signal is left to wait for.
                    return signals.next().await;
                },
            }
            match self.load() {
                Ok(model) if self.replace(stack, &model).await => {
                    edits = self.watch(stack, &model);
                    if let Some(page) = page {
                        page.follow(&model);
                    }
                    self.printer.say("▸ the template was edited: the stack follows it");
                }
                Ok(_) => self.printer.say("the stack goes on with the template as it was"),
                Err(error) => {
                    self.printer.error(&error.to_string());
                    self.printer.say("the stack goes on with the template as it was");
                }
            }
        }
    }

    fn watch(&self, stack: &mut Stack, model: &Model) -> watch::Receiver<u64> {
        let file = match &self.source {
            Source::File(file) => Some(file.canonicalize().unwrap_or_else(|_| file.clone())),
            Source::BuiltIn { .. } => None,
        };
        stack.watch(model, file.as_deref())
    }

    /// Whether the stack runs `model` now; if not, it has been said why.
    async fn replace(&self, stack: &mut Stack, model: &Model) -> bool {
        match stack.replace(model, GRACE).await {
            Ok(warnings) => {
                self.warn(&warnings);
                true
            }
            Err(error) => {
                self.printer.error(&error.to_string());
                false
            }
        }
    }

    fn load(&self) -> Result<Model, Failure> {
        load::model(&self.source, &self.arguments.template.parameters, &self.state, self.printer)
    }

    fn warn(&self, warnings: &[String]) {
        for warning in warnings {
            self.printer.warning(warning);
        }
    }
}

/// Prints what happens until its task is aborted.
async fn print(mut records: Receiver<Record>, mut live: Live, as_json: bool, printer: Printer) {
    loop {
        match records.recv().await {
            Ok(record) => {
                if as_json && let Record::Request(request) = &record {
                    printer.data(&json::request(request));
                }
                for line in live.take(&record) {
                    printer.say(&line);
                }
            }
            Err(RecvError::Lagged(missed)) => {
                printer.say(&format!(
                    "… {missed} records too many to print; davy logs and davy traces have them"
                ));
            }
            Err(RecvError::Closed) => return,
        }
    }
}

fn settings(arguments: &Up, source: &Source) -> anyhow::Result<Settings> {
    Ok(Settings {
        port: arguments.port,
        state: arguments.state.clone().unwrap_or_else(|| source.folder().join(".davy")),
        concurrency: usize::from(arguments.concurrency),
        idle: arguments.idle,
        enclosure: if arguments.unenclosed { Enclosure::Never } else { Enclosure::WherePossible },
        launcher: std::env::current_exe()?,
        bootstrap: super::bootstrap()?,
        tls: tls(arguments),
    })
}

fn tls(arguments: &Up) -> Tls {
    match (&arguments.certificate, &arguments.key) {
        (Some(certificate), Some(key)) => Tls::Files { certificate: certificate.clone(), key: key.clone() },
        _ if arguments.https => Tls::LocalAuthority,
        _ => Tls::Off,
    }
}

/// Opens the store in the state folder.
pub(crate) fn open_telemetry(state: &Path) -> anyhow::Result<Telemetry> {
    Telemetry::open(&state.join("telemetry.db"), Limits::default()).map_err(|error| {
        Failure::new(Exit::Failed, error.to_string())
            .hint("davy clean removes this stack's state, logs and traces included")
            .into()
    })
}

/// A page that takes longer than this after Ctrl-C is not waited for; Lambda's HTTP APIs give up
/// after 30 s as well.
const GRACE: Duration = Duration::from_secs(30);
