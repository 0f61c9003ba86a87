//! PID 1 of an environment: builds the view, starts the process, reaps, and tells how it ended.

use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{DumpableBehavior, Pid, Resource, Rlimit, Signal, WaitOptions, WaitStatus};

use super::privileges::{self, Privileges};
use super::{Failure, filter, system, tree};
use crate::specification::{Command, Limits, Report, Specification};

/// Runs the process to its end, or until Davy hangs up. Never returns.
pub(super) fn supervise(control: &UnixStream, specification: &Specification, privileges: Privileges) -> ! {
    let status = match start(control, specification, privileges) {
        Ok((process, children)) => {
            watch(control, process, &children, Scope::of(specification));
            0
        }
        Err(failure) => {
            report(control, &Report::Failed(failure.to_string()));
            1
        }
    };
    #[expect(clippy::exit, reason = "in a PID namespace this exit ends every process inside")]
    std::process::exit(status)
}

/// Tells Davy. If nobody listens any more, the next poll of the socket says so.
pub(super) fn report(mut control: &UnixStream, report: &Report) {
    let _ = control.write_all(report.line().as_bytes());
}

/// Whom the supervisor answers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// The PID namespace, which ends with it.
    Namespace,
    /// Its descendants, whom it has to find.
    Descendants,
}

impl Scope {
    fn of(specification: &Specification) -> Self {
        if specification.tree.is_some() { Self::Namespace } else { Self::Descendants }
    }
}

fn start(
    control: &UnixStream,
    specification: &Specification,
    privileges: Privileges,
) -> Result<(Pid, std::os::fd::OwnedFd), Failure> {
    let did = |what: &str| {
        let what = what.to_owned();
        move |error: std::io::Error| Failure::new(what, error)
    };
    // A session of its own: no terminal's Ctrl-C, and one group to signal if all else fails.
    rustix::process::setsid().map_err(|error| Failure::new("start a session", error))?;
    if let Some(tree) = &specification.tree {
        tree::enter(tree)?;
    } else {
        rustix::process::set_child_subreaper(Pid::from_raw(1))
            .map_err(|error| Failure::new("adopt orphans", error))?;
    }
    if privileges == Privileges::Root {
        privileges::hand_over_output().map_err(did("hand the output over to uid 1051"))?;
        privileges::drop_root().map_err(did("become uid 1051"))?;
    }
    // After the change of user, which clears both.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|error| Failure::new("ask for the parent's death signal", error))?;
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|error| Failure::new("shut the supervisor's memory", error))?;
    let children = system::child_signals().map_err(did("watch for children"))?;
    if let Some(pid) = system::fork().map_err(did("fork"))? {
        let pid = Pid::from_raw(pid).ok_or_else(|| Failure::new("fork", std::io::Error::other("pid 0")))?;
        start_companions(specification, privileges).map_err(did("start the companions"))?;
        return Ok((pid, children));
    }
    report(control, &execute(&specification.program, specification, privileges));
    #[expect(clippy::exit, reason = "the fork has nothing else to do")]
    std::process::exit(127)
}

/// Starts what lies in the companions' folder. One that can't be started says so in the log.
fn start_companions(specification: &Specification, privileges: Privileges) -> std::io::Result<()> {
    let entries =
        specification.companions.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
    for program in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()) {
        if system::fork()?.is_none() {
            if let Report::Failed(why) | Report::Unstarted(why) = execute(&program, specification, privileges)
            {
                let _ = std::io::stderr().write_all(format!("{why}\n").as_bytes());
            }
            #[expect(clippy::exit, reason = "the fork has nothing else to do")]
            std::process::exit(127)
        }
    }
    Ok(())
}

/// Becomes `program`; returns only if it can't.
fn execute(program: &Path, specification: &Specification, privileges: Privileges) -> Report {
    if let Err(failure) = confine(specification, privileges) {
        return Report::Failed(failure.to_string());
    }
    #[expect(clippy::disallowed_methods, reason = "this is the crate that starts processes")]
    let error = std::process::Command::new(program)
        .args(&specification.arguments)
        .env_clear()
        .envs(&specification.environment)
        .current_dir(&specification.directory)
        .exec();
    Report::Unstarted(format!("cannot start {}: {error}", program.display()))
}

