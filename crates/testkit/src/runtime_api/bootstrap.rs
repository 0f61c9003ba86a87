//! A real `bootstrap` with a folder of PHP, beside a fake Runtime API.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::{Posted, RuntimeApi};

/// What a bootstrap is started with.
#[derive(Clone, Debug)]
pub struct BootstrapConfig {
    /// The `bootstrap` binary.
    pub program: PathBuf,
    /// The folder to work in; it must exist, and the bootstrap makes its own files in `tmp` there.
    pub folder: PathBuf,
    /// `_HANDLER`
    pub handler: String,
    /// Further environment variables.
    pub environment: Vec<(String, String)>,
}

/// A running bootstrap; it ends with the value.
pub struct Bootstrap {
    /// The Runtime API that it talks to.
    pub api: RuntimeApi,
    /// The code's folder.
    pub task: PathBuf,
    child: Child,
    lines: Receiver<String>,
}

impl Bootstrap {
    /// Starts a bootstrap on the files, given as names and contents.
    pub fn start(config: &BootstrapConfig, files: &[(&str, &str)]) -> Self {
        let task = config.folder.join("task");
        for (name, content) in files {
            let file = task.join(name);
            std::fs::create_dir_all(file.parent().expect("a file has a folder"))
                .expect("the folder can be made");
            std::fs::write(file, content).expect("the file can be written");
        }
        std::fs::create_dir_all(config.folder.join("tmp")).expect("the folder can be made");
        let api = RuntimeApi::start();
        let mut child = Command::new(&config.program)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin")
            .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
            .env("LAMBDA_TASK_ROOT", &task)
            .env("_HANDLER", &config.handler)
            .env("TMPDIR", config.folder.join("tmp"))
            .envs(config.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the bootstrap starts");
        let (sender, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
        std::thread::spawn(move || {
            for line in stderr.split(b'\n').map_while(Result::ok) {
                if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                    break;
                }
            }
        });
        Self { api, task, child, lines }
    }

    /// Queues a GET as an HTTP API would send it, and waits for what is posted.
    pub fn get(&mut self, path: &str) -> Posted {
        self.api.invoke(event("GET", path))
    }

    /// The first log line from now on that contains `text`, and the lines before it.
    pub fn log(&mut self, text: &str) -> (String, Vec<String>) {
        let mut before = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(Duration::from_secs(30)) {
            if line.contains(text) {
                return (line, before);
            }
            before.push(line);
        }
        panic!("no log line with `{text}` came; these did: {before:#?}");
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("a child can be waited for")
    }

    /// Everything that it still logs until it ends.
    pub fn rest_of_log(&mut self) -> Vec<String> {
        self.lines.iter().collect()
    }

    /// The process ids of php-fpm's master, and of its workers.
    pub fn php_fpm(&self) -> (Vec<u32>, Vec<u32>) {
        let masters = children(self.pid());
        let workers = masters.iter().flat_map(|&master| children(master)).collect();
        (masters, workers)
    }
}

impl Drop for Bootstrap {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// An HTTP API's event, payload format 2.0; the path may have a query.
pub fn event(method: &str, path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    serde_json::json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": { "host": "example.org", "x-forwarded-proto": "https", "x-forwarded-port": "443" },
        "requestContext": {
            "domainName": "abc.execute-api.eu-west-1.amazonaws.com",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "198.51.100.7" },
            "stage": "$default",
        },
        "isBase64Encoded": false,
    })
    .to_string()
}

/// The children of a process.
fn children(pid: u32) -> Vec<u32> {
    let list = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}
