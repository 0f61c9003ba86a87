//! A process that was started: its output, its end, its memory.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use rustix::process::{Pid, PidfdFlags, Signal, WaitId, WaitIdOptions};
use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::pipe;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

use crate::connection;
use crate::memory;
use crate::spawner::Spawned;
use crate::specification::{Command, Report};
use crate::vitals::Vitals;

/// A running process with all its descendants. Dropping it kills them.
pub struct Process {
    handle: Handle,
    reports: BufReader<OwnedReadHalf>,
    end: AsyncFd<OwnedFd>,
}

/// Asks things of a process while somebody else waits for its end.
#[derive(Clone)]
pub struct Handle {
    supervisor: Pid,
    control: Arc<OwnedWriteHalf>,
    pidfd: Arc<OwnedFd>,
    enclosed: bool,
}

/// What a process writes.
pub struct Output {
    /// Its standard output.
    pub output: pipe::Receiver,
    /// Its standard error.
    pub error: pipe::Receiver,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// With this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// The machine gave it no place; the sentence says what could not be done.
    Failed(String),
    /// Its program can't be executed: it isn't there, or isn't executable.
    Unstarted(String),
    /// Nobody told: it was killed from outside, or together with its supervisor.
    Killed,
}

impl Process {
    pub(crate) fn adopt(spawned: Spawned, enclosed: bool) -> io::Result<(Self, Output)> {
        let supervisor = Pid::from_raw(spawned.pid).ok_or_else(|| io::Error::other("pid 0"))?;
        let pidfd = rustix::process::pidfd_open(supervisor, PidfdFlags::empty())?;
        spawned.control.set_nonblocking(true)?;
        let (reports, control) = UnixStream::from_std(spawned.control)?.into_split();
        let output = Output {
            output: pipe::Receiver::from_owned_fd(spawned.output.into())?,
            error: pipe::Receiver::from_owned_fd(spawned.error.into())?,
        };
        #[expect(unsafe_code, reason = "the descriptor stays open as long as what it is registered in")]
        // SAFETY: the `AsyncFd` owns the descriptor and nobody closes it before.
        let end = unsafe { AsyncFd::register(pidfd.try_clone()?)? };
        let handle = Handle { supervisor, control: control.into(), pidfd: pidfd.into(), enclosed };
        Ok((Self { handle, reports: BufReader::new(reports), end }, output))
    }

    /// What can be asked of the process from elsewhere.
    pub fn handle(&self) -> Handle {
        let Handle { supervisor, control, pidfd, enclosed } = &self.handle;
        Handle {
            supervisor: *supervisor,
            control: control.clone(),
            pidfd: pidfd.clone(),
            enclosed: *enclosed,
        }
    }

    /// Waits until the process and everything that it started is gone. Only once.
    pub async fn wait(&mut self) -> Exit {
        let told = self.last_report().await;
        // Readable when the supervisor has ended, and in a PID namespace everybody with it.
        let _ = self.end.readable().await;
        let _ = rustix::process::waitid(WaitId::PidFd(self.end.get_ref().as_fd()), WaitIdOptions::EXITED);
        if !self.handle.enclosed {
            // The supervisor may have been killed before it could find its descendants.
            let _ = rustix::process::kill_process_group(self.handle.supervisor, Signal::KILL);
        }
        told
    }

    async fn last_report(&mut self) -> Exit {
        let mut line = String::new();
        let mut exit = Exit::Killed;
        loop {
            line.clear();
            match self.reports.read_line(&mut line).await {
                Ok(0) | Err(_) => return exit,
                Ok(_) => match Report::parse(line.trim_end()) {
                    // The failure comes before the code of the process that could not become it.
                    Some(Report::Failed(why)) => exit = Exit::Failed(why),
                    Some(Report::Unstarted(why)) => exit = Exit::Unstarted(why),
                    Some(Report::Exit(code)) if exit == Exit::Killed => exit = Exit::Code(code),
                    Some(Report::Signal(signal)) if exit == Exit::Killed => exit = Exit::Signal(signal),
                    _ => {}
                },
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.handle.kill();
    }
}

impl Handle {
    /// The supervisor's process id; the process itself is its child.
    pub fn pid(&self) -> u32 {
        self.supervisor.as_raw_nonzero().get().unsigned_abs()
    }

    /// Kills the process and everything that it started, at once.
    pub fn kill(&self) {
        if self.enclosed {
            let _ = rustix::process::pidfd_send_signal(&self.pidfd, Signal::KILL);
        } else {
            self.tell(Command::Kill);
        }
    }

    /// Stops every process of the environment until [`Handle::thaw`].
    pub fn freeze(&self) {
        self.tell(Command::Freeze);
    }

    /// Lets them run on.
    pub fn thaw(&self) {
        self.tell(Command::Thaw);
    }

    /// The memory of the process and its descendants in bytes: what it would give back if it went.
    /// Reads `/proc`, some hundred microseconds a process.
    pub fn memory(&self) -> u64 {
        memory::of_descendants(self.pid())
    }

    /// The process and its descendants, as this machine counts them.
    pub fn processes(&self) -> Vec<u32> {
        memory::descendants(self.pid())
    }

    /// Looks at the process itself, without its descendants; `None` once it is gone.
    pub fn vitals(&self) -> Option<Vitals> {
        memory::children(self.pid()).first().copied().and_then(Vitals::of)
    }

    /// Whether the connection from `peer` to `local` belongs to one of the environment's processes.
    /// True as well where the kernel doesn't say whose it is.
    pub fn owns_connection(&self, peer: SocketAddr, local: SocketAddr) -> bool {
        match connection::inode(peer, local) {
            Ok(Some(inode)) => connection::is_held_by(inode, &self.processes()),
            // Nobody is there any more to get an answer.
            Ok(None) => false,
            Err(_) => true,
        }
    }

    fn tell(&self, command: Command) {
        // One byte always fits; a supervisor that is gone needs no telling.
        let _ = self.control.try_write(&[command.byte()]);
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(out, "exit status {code}"),
            Self::Signal(signal) => write!(out, "signal: {}", signal_name(*signal)),
            Self::Failed(why) | Self::Unstarted(why) => out.write_str(why),
            Self::Killed => out.write_str("signal: killed"),
        }
    }
}

/// The words of Go's runtime, in which Lambda's own agent is written.
fn signal_name(signal: i32) -> String {
    match signal {
        libc::SIGHUP => "hangup",
        libc::SIGINT => "interrupt",
        libc::SIGQUIT => "quit",
        libc::SIGILL => "illegal instruction",
        libc::SIGTRAP => "trace/breakpoint trap",
        libc::SIGABRT => "aborted",
        libc::SIGBUS => "bus error",
        libc::SIGFPE => "floating point exception",
        libc::SIGKILL => "killed",
        libc::SIGUSR1 => "user defined signal 1",
        libc::SIGSEGV => "segmentation fault",
        libc::SIGUSR2 => "user defined signal 2",
        libc::SIGPIPE => "broken pipe",
        libc::SIGALRM => "alarm clock",
        libc::SIGTERM => "terminated",
        other => return format!("signal {other}"),
    }
    .to_owned()
}