fn confine(specification: &Specification, privileges: Privileges) -> Result<(), Failure> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|error| Failure::new("ask for the parent's death signal", error))?;
    limit(specification.limits, Scope::of(specification), privileges)?;
    rustix::thread::set_no_new_privs(true).map_err(|error| Failure::new("forbid new privileges", error))?;
    system::close_on_exec_from_3().map_err(|error| Failure::new("close descriptors", error))?;
    filter::install().map_err(|error| Failure::new("filter system calls", error))
}

fn limit(limits: Limits, scope: Scope, privileges: Privileges) -> Result<(), Failure> {
    let set = |resource, name: &str, value: u64| {
        // An ordinary user can't go above the limit that he has himself.
        let value = rustix::process::getrlimit(resource).maximum.map_or(value, |most| most.min(value));
        rustix::process::setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) })
            .map_err(|error| Failure::new(format!("limit {name} to {value}"), error))
    };
    set(Resource::Nofile, "open files", limits.open_files)?;
    set(Resource::Stack, "the stack", limits.stack_bytes)?;
    set(Resource::Core, "core dumps", 0)?;
    // The kernel counts processes by user: only in a user namespace are they this environment's own.
    if let (Some(processes), Scope::Namespace, Privileges::Ordinary) = (limits.processes, scope, privileges) {
        set(Resource::Nproc, "processes", processes)?;
    }
    Ok(())
}

fn watch(control: &UnixStream, process: Pid, children: &std::os::fd::OwnedFd, scope: Scope) {
    loop {
        let mut descriptors = [
            PollFd::from_borrowed_fd(control.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(children.as_fd(), PollFlags::IN),
        ];
        if poll(&mut descriptors, None).is_err() {
            continue;
        }
        let (told, changed) = (!descriptors[0].revents().is_empty(), !descriptors[1].revents().is_empty());
        if changed {
            let mut signals = [0; 1_024];
            while rustix::io::read(children, &mut signals).is_ok() {}
            if let Some(end) = reap(process) {
                report(control, &end);
                break;
            }
        }
        if told {
            let mut byte = [0];
            match rustix::io::read(control, &mut byte) {
                Ok(1) => match Command::from_byte(byte[0]) {
                    Some(Command::Freeze) => signal(scope, Signal::STOP),
                    Some(Command::Thaw) => signal(scope, Signal::CONT),
                    Some(Command::Kill) => break,
                    None => {}
                },
                // Davy is gone.
                Ok(_) | Err(_) => break,
            }
        }
    }
    if scope == Scope::Descendants {
        end_descendants();
    }
}

/// Buries every child that has ended; how `process` ended, if it was among them.
fn reap(process: Pid) -> Option<Report> {
    let mut end = None;
    while let Ok(Some((pid, status))) = rustix::process::wait(WaitOptions::NOHANG) {
        if pid == process {
            end = Some(ending(status));
        }
    }
    end
}

fn ending(status: WaitStatus) -> Report {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Report::Exit(code),
        (None, Some(signal)) => Report::Signal(signal),
        (None, None) => Report::Failed("ended in a way that wait(2) does not know".to_owned()),
    }
}

fn signal(scope: Scope, signal: Signal) {
    match scope {
        Scope::Namespace => system::signal_all(signal.as_raw()),
        Scope::Descendants => {
            for pid in children() {
                let _ = rustix::process::kill_process_group(pid, signal);
                let _ = rustix::process::kill_process(pid, signal);
            }
        }
    }
}

/// Kills until nobody is left: whoever loses his parent becomes a child of this process, the
/// subreaper, and is found in the next round.
fn end_descendants() {
    loop {
        for child in children() {
            let _ = rustix::process::kill_process(child, Signal::KILL);
        }
        match rustix::process::wait(WaitOptions::empty()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}

fn children() -> Vec<Pid> {
    let own = std::process::id();
    let text = std::fs::read_to_string(format!("/proc/{own}/task/{own}/children")).unwrap_or_default();
    text.split_whitespace().filter_map(|pid| pid.parse().ok().and_then(Pid::from_raw)).collect()
}
