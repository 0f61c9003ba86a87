//! Carries an environment through its life: its listener, its process, its output, its end.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sandbox::{Enclosure, Exit, Isolation, Limits, Tree};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::output::Lines;
use super::{After, Environment, connection};
use crate::platform::InitPhase;
use crate::service::Service;
use crate::variables::{Place, variables};
use crate::{Function, Parity};

/// Runs the environment until it is gone.
pub(crate) async fn drive(service: Arc<Service>, environment: Arc<Environment>) {
    for attempt in [InitPhase::Init, InitPhase::Invoke] {
        if !environment.launching(&service, attempt) {
            service.gone(&environment);
            return;
        }
        match run(&service, &environment).await {
            Ok(exit) => {
                if environment.exited(&service, exit) == After::Gone {
                    return;
                }
            }
            Err(why) => {
                environment.never_launched(&service, why);
                return;
            }
        }
    }
}

/// One process from its launch to its end.
async fn run(service: &Arc<Service>, environment: &Arc<Environment>) -> Result<Exit, String> {
    // A listener of its own: a neighbour's `next` is never asked for here.
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
        .await
        .map_err(|error| format!("cannot listen for the Runtime API: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let temporary = Temporary::new(service, environment.id.0)?;
    let enclosure = enclosure(service, &environment.function, &environment.name, address, &temporary)?;
    let (mut process, output) = enclosure.spawn().await.map_err(|error| error.to_string())?;
    let (lines, [standard_output, standard_error]) = Lines::new(output);
    environment.launched(process.handle(), lines);
    let mut connections = JoinSet::new();
    let exit = {
        let end = process.wait();
        tokio::pin!(end);
        let (mut output_open, mut error_open) = (true, true);
        loop {
            tokio::select! {
                exit = &mut end => break exit,
                accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                    let (service, environment) = (Arc::clone(service), Arc::clone(environment));
                    connections.spawn(connection::serve(service, environment, stream));
                },
                ready = standard_output.ready(tokio::io::Interest::READABLE), if output_open => {
                    environment.read_output(service);
                    output_open = ready.is_ok_and(|ready| !ready.is_read_closed());
                }
                ready = standard_error.ready(tokio::io::Interest::READABLE), if error_open => {
                    environment.read_output(service);
                    error_open = ready.is_ok_and(|ready| !ready.is_read_closed());
                }
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
            }
        }
    };
    // Nobody is left inside, so every connection has an end: what was sent before it is heard.
    while connections.join_next().await.is_some() {}
    Ok(exit)
}

/// The function's bootstrap, its surroundings and its tree. `name` is the log stream's.
pub(crate) fn enclosure(
    service: &Service,
    function: &Function,
    name: &str,
    address: SocketAddr,
    temporary: &Temporary,
) -> Result<Enclosure, String> {
    let settings = &service.settings;
    let layers = service.layers(function)?;
    let enclosed = settings.isolation == Isolation::Enclosed;
    let place = match &temporary.folder {
        Some(temporary) if !enclosed => Place::Unenclosed { code: &function.code, temporary },
        _ => Place::Enclosed,
    };
    let program = if enclosed {
        entrypoint(&function.code, &layers, Path::new("/var/task"), |_| PathBuf::from("/opt"))
    } else {
        entrypoint(&function.code, &layers, &function.code, Path::to_owned)
    };
    let tree = enclosed.then(|| Tree {
        mount_point: settings.state.join("root"),
        task: function.code.clone(),
        hidden: hidden(service, function),
        layers,
        read_only: Vec::new(),
        volumes: function
            .volumes
            .iter()
            .map(|volume| (volume.source.clone(), volume.mount_path.clone()))
            .collect(),
        temporary_bytes: u64::from(function.ephemeral_storage_megabytes) << 20,
    });
    Ok(Enclosure {
        launcher: settings.launcher.clone(),
        program,
        arguments: Vec::new(),
        environment: variables(function, settings, name, address, &place),
        directory: place.task_root().to_owned(),
        tree,
        companions: enclosed.then(|| PathBuf::from("/opt/extensions")),
        limits: Limits::default(),
    })
}

/// `bootstrap` in the code, else in the topmost layer that has one; else where AWS would look last,
/// so that its absence is told in AWS's words.
fn entrypoint(
    code: &Path,
    layers: &[PathBuf],
    task_root: &Path,
    layer_root: impl Fn(&Path) -> PathBuf,
) -> PathBuf {
    if code.join(BOOTSTRAP).is_file() {
        return task_root.join(BOOTSTRAP);
    }
    let layer = layers.iter().rev().find(|layer| layer.join(BOOTSTRAP).is_file());
    layer.map_or_else(|| PathBuf::from("/opt"), |layer| layer_root(layer)).join(BOOTSTRAP)
}

/// What the function's zip would not hold, and always the state folder: it has everybody's data.
fn hidden(service: &Service, function: &Function) -> Vec<PathBuf> {
    // Both as the kernel sees them: one may be relative or a link, and the state must not show.
    let plain = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let state = plain(&service.settings.state);
    let mut hidden: Vec<PathBuf> = state
        .strip_prefix(plain(&function.code))
        .map(Path::to_owned)
        .into_iter()
        .filter(|state| !state.as_os_str().is_empty())
        .collect();
    if service.settings.parity == Parity::Strict {
        hidden.extend(NEVER_PACKED.iter().map(PathBuf::from));
        hidden.extend(function.hidden.iter().cloned());
    }
    hidden
}

/// Where an unenclosed environment's temporary files go: all of them share the machine's `/tmp`.
pub(crate) struct Temporary {
    folder: Option<PathBuf>,
}

impl Temporary {
    /// Removes what a Davy that was killed has left behind.
    pub(crate) fn sweep() {
        for entry in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let owner = name.to_str().and_then(|name| name.strip_prefix("davy-")?.split_once('-'));
            let Some((Ok(pid), Ok(_))) =
                owner.map(|(pid, number)| (pid.parse::<u32>(), number.parse::<u64>()))
            else {
                continue;
            };
            if !Path::new(&format!("/proc/{pid}")).exists() {
                // Somebody else's can't be removed, and needn't be.
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
    }

    /// A folder for the environment with that number; none where each has a `/tmp` of its own.
    pub(crate) fn new(service: &Service, number: u64) -> Result<Self, String> {
        if service.settings.isolation == Isolation::Enclosed {
            return Ok(Self { folder: None });
        }
        // Short, because socket paths end at 108 bytes.
        let folder = std::env::temp_dir().join(format!("davy-{}-{number}", std::process::id()));
        let create = || {
            std::fs::create_dir_all(&folder)?;
            // As root the function runs as uid 1051.
            std::fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o1777))
        };
        create().map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
        Ok(Self { folder: Some(folder) })
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

const BOOTSTRAP: &str = "bootstrap";
const NEVER_PACKED: [&str; 3] = [".davy", ".git", ".env"];
