//! php-fpm: started with the runtime's own sockets, listened to, ended and started again.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::io::{FdFlags, fcntl_setfd, ioctl_fionbio};
use rustix::process::{Pid, PidfdFlags, Signal, WaitOptions, WaitStatus, kill_process, pidfd_open, waitpid};
use trace::Timestamp;

use crate::failure::StartFailure;
use crate::log::Lines;
use crate::settings::Settings;

mod configuration;
mod home;
mod identity;
mod initialization;
mod launch;
mod workers;

use home::Home;
use identity::Identity;
pub use launch::become_php_fpm;

/// php-fpm with its pools, one worker each.
pub(crate) struct Fpm {
    program: PathBuf,
    arguments: Vec<String>,
    environment: BTreeMap<String, String>,
    pools: Vec<Pool>,
    master: Option<Master>,
    /// What the master and the workers write, one line after the other.
    output: OwnedFd,
    output_writer: OwnedFd,
    lines: Lines,
    /// What was said since the start, for a start that fails.
    said: Vec<String>,
    /// The last line that told a worker's end.
    last_words: Option<String>,
    // Last, so that its folder is there until everything else is gone.
    _home: Home,
}

/// A pool of one worker.
struct Pool {
    name: String,
    listener: UnixListener,
    /// The name that php-fpm knows and unlinks when it ends.
    path: PathBuf,
    /// The runtime's own name for the same socket.
    link: PathBuf,
}

struct Master {
    pid: Pid,
    /// Readable at its end. Kernels before 5.3 have no such thing: then its end shows when something
    /// else happens.
    ended: Option<OwnedFd>,
    started: Timestamp,
}

impl Fpm {
    /// Makes the sockets and the configuration, and starts php-fpm; it isn't ready yet.
    pub(crate) fn start(
        settings: &Settings,
        environment: &BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<Self, StartFailure> {
        let program = settings.php_fpm.clone().ok_or(StartFailure::NoPhpFpm)?;
        let prepare =
            |what: &str, error: io::Error| StartFailure::Preparation { what: what.to_owned(), error };
        let home = Home::create(&settings.temporary)
            .map_err(|error| prepare(&format!("make a folder in {}", settings.temporary.display()), error))?;
        let pools = (0..settings.concurrency)
            .map(|number| Pool::listen(home.path(), number))
            .collect::<io::Result<Vec<_>>>()
            .map_err(|error| prepare("listen for php-fpm", error))?;
        let identity = Identity::choose(settings);
        let scan = configuration::write_ini(home.path(), settings, &identity)
            .map_err(|error| prepare("write php-fpm's settings", error))?;
        let mut environment = environment.clone();
        environment.insert(
            "PHP_INI_SCAN_DIR".to_owned(),
            configuration::scan_folders(&environment, &scan, settings),
        );
        initialization::run(settings, &mut environment)?;
        let conf = match &settings.php_fpm_conf {
            Some(conf) => conf.clone(),
            None => configuration::write_conf(home.path(), &pools, &environment, settings, &identity)
                .map_err(|error| prepare("write php-fpm's configuration", error))?,
        };
        let mut arguments: Vec<String> =
            ["--nodaemonize", "--force-stderr", "--fpm-config"].map(str::to_owned).into();
        arguments.push(conf.to_string_lossy().into_owned());
        if matches!(identity, Identity::Root { .. }) {
            arguments.push("--allow-to-run-as-root".to_owned());
        }
        environment.insert("FPM_SOCKETS".to_owned(), inherited(&pools));
        environment.insert("DAVY_LISTEN".to_owned(), pools[0].path.to_string_lossy().into_owned());
        let (output, output_writer) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)
            .and_then(|(reader, writer)| ioctl_fionbio(&reader, true).map(|()| (reader, writer)))
            .map_err(|error| prepare("make a pipe", error.into()))?;
        let mut fpm = Self {
            program,
            arguments,
            environment,
            pools,
            master: None,
            output,
            output_writer,
            lines: Lines::default(),
            said: Vec::new(),
            last_words: None,
            _home: home,
        };
        if let Identity::Root { why: Some(why) } = identity {
            fpm.said.push(why);
        }
        // Workers of a dead master become ours, so that they can be found and ended.
        _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
        fpm.spawn(now)?;
        Ok(fpm)
    }

    /// Starts the master; the sockets and the configuration are what they were.
    pub(crate) fn spawn(&mut self, now: Timestamp) -> Result<(), StartFailure> {
        let prepare = |error: io::Error| StartFailure::Preparation {
            what: format!("start {}", self.program.display()),
            error,
        };
        for pool in &self.pools {
            fcntl_setfd(&pool.listener, FdFlags::empty()).map_err(|error| prepare(error.into()))?;
        }
        let writer = || self.output_writer.try_clone().map(Stdio::from).map_err(prepare);
        let mut command = launch::command(&self.program).map_err(prepare)?;
        command.args(&self.arguments).env_clear().envs(&self.environment).stdin(Stdio::null());
        let child = command.stdout(writer()?).stderr(writer()?).spawn();
        for pool in &self.pools {
            fcntl_setfd(&pool.listener, FdFlags::CLOEXEC).map_err(|error| prepare(error.into()))?;
        }
        let pid = child.map_err(prepare)?.id();
        let pid = i32::try_from(pid)
            .ok()
            .and_then(Pid::from_raw)
            .ok_or_else(|| prepare(io::ErrorKind::Other.into()))?;
        let ended = pidfd_open(pid, PidfdFlags::empty()).ok();
        self.master = Some(Master { pid, ended, started: now });
        Ok(())
    }

