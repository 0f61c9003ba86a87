//! `bench-runtime BOOTSTRAP [ROUNDS]`: one page, three ways, side by side on the same machine in one run.
//!
//! A bare FastCGI client on a new connection each time (the floor), nginx in front of php-fpm, and the
//! bootstrap between the fake Runtime API and php-fpm. The ways take turns, so that whatever else the
//! machine does meets all of them.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use testkit::http::Request;
use testkit::reference::Reference;
use testkit::runtime_api::{Bootstrap, BootstrapConfig};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [bootstrap, rest @ ..] = arguments.as_slice() else {
        say("usage: bench-runtime BOOTSTRAP [ROUNDS]");
        return ExitCode::from(2);
    };
    let rounds = rest.first().and_then(|rounds| rounds.parse().ok()).unwrap_or(2_000);
    let folder =
        tempfile::Builder::new().prefix("davy-bench").tempdir_in("/tmp").expect("a temporary folder");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).expect("a folder that workers may read");
    let config = BootstrapConfig {
        program: PathBuf::from(bootstrap),
        folder: folder.path().to_owned(),
        handler: "index.php".to_owned(),
        environment: Vec::new(),
    };
    let cold = cold_starts(&config);
    let mut bootstrap = Bootstrap::start(&config, &[("index.php", PAGE)]);
    bootstrap.get("/");
    // nginx keeps its connection to one worker; the bare client needs another.
    let reference = Reference::start(&bootstrap.task, 2);
    let socket = reference.php_fpm_socket();
    let (mut floor, mut nginx, mut runtime) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        floor.push(timed(|| fastcgi(&socket, &bootstrap.task)));
        nginx.push(timed(|| drop(reference.send(&Request::get("/")))));
        runtime.push(timed(|| drop(bootstrap.get("/"))));
    }
    print(&format!("{rounds} rounds, one page, one worker each; microseconds"));
    print("way                                    p50     p90     p99");
    row("FastCGI, bare, new connection", floor);
    row("nginx + php-fpm, new connection", nginx);
    row("bootstrap, next to response", runtime);
    print(&format!("bootstrap, idle: {} kB PSS", proportional(bootstrap.pid())));
    row("cold: start to first answer", cold.0);
    row("cold: start to php-fpm ready (`next`)", cold.1);
    ExitCode::SUCCESS
}

/// Start to the first answer, and to the first `next`, which comes once php-fpm is ready.
fn cold_starts(config: &BootstrapConfig) -> (Vec<Duration>, Vec<Duration>) {
    let (mut answered, mut ready) = (Vec::new(), Vec::new());
    for _ in 0..20 {
        let start = Instant::now();
        let mut bootstrap = Bootstrap::start(config, &[("index.php", PAGE)]);
        bootstrap.api.wait_for_next(1);
        ready.push(start.elapsed());
        bootstrap.get("/");
        answered.push(start.elapsed());
    }
    (answered, ready)
}

/// One request to php-fpm itself, as short as it gets.
fn fastcgi(socket: &Path, root: &Path) {
    let mut params = Vec::new();
    let script = root.join("index.php");
    for (name, value) in [
        ("SCRIPT_FILENAME", script.to_str().unwrap_or_default()),
        ("SCRIPT_NAME", "/index.php"),
        ("REQUEST_METHOD", "GET"),
        ("REQUEST_URI", "/"),
        ("QUERY_STRING", ""),
    ] {
        let length = |text: &str| u8::try_from(text.len()).expect("short texts");
        params.extend_from_slice(&[length(name), length(value)]);
        params.extend_from_slice(name.as_bytes());
        params.extend_from_slice(value.as_bytes());
    }
    let mut request = vec![1, 1, 0, 1, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    let size = u16::try_from(params.len()).expect("few parameters").to_be_bytes();
    request.extend_from_slice(&[1, 4, 0, 1, size[0], size[1], 0, 0]);
    request.extend_from_slice(&params);
    request.extend_from_slice(&[1, 4, 0, 1, 0, 0, 0, 0, 1, 5, 0, 1, 0, 0, 0, 0]);
    let mut stream = UnixStream::connect(socket).expect("php-fpm listens");
    stream.write_all(&request).expect("php-fpm reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("php-fpm answers");
    assert!(answer.windows(5).any(|window| window == b"hello"), "{}", String::from_utf8_lossy(&answer));
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn row(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_micros();
    print(&format!("{name:<36} {:>7} {:>7} {:>7}", at(50), at(90), at(99)));
}

/// The memory of a process that is its own, shared pages divided among their users.
fn proportional(pid: u32) -> u64 {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

#[expect(clippy::print_stdout, reason = "a command's output")]
fn print(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "a command's messages")]
fn say(text: &str) {
    eprintln!("{text}");
}

/// The article's page in its smallest form.
const PAGE: &str = "<?php echo 'hello ', htmlspecialchars($_GET['name'] ?? 'world');";
