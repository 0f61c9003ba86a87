//! A running stack: entrances bound, services behind them, edits watched, drained on the way out.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sandbox::Isolation;
use telemetry::Telemetry;
use template::Model;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::control::{Control, Order, Report};
use crate::edits;
use crate::inspect::Inspector;
use crate::keys;
use crate::listener;
use crate::plan::functions::Surroundings;
use crate::plan::{self, Warnings};
use crate::ports::{self, Bound};
use crate::security::Security;
use crate::services::{Secrets, Services};
use crate::state::State;
use crate::watch::Watch;
use crate::{Enclosure, Entrance, PhpFpm, Settings, StartError, Tls};

/// A running stack. Dropping it without [`Stack::drain`] kills what its functions run.
pub struct Stack {
    settings: Settings,
    telemetry: Telemetry,
    isolation: Isolation,
    php: Option<PhpFpm>,
    secrets: Secrets,
    services: watch::Sender<Arc<Services>>,
    endpoints: BTreeMap<String, SocketAddr>,
    site: Option<Entrance>,
    authority: Option<PathBuf>,
    closing: watch::Sender<bool>,
    listeners: Vec<JoinHandle<()>>,
    control: JoinHandle<()>,
    edits: Option<JoinHandle<()>>,
    _state: State,
}

/// A stack that has just started, and what its user should hear of first.
pub struct Started {
    /// The stack.
    pub stack: Stack,
    /// Sentences, each about one thing that is other than the template says.
    pub warnings: Vec<String>,
}

impl Stack {
    /// Starts all that `model` describes, with its state in the folder that `state` holds. Must be
    /// called within a tokio runtime.
    ///
    /// # Errors
    /// The first thing that keeps it from starting; nothing is left running then.
    pub fn start(
        state: State,
        model: &Model,
        mut settings: Settings,
        telemetry: Telemetry,
    ) -> Result<Started, StartError> {
        // A function that is not enclosed starts in the folder of its code.
        settings.state = std::path::absolute(&settings.state).unwrap_or(settings.state);
        let entrances = plan::entrances(model);
        let site = entrances.first().filter(|first| !matches!(first, Entrance::S3 | Entrance::Aws)).cloned();
        let bound = ports::bind(settings.port, entrances)?;
        let endpoints: BTreeMap<String, SocketAddr> =
            bound.iter().map(|one| (one.entrance.to_string(), one.address)).collect();

        let isolation = match settings.enclosure {
            Enclosure::WherePossible => sandbox::probe(),
            Enclosure::Never => Isolation::Unenclosed { why: "asked for with --unenclosed".to_owned() },
        };
        let php = installed_php();
        let security = Security::new(&settings, model, &*telemetry.clock())?;
        let secrets = Secrets::new(&settings.state, &*telemetry.entropy())?;
        let mut warnings = Warnings::new();
        let surroundings = surroundings(&settings, php.as_ref(), &secrets, &endpoints);
        let services =
            Services::start(model, &surroundings, &secrets, &isolation, &telemetry, &mut warnings)?;
        let (services, current) = watch::channel(Arc::new(services));

        let (closing, closed) = watch::channel(false);
        let listeners = listen(bound, &current, security.acceptor.as_ref(), &closed)?;
        let control = control(&settings.state, &current, &endpoints)?;
        let stack = Self {
            settings,
            telemetry,
            isolation,
            php,
            secrets,
            services,
            endpoints,
            site,
            authority: security.authority,
            closing,
            listeners,
            control,
            edits: None,
            _state: state,
        };
        Ok(Started { stack, warnings })
    }

    /// Where everything listens, by the entrance's name.
    pub fn endpoints(&self) -> &BTreeMap<String, SocketAddr> {
        &self.endpoints
    }

    /// The URL of an entrance, by its name; a distribution's is https where it speaks TLS.
    pub fn url(&self, entrance: &str) -> Option<String> {
        let address = self.endpoints.get(entrance)?;
        let scheme = if self.secure() && entrance.starts_with("distribution.") { "https" } else { "http" };
        Some(format!("{scheme}://{address}"))
    }

    /// What a viewer should open first.
    pub fn site(&self) -> Option<&Entrance> {
        self.site.as_ref()
    }

    /// Whether distributions speak TLS as well.
    pub fn secure(&self) -> bool {
        self.settings.tls != Tls::Off
    }

    /// The certificate of this machine's own authority, which viewers have to trust.
    pub fn authority(&self) -> Option<&Path> {
        self.authority.as_deref()
    }

    /// The owner's keys, in the form that the aws CLI and the SDKs read.
    pub fn credentials(&self) -> PathBuf {
        keys::path(&self.settings.state)
    }

    /// How functions are enclosed.
    pub fn isolation(&self) -> &Isolation {
        &self.isolation
    }

    /// The php-fpm that runs functions.
    pub fn php(&self) -> Option<&PhpFpm> {
        self.php.as_ref()
    }

    /// The services, for who shows them.
    pub fn inspector(&self) -> Inspector {
        Inspector::new(self.services.subscribe())
    }

