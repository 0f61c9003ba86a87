//! A project → a running `davy up` with all its addresses, and proof that nothing is left of it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::binaries;
use crate::http::{Address, Request, Response};
use crate::processes::{self, Process};
use crate::project::Project;
use crate::waiting::{PATIENCE, until};

/// How to start a stack.
#[derive(Debug)]
pub struct Launch {
    project: Project,
    arguments: Vec<String>,
    davy: PathBuf,
    wrapper: Vec<String>,
}

impl Launch {
    /// Of a project, on ports that the kernel chooses.
    pub fn of(project: Project) -> Self {
        Self { project, arguments: Vec::new(), davy: binaries::davy().to_owned(), wrapper: Vec::new() }
    }

    /// Adds an argument to `davy up`.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Runs this davy by another program, such as `setpriv --reuid 1000`.
    #[must_use]
    pub fn by(mut self, wrapper: &[&str], davy: PathBuf) -> Self {
        self.davy = davy;
        self.wrapper = wrapper.iter().map(|&word| word.to_owned()).collect();
        self
    }

    /// Starts it and waits until everything answers.
    pub fn start(self) -> Stack {
        let Self { project, arguments, davy, wrapper } = self;
        let mut words = wrapper.into_iter().chain([davy.to_string_lossy().into_owned()]);
        let mut command = Command::new(words.next().expect("davy at least"));
        command.args(words).arg("up").arg(project.path()).args(["--port", "0", "--json"]).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));

        let talk = gather(child.stderr.take().expect("stderr is a pipe"));
        let lines = lines(child.stdout.take().expect("stdout is a pipe"));
        let Ok(ready) = lines.recv_timeout(PATIENCE) else {
            let _ = child.kill();
            let status = child.wait();
            panic!("davy up was not ready ({status:?}): {}", read(&talk));
        };
        let endpoints = addresses(&ready["endpoints"]);
        let site = Address::of(ready["site"].as_str().unwrap_or_else(|| panic!("no site in {ready}")));
        Stack { child, lines, talk, project, site, endpoints }
    }
}

/// A running `davy up`, killed when it is dropped.
#[derive(Debug)]
pub struct Stack {
    child: Child,
    lines: Receiver<Value>,
    talk: Arc<Mutex<String>>,
    /// What it runs; an edit shows at the next request.
    pub project: Project,
    /// The first distribution, or the first API.
    pub site: Address,
    endpoints: BTreeMap<String, Address>,
}

impl Stack {
    /// Gets a page of the site.
    pub fn get(&self, target: &str) -> Response {
        self.send(&Request::get(target))
    }

    /// Sends a request to the site.
    pub fn send(&self, request: &Request) -> Response {
        self.send_to(&self.site, request)
    }

    /// Sends a request to another address of the stack.
    pub fn send_to(&self, address: &Address, request: &Request) -> Response {
        request.send(address).unwrap_or_else(|error| {
            panic!("{} {} at {address:?}: {error}\n{}", request.method, request.target, self.talk())
        })
    }

    /// The address of `distribution.NAME`, `httpapi.NAME` or `s3`.
    pub fn endpoint(&self, name: &str) -> Address {
        let found = self.endpoints.get(name);
        found.cloned().unwrap_or_else(|| panic!("no {name} among {:?}", self.endpoints.keys()))
    }

    /// The next request that davy tells of, one JSON object.
    pub fn next_line(&self) -> Value {
        self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no further line\n{}", self.talk()))
    }

    /// What davy has said to a person so far.
    pub fn talk(&self) -> String {
        read(&self.talk)
    }

    /// Waits until davy has said something.
    #[track_caller]
    pub fn hear(&self, words: &str) {
        let heard = until(PATIENCE, || self.talk().contains(words).then_some(()));
        assert!(heard.is_some(), "davy never said {words:?}:\n{}", self.talk());
    }

    /// Everything that it has started and that runs now.
    pub fn processes(&self) -> Vec<Process> {
        processes::descendants(self.child.id())
    }

    /// The processes whose command holds a word.
    pub fn processes_of(&self, word: &str) -> Vec<Process> {
        self.processes().into_iter().filter(|process| process.command.contains(word)).collect()
    }

    /// Sends davy itself a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a process number");
        kill_process(pid, signal).expect("davy runs");
    }

    /// Ends davy by a signal and says how that went.
    pub fn end(mut self, signal: Signal) -> Ended {
        let started = self.processes();
        let begin = Instant::now();
        self.signal(signal);
        let status = until(PATIENCE, || self.child.try_wait().expect("davy is our child"));
        let took = begin.elapsed();
        let status = status.unwrap_or_else(|| panic!("davy did not end:\n{}", self.talk()));
        let mut left = processes::remaining(&started);
        left.extend(processes::naming(&self.project.path().to_string_lossy()));
        Ended { status, took, started, left, talk: self.talk() }
    }
}

impl Drop for Stack {
    #[expect(clippy::print_stderr, reason = "the test harness shows it under the failed test")]
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("davy said:\n{}", self.talk());
        }
    }
}

/// How a stack ended.
#[derive(Debug)]
pub struct Ended {
    /// Of davy itself.
    pub status: ExitStatus,
    /// From the signal on.
    pub took: Duration,
    /// What ran before the signal.
    pub started: Vec<Process>,
    /// What still runs.
    pub left: Vec<Process>,
    /// What davy said in its life.
    pub talk: String,
}

fn addresses(endpoints: &Value) -> BTreeMap<String, Address> {
    let endpoints = endpoints.as_object().unwrap_or_else(|| panic!("no endpoints in {endpoints}"));
    endpoints.iter().filter_map(|(name, url)| Some((name.clone(), Address::of(url.as_str()?)))).collect()
}

fn lines(stream: impl Read + Send + 'static) -> Receiver<Value> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let value =
                serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in the line {line:?}"));
            if sender.send(value).is_err() {
                return;
            }
        }
    });
    receiver
}

fn gather(stream: impl Read + Send + 'static) -> Arc<Mutex<String>> {
    let text = Arc::new(Mutex::new(String::new()));
    let writer = Arc::clone(&text);
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while stream.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            writer.lock().unwrap_or_else(PoisonError::into_inner).push_str(&String::from_utf8_lossy(&line));
            line.clear();
        }
    });
    text
}

fn read(text: &Mutex<String>) -> String {
    text.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
