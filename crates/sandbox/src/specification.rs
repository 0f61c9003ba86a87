//! What Davy tells its launcher, over the socket that is the launcher's standard input.
//!
//! ```text
//! davy ──► length (4 bytes, little endian), Specification as JSON, then Command bytes ──► launcher
//! davy ◄── Report lines: "pid 4711", "failed …", "unstarted …", "exit 1", "signal 9" ◄────────────────── launcher
//! ```

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// One process to start, and the view of the machine that it gets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Specification {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) directory: PathBuf,
    /// `None`: unenclosed.
    pub(crate) tree: Option<Tree>,
    pub(crate) limits: Limits,
    /// A folder, by its path inside, of which every executable file is started beside the program.
    pub(crate) companions: Option<PathBuf>,
}

/// The file tree of an enclosed process, everything outside as this machine names it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tree {
    /// An empty folder on which the new root is mounted; only the enclosed process ever sees that.
    pub mount_point: PathBuf,
    /// Becomes `/var/task`, read-only.
    pub task: PathBuf,
    /// Files and folders below `task` that are shown empty and unreadable, relative to it.
    pub hidden: Vec<PathBuf>,
    /// Become `/opt`, read-only, merged, the later ones on top.
    pub layers: Vec<PathBuf>,
    /// More of this machine's folders that are shown at their own paths, read-only: a PHP that
    /// isn't under `/usr`.
    pub read_only: Vec<PathBuf>,
    /// Shared writable folders: outside, and where they are mounted.
    pub volumes: Vec<(PathBuf, PathBuf)>,
    /// The size of `/tmp`.
    pub temporary_bytes: u64,
}

/// The limits of every process started. Never of the address space: php-fpm reserves its opcode
/// cache at start and would not come up.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Open files a process.
    pub open_files: u64,
    /// Processes and threads together.
    pub processes: Option<u64>,
    /// The main thread's stack.
    pub stack_bytes: u64,
}

impl Default for Limits {
    /// Lambda's (facts, lambda 4).
    fn default() -> Self {
        Self { open_files: 1_024, processes: Some(742), stack_bytes: 8 << 20 }
    }
}

/// What Davy can ask of a running launcher: one byte each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Kill,
    Freeze,
    Thaw,
}

impl Command {
    pub(crate) const fn byte(self) -> u8 {
        match self {
            Self::Kill => b'k',
            Self::Freeze => b'f',
            Self::Thaw => b't',
        }
    }

    pub(crate) const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            b'k' => Some(Self::Kill),
            b'f' => Some(Self::Freeze),
            b't' => Some(Self::Thaw),
            _ => None,
        }
    }
}

/// What the launcher says: one line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// The supervisor's process id, as Davy sees it.
    Pid(i32),
    /// The environment could not be made.
    Failed(String),
    /// It was made, and the program can't be executed.
    Unstarted(String),
    /// It ended with this code.
    Exit(i32),
    /// This signal ended it.
    Signal(i32),
}

impl Report {
    pub(crate) fn line(&self) -> String {
        match self {
            Self::Pid(pid) => format!("pid {pid}\n"),
            Self::Failed(why) => format!("failed {}\n", why.replace('\n', " ")),
            Self::Unstarted(why) => format!("unstarted {}\n", why.replace('\n', " ")),
            Self::Exit(code) => format!("exit {code}\n"),
            Self::Signal(signal) => format!("signal {signal}\n"),
        }
    }

    pub(crate) fn parse(line: &str) -> Option<Self> {
        let (word, rest) = line.split_once(' ')?;
        match word {
            "pid" => rest.parse().ok().map(Self::Pid),
            "failed" => Some(Self::Failed(rest.to_owned())),
            "unstarted" => Some(Self::Unstarted(rest.to_owned())),
            "exit" => rest.parse().ok().map(Self::Exit),
            "signal" => rest.parse().ok().map(Self::Signal),
            _ => None,
        }
    }
}
