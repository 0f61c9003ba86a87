//! The one thread that starts launchers.
//!
//! The kernel sends the parent-death signal when the *thread* that made the process ends, not the
//! program (prctl(2)). A runtime's worker threads come and go, so this one lives as long as Davy.

use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, ChildStdout, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};

use tokio::sync::oneshot;

use crate::launcher::ARGUMENT_ZERO;
use crate::specification::{Report, Specification};

/// A supervisor that is at work, and the three ways to it.
pub(crate) struct Spawned {
    pub(crate) pid: i32,
    pub(crate) control: UnixStream,
    pub(crate) output: ChildStdout,
    pub(crate) error: ChildStderr,
}

/// Starts what `specification` describes, from the thread that stays.
pub(crate) async fn spawn(launcher: PathBuf, specification: Specification) -> io::Result<Spawned> {
    static THREAD: OnceLock<Sender<Order>> = OnceLock::new();
    let thread = THREAD.get_or_init(start_thread);
    let (answer, answered) = oneshot::channel();
    let order = Order { launcher, specification, answer };
    let gone = || io::Error::other("the thread that starts processes has ended");
    thread.send(order).map_err(|_| gone())?;
    answered.await.map_err(|_| gone())?
}

struct Order {
    launcher: PathBuf,
    specification: Specification,
    answer: oneshot::Sender<io::Result<Spawned>>,
}

fn start_thread() -> Sender<Order> {
    let (orders, incoming) = channel::<Order>();
    std::thread::Builder::new()
        .name("davy-spawner".to_owned())
        .spawn(move || {
            for order in incoming {
                // Whoever asked may have gone; then the process ends with its control socket.
                let _ = order.answer.send(start(&order.launcher, &order.specification));
            }
        })
        .expect("the system grants one more thread");
    orders
}

/// Starts it from this very thread, with whose end it ends.
pub(crate) fn start(launcher: &Path, specification: &Specification) -> io::Result<Spawned> {
    if std::env::var_os(MARK).is_some() {
        return Err(io::Error::other(
            "this process was to be a launcher: its `main` must begin with run_if_asked()",
        ));
    }
    let (control, theirs) = UnixStream::pair()?;
    #[expect(clippy::disallowed_methods, reason = "this is the crate that starts processes")]
    let mut command = std::process::Command::new(launcher);
    command
        .arg0(ARGUMENT_ZERO)
        .env_clear()
        .env(MARK, "1")
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn()?;
    // The command holds their end open, and its closing is how a dead launcher is noticed.
    drop(command);
    let text = serde_json::to_vec(specification)?;
    let length = u32::try_from(text.len()).map_err(io::Error::other)?;
    let handed = (&control).write_all(&length.to_le_bytes()).and_then(|()| (&control).write_all(&text));
    let first = handed.and_then(|()| first_report(&control));
    child.wait()?;
    let pid = match first? {
        Report::Pid(pid) => pid,
        Report::Failed(why) => return Err(io::Error::other(why)),
        _ => return Err(io::Error::other("an end before a beginning")),
    };
    let (output, error) = (child.stdout.take(), child.stderr.take());
    let (output, error) = output.zip(error).expect("both were asked to be pipes");
    Ok(Spawned { pid, control, output, error })
}

/// Reads one line and not a byte more: the supervisor's own reports follow it.
fn first_report(control: &UnixStream) -> io::Result<Report> {
    let mut line = String::new();
    BufReader::with_capacity(1, control).read_line(&mut line)?;
    Report::parse(line.trim_end()).ok_or_else(|| {
        io::Error::other("the launcher answered nothing: its `main` must begin with run_if_asked()")
    })
}

/// Set for launchers, so that a binary which does not become one can't start itself for ever.
const MARK: &str = "DAVY_LAUNCHER";
