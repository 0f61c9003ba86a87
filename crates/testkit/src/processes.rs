//! `/proc` → which processes a test started, and which of them are still there.

use std::collections::BTreeMap;
use std::fs;

use rustix::process::{Pid, Signal, kill_process};

use crate::waiting::{PATIENCE, until};

/// One process; the start time tells it from a later one with the same number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its number in our namespace.
    pub pid: i32,
    /// In clock ticks since boot.
    started: u64,
    /// Its arguments, as one line.
    pub command: String,
}

impl Process {
    /// Sends a signal; a process that is gone is no error.
    pub fn signal(&self, signal: Signal) {
        if let Some(pid) = Pid::from_raw(self.pid).filter(|_| self.is_alive()) {
            let _ = kill_process(pid, signal);
        }
    }

    /// Whether it runs; one that ended and was not waited for does not.
    pub fn is_alive(&self) -> bool {
        Stat::read(self.pid).is_some_and(|stat| stat.started == self.started && stat.state != 'Z')
    }
}

/// All that descend from a process, itself left out.
pub fn descendants(ancestor: u32) -> Vec<Process> {
    let mut children: BTreeMap<i32, Vec<Process>> = BTreeMap::new();
    for stat in all() {
        let command = command(stat.pid);
        children.entry(stat.parent).or_default().push(Process {
            pid: stat.pid,
            started: stat.started,
            command,
        });
    }
    let mut found = Vec::new();
    let mut open = vec![i32::try_from(ancestor).expect("a process number")];
    while let Some(pid) = open.pop() {
        for child in children.remove(&pid).into_iter().flatten() {
            open.push(child.pid);
            found.push(child);
        }
    }
    found
}

/// Those that still run, once those that are ending have had their time.
pub fn remaining(processes: &[Process]) -> Vec<Process> {
    until(PATIENCE / 6, || processes.iter().all(|process| !process.is_alive()).then_some(()));
    processes.iter().filter(|process| process.is_alive()).cloned().collect()
}

/// Processes whose arguments name a folder: those that a dead parent has left behind too.
pub fn naming(folder: &str) -> Vec<Process> {
    all()
        .map(|stat| Process { pid: stat.pid, started: stat.started, command: command(stat.pid) })
        .filter(|process| process.command.contains(folder))
        .collect()
}

/// `/proc/PID/stat`, of which three of fifty-two fields are of use here.
struct Stat {
    pid: i32,
    state: char,
    parent: i32,
    started: u64,
}

impl Stat {
    fn read(pid: i32) -> Option<Self> {
        let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name in parentheses may hold spaces and parentheses of its own (proc(5)).
        let (_, rest) = line.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        Some(Self {
            pid,
            state: fields.first()?.chars().next()?,
            parent: fields.get(1)?.parse().ok()?,
            started: fields.get(19)?.parse().ok()?,
        })
    }
}

fn all() -> impl Iterator<Item = Stat> {
    let entries = fs::read_dir("/proc").expect("/proc is mounted").flatten();
    entries.filter_map(|entry| Stat::read(entry.file_name().to_str()?.parse().ok()?))
}

fn command(pid: i32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', " ").trim_end().to_owned()
}

#[cfg(test)]
mod tests;
