//! The example `serve` as a process, and commands that are pointed at it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Buckets being served. Dropped, they are killed.
pub(crate) struct Server {
    process: Child,
    /// `http://127.0.0.1:PORT`
    pub(crate) address: String,
    /// The buckets' files.
    pub(crate) folder: PathBuf,
    /// A place for the clients' own files.
    pub(crate) work: tempfile::TempDir,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// With arguments of the example's.
    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        let work = tempfile::tempdir().unwrap();
        let folder = work.path().join("buckets");
        let (process, address) = serve(&folder, arguments);
        Self { process, address, folder, work }
    }

    /// Kills it as a power cut would, and starts it again on the same files.
    pub(crate) fn kill_and_restart(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        (self.process, self.address) = serve(&self.folder, &[]);
    }

    /// Runs a client that is given the address and the keys in its environment; what it prints.
    #[track_caller]
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> String {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(self.work.path())
            .env("PATH", path())
            .env("HOME", self.work.path())
            .env("AWS_ACCESS_KEY_ID", KEY)
            .env("AWS_SECRET_ACCESS_KEY", KEY)
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_ENDPOINT_URL_S3", &self.address)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_PAGER", "")
            .env("NO_PROXY", "127.0.0.1")
            // A certificate bundle of the machine's own is nothing to a loopback server.
            .env_remove("AWS_CA_BUNDLE")
            .output()
            .unwrap_or_else(|error| panic!("{program} is needed for this test: {error}"));
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {}\n{printed}{errors}", output.status);
        printed
    }

    /// Writes a file for the clients.
    pub(crate) fn file(&self, name: &str, data: &[u8]) {
        let path = self.work.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, data).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.work.path().join(name)).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn serve(folder: &Path, arguments: &[&str]) -> (Child, String) {
    std::fs::create_dir_all(folder).unwrap();
    // Cargo builds examples with the tests, beside the folder that this test runs from; but not if it
    // is asked for one test target alone.
    let this = std::env::current_exe().unwrap();
    let program = this.parent().unwrap().with_file_name("examples").join("serve");
    // It ends with its standard input, so it cannot outlive this process.
    let mut process = Command::new(program)
        .arg(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut address = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut address).unwrap();
    assert!(address.starts_with("http"), "the server did not start");
    (process, address.trim().to_owned())
}

/// Where clients are looked for: among those that `scripts/python-tools` brought, then everywhere.
fn path() -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    match std::env::var("DAVY_TEST_TOOLS") {
        Ok(tools) if !tools.is_empty() => format!("{tools}/bin:{path}"),
        _ => path,
    }
}

/// Both keys of the example's account.
pub(crate) const KEY: &str = "test";