    /// The pools' names and sockets, as the links connect to them.
    pub(crate) fn pools(&self) -> impl Iterator<Item = (&str, &Path)> {
        self.pools.iter().map(|pool| (pool.name.as_str(), pool.link.as_path()))
    }

    /// What to wait for: log output, and the master's end.
    pub(crate) fn descriptors(&self) -> (BorrowedFd<'_>, Option<BorrowedFd<'_>>) {
        (self.output.as_fd(), self.master.as_ref().and_then(|master| master.ended.as_ref()).map(AsFd::as_fd))
    }

    /// Reads what there is of log output, line by line.
    pub(crate) fn read_output(&mut self, buffer: &mut [u8], mut each: impl FnMut(&str)) {
        while let Ok(length @ 1..) = rustix::io::read(&self.output, &mut *buffer) {
            let (said, last_words) = (&mut self.said, &mut self.last_words);
            self.lines.push(&buffer[..length], |line| {
                let line = line.strip_prefix("PHP message: ").unwrap_or(line);
                if said.len() < SAID_MAX {
                    said.push(line.to_owned());
                }
                if line.contains("] child ") && line.contains(" exited ") {
                    *last_words = Some(without_time(line).to_owned());
                }
                each(line);
            });
        }
    }

    /// The line that told the end of a pool's worker, once.
    pub(crate) fn take_last_words(&mut self, pool: &str) -> Option<String> {
        let several = self.pools.len() > 1;
        self.last_words.take_if(|words| !several || words.contains(&format!("[pool {pool}]")))
    }

    /// What php-fpm has said since its start.
    pub(crate) fn said(&self) -> &[String] {
        &self.said
    }

    /// How the master ended, if it has; and how long it ran.
    pub(crate) fn reap(&mut self, now: Timestamp) -> Option<(String, std::time::Duration)> {
        let master = self.master.as_ref()?;
        let (_, status) = waitpid(Some(master.pid), WaitOptions::NOHANG).ok()??;
        let ran = now.since(master.started);
        self.master = None;
        Some((describe(status), ran))
    }

    /// Ends the worker of a pool at once; the master starts the next one.
    pub(crate) fn end_worker(&self, pool: &str) {
        if let Some(master) = &self.master {
            self.end(master.pid, pool);
        }
    }

    /// Ends workers of a pool whose master is dead, and waits until they are gone: until then one of
    /// them might take a connection that is meant for its successor.
    pub(crate) fn end_orphans(&self, pool: &str) {
        for orphan in self.end(rustix::process::getpid(), pool) {
            _ = waitpid(Some(orphan), WaitOptions::empty());
        }
    }

    fn end(&self, parent: Pid, pool: &str) -> Vec<Pid> {
        // A configuration of the user's own has pools of any name.
        let is_ours = self.pools.iter().any(|known| known.name == pool);
        let master = self.master.as_ref().map(|master| master.pid);
        let meant = |worker: &workers::Worker| {
            Some(worker.pid) != master && (worker.is_of(pool) || (!is_ours && worker.is_any()))
        };
        let workers: Vec<Pid> =
            workers::of(parent).into_iter().filter(meant).map(|worker| worker.pid).collect();
        for worker in &workers {
            _ = kill_process(*worker, Signal::KILL);
        }
        workers
    }

    /// Lets php-fpm end by itself: it ends its workers.
    pub(crate) fn stop(&mut self) {
        if let Some(master) = self.master.take() {
            _ = kill_process(master.pid, Signal::TERM);
            _ = waitpid(Some(master.pid), WaitOptions::empty());
        }
    }
}

impl Drop for Fpm {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Pool {
    fn listen(home: &Path, number: usize) -> io::Result<Self> {
        let (path, link) = (home.join(format!("{number}.sock")), home.join(format!("{number}.link")));
        let listener = UnixListener::bind(&path)?;
        fs::hard_link(&path, &link)?;
        Ok(Self { name: format!("davy-{number}"), listener, path, link })
    }
}

/// The sockets as php-fpm hands them to itself across a reload: `PATH=FD`, parted by commas.
fn inherited(pools: &[Pool]) -> String {
    let pairs: Vec<String> =
        pools.iter().map(|pool| format!("{}={}", pool.path.display(), pool.listener.as_raw_fd())).collect();
    pairs.join(",")
}

fn describe(status: WaitStatus) -> String {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (_, Some(signal)) => format!("signal {signal}"),
        _ => "unknown status".to_owned(),
    }
}

/// A line of php-fpm's own without `[24-Nov-2026 21:37:44] `.
fn without_time(line: &str) -> &str {
    line.strip_prefix('[').and_then(|rest| rest.split_once("] ")).map_or(line, |(_, rest)| rest)
}

/// Runs a program of the runtime's own choice.
#[expect(clippy::disallowed_methods, reason = "the runtime starts php-fpm and php")]
fn command(program: &Path) -> Command {
    Command::new(program)
}

/// Lines kept of a start.
const SAID_MAX: usize = 20;