    /// Watches `model`'s code and mirrored folders: an edit is live at the next request, which
    /// means that cached answers go and buckets follow. `template` tells of itself through the
    /// receiver, since only the caller can read it again.
    pub fn watch(&mut self, model: &Model, template: Option<&Path>) -> watch::Receiver<u64> {
        let (edited, template_edits) = watch::channel(0);
        if let Some(previous) = self.edits.take() {
            previous.abort();
        }
        let folders = edits::folders(model, template);
        let ignored = vec![self.settings.state.clone()];
        match Watch::new(&folders, ignored) {
            Ok(watch) => {
                let services = self.services.subscribe();
                let template = template.map(Path::to_path_buf);
                let telemetry = self.telemetry.clone();
                self.edits = Some(tokio::spawn(edits::watch(watch, services, template, edited, telemetry)));
            }
            Err(error) => self
                .telemetry
                .notice(format!("edits are not watched, so cached answers stay until they expire: {error}")),
        }
        template_edits
    }

    /// Puts another model in the running one's place, on the same ports. Requests under way end
    /// where they began.
    ///
    /// # Errors
    /// As [`Stack::start`]; the running model stays then.
    pub async fn replace(&mut self, model: &Model, grace: Duration) -> Result<Vec<String>, StartError> {
        let mut warnings = Warnings::new();
        let surroundings = surroundings(&self.settings, self.php.as_ref(), &self.secrets, &self.endpoints);
        let next = Services::start(
            model,
            &surroundings,
            &self.secrets,
            &self.isolation,
            &self.telemetry,
            &mut warnings,
        )?;
        let previous = self.services.send_replace(Arc::new(next));
        for entrance in plan::entrances(model) {
            if !self.endpoints.contains_key(&entrance.to_string()) {
                warnings.push(format!("{entrance} is new: it gets a port when davy up is started again"));
            }
        }
        previous.drain(grace).await;
        Ok(warnings)
    }

    /// Runs a function once.
    ///
    /// # Errors
    /// As [`lambda::Lambda::invoke`].
    pub async fn invoke(
        &self,
        invocation: lambda::Invocation,
    ) -> Result<lambda::Answer, lambda::InvokeError> {
        let services = Arc::clone(&self.services.borrow());
        services.lambda.invoke(invocation).await
    }

    /// Lets the requests under way end for at most `grace`, then leaves no process behind.
    pub async fn drain(mut self, grace: Duration) {
        let _ = self.closing.send(true);
        self.control.abort();
        if let Some(edits) = self.edits.take() {
            edits.abort();
        }
        let listeners = std::mem::take(&mut self.listeners);
        let ending = async {
            for listener in listeners {
                // A listener ends by itself once its connections are closed.
                let _ = listener.await;
            }
        };
        // A connection kept open by a viewer must not hold the stack.
        let _ = tokio::time::timeout(grace, ending).await;
        let services = Arc::clone(&self.services.borrow());
        services.drain(grace).await;
    }
}

fn surroundings<'a>(
    settings: &'a Settings,
    php: Option<&'a PhpFpm>,
    secrets: &'a Secrets,
    endpoints: &BTreeMap<String, SocketAddr>,
) -> Surroundings<'a> {
    let s3 = endpoints.get(&Entrance::S3.to_string()).copied();
    Surroundings { settings, php, origin_secret: secrets.origin(), s3 }
}

/// The newest php-fpm in `PATH` and where distributions put it.
fn installed_php() -> Option<PhpFpm> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(PhpFpm::SYSTEM_FOLDERS.map(PathBuf::from));
    PhpFpm::installed(folders).into_iter().next()
}

fn listen(
    bound: Vec<Bound>,
    services: &watch::Receiver<Arc<Services>>,
    tls: Option<&TlsAcceptor>,
    closing: &watch::Receiver<bool>,
) -> Result<Vec<JoinHandle<()>>, StartError> {
    bound
        .into_iter()
        .map(|Bound { entrance, address, socket }| {
            let failed = |error| StartError::Bind { address, entrance: entrance.clone(), error };
            socket.set_nonblocking(true).map_err(failed)?;
            let socket = tokio::net::TcpListener::from_std(socket).map_err(failed)?;
            let services = services.clone();
            let tls = tls.filter(|_| matches!(entrance, Entrance::Distribution(_))).cloned();
            let entrance = Arc::new(entrance);
            Ok(tokio::spawn(listener::serve(socket, tls, closing.clone(), move |request| {
                let services = Arc::clone(&services.borrow());
                let entrance = Arc::clone(&entrance);
                async move { services.answer(&entrance, request).await }
            })))
        })
        .collect()
}

fn control(
    state: &Path,
    services: &watch::Receiver<Arc<Services>>,
    endpoints: &BTreeMap<String, SocketAddr>,
) -> Result<JoinHandle<()>, StartError> {
    let control = Control::bind(state)
        .map_err(|error| StartError::State { path: state.join("control.sock"), error })?;
    let services = services.clone();
    let endpoints: BTreeMap<String, String> =
        endpoints.iter().map(|(name, address)| (name.clone(), format!("http://{address}"))).collect();
    Ok(tokio::spawn(control.serve(move |order| {
        let services = Arc::clone(&services.borrow());
        let endpoints = endpoints.clone();
        async move {
            match order {
                Order::Purge { paths } => Report::Purged { answers: services.purge(&paths) },
                Order::Endpoints => Report::Endpoints { endpoints },
            }
        }
    })))
}
