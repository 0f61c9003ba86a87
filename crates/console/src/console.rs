//! The console as a whole: what it is made of, its routes, and how it is served.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::routing::get;
use telemetry::{ReadError, Reader, Telemetry};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::guard::{self, Guard};
use crate::history::History;
use crate::stack::Stack;
use crate::{assets, live, view};

/// Where the console's knowledge comes from.
#[derive(Clone)]
pub struct Sources {
    /// What has happened and happens.
    pub telemetry: Telemetry,
    /// What is.
    pub stack: Arc<dyn Stack>,
}

/// Who may see the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Whoever can reach it under a name of this machine. For loopback alone.
    Local,
    /// Whoever has opened the page with `?token=…` once.
    Token(String),
}

/// The page of one stack. Cheap to clone.
#[derive(Clone)]
pub struct Console {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) telemetry: Telemetry,
    pub(crate) stack: Arc<dyn Stack>,
    pub(crate) guard: Guard,
    pub(crate) history: History,
    pub(crate) closing: watch::Sender<bool>,
}

impl Console {
    /// A console that shows `sources` to whom `access` allows.
    pub fn new(sources: Sources, access: Access) -> Self {
        let Sources { telemetry, stack } = sources;
        let guard = Guard::new(access, &*telemetry.entropy());
        let history = History::default();
        let shared = Shared { telemetry, stack, guard, history, closing: watch::Sender::new(false) };
        Self { shared: Arc::new(shared) }
    }

    /// The routes, guarded.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/", get(view::requests::page))
            .route("/traces/{trace}", get(view::trace::page))
            .route("/traces/{trace}/{format}", get(view::trace::document))
            .route("/map", get(view::map::page))
            .route("/errors", get(view::errors::page))
            .route("/logs", get(view::logs::page))
            .route("/environments", get(view::environments::page))
            .route("/cache", get(view::cache::page).post(view::cache::purge))
            .route("/buckets", get(view::buckets::page))
            .route("/buckets/{bucket}", get(view::buckets::content))
            .route("/template", get(view::template::page))
            .route("/invoke", get(view::invoke::page).post(view::invoke::run))
            .route("/live", get(live::events))
            .route("/metrics", get(view::metrics::page))
            .route("/assets/{name}", get(assets::asset))
            .fallback(view::not_found)
            .layer(middleware::from_fn_with_state(self.clone(), guard::check))
            .with_state(self.clone())
    }

    /// Serves the page until `shutdown` is done; streams under way are ended then.
    ///
    /// # Errors
    /// The listener's.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let router = self.router();
        let sampling = tokio::spawn(self.clone().sample());
        let shared = Arc::clone(&self.shared);
        let ending = async move {
            shutdown.await;
            shared.closing.send_replace(true);
        };
        let served = axum::serve(listener, router).with_graceful_shutdown(ending).await;
        sampling.abort();
        served
    }

    /// Notes what environments do, twice a second, for the picture of the last minutes.
    async fn sample(self) {
        let mut ticks = tokio::time::interval(crate::history::INTERVAL);
        loop {
            ticks.tick().await;
            self.shared.history.add(&self.shared.stack.functions());
        }
    }

    /// Asks the store something, on a thread that may wait.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Reader) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, view::Unreadable> {
        let reader = self.shared.telemetry.reader().clone();
        match tokio::task::spawn_blocking(move || question(&reader)).await {
            Ok(answer) => answer.map_err(|error| view::Unreadable(error.to_string())),
            Err(failed) => Err(view::Unreadable(failed.to_string())),
        }
    }
}
