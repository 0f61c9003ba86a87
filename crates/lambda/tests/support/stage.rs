//! A Lambda service with one function and the tests' own runtime, in a temporary folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use lambda::{Answer, Function, Invocation, InvokeError, Lambda, Settings, Volume};
use sandbox::Isolation;
use telemetry::{Record, SystemClock, SystemEntropy, Telemetry};
use tokio::sync::broadcast;

pub(crate) struct Stage {
    pub(crate) lambda: Lambda,
    pub(crate) telemetry: Telemetry,
    folder: tempfile::TempDir,
    records: std::sync::Mutex<broadcast::Receiver<Record>>,
}

impl Stage {
    pub(crate) async fn new(prepare: impl FnOnce(&mut Function)) -> Self {
        Self::with(|_| {}, prepare).await
    }

    pub(crate) async fn with(
        adjust: impl FnOnce(&mut Settings),
        prepare: impl FnOnce(&mut Function),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let code = folder.path().join("code");
        std::fs::create_dir(&code).unwrap();
        let binary = PathBuf::from(env!("CARGO_BIN_EXE_lambda-bootstrap"));
        // A copy, so that its inode tells this stage's runtimes from all others.
        std::fs::copy(&binary, code.join("bootstrap")).unwrap();
        let mut function = Function::new("site", code);
        prepare(&mut function);
        let mut settings = Settings::new(folder.path().join("state"), binary, Isolation::Enclosed);
        adjust(&mut settings);
        let telemetry = Telemetry::in_memory();
        let records = telemetry.subscribe().into();
        let lambda = Lambda::start(
            vec![function],
            settings,
            telemetry.clone(),
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
        )
        .unwrap();
        Self { lambda, telemetry, folder, records }
    }

    pub(crate) fn invocation(&self, event: &str) -> Invocation {
        Invocation::new("site", event.to_owned())
    }

    pub(crate) async fn invoke(&self, event: &str) -> Result<Answer, InvokeError> {
        self.lambda.invoke(self.invocation(event)).await
    }

    pub(crate) fn code(&self) -> PathBuf {
        self.folder.path().join("code")
    }

    /// The log's lines so far.
    pub(crate) async fn log(&self) -> Vec<String> {
        self.records()
            .into_iter()
            .filter_map(|record| match record {
                Record::Log(line) => Some(line.text.clone()),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        let mut records = self.records.lock().unwrap();
        std::iter::from_fn(|| records.try_recv().ok()).collect()
    }

    /// The tests' runtimes that run now, by their process ids here.
    pub(crate) fn bootstraps(&self) -> Vec<u32> {
        let code = self.folder.path().join("code/bootstrap");
        let inode = std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(code).unwrap());
        processes()
            .into_iter()
            .filter(|pid| {
                let executable = std::fs::metadata(format!("/proc/{pid}/exe"));
                executable.is_ok_and(|metadata| std::os::unix::fs::MetadataExt::ino(&metadata) == inode)
            })
            .collect()
    }

    pub(crate) fn is_running(&self) -> bool {
        self.lambda.environments().iter().any(|environment| environment.phase == lambda::Phase::Running)
    }

    pub(crate) async fn end(self) {
        self.lambda.drain(Duration::from_secs(5)).await;
    }
}

pub(crate) fn add_volume(function: &mut Function, folder: &Path) {
    std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    function.volumes.push(Volume { source: folder.to_owned(), mount_path: "/mnt/shared".into() });
}

pub(crate) fn kill(pid: u32) {
    assert!(try_kill(pid), "{pid} runs");
}

pub(crate) fn try_kill(pid: u32) -> bool {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).is_ok()
}

/// Waits for an event that only the file system tells, at most a minute.
pub(crate) async fn until(mut met: impl FnMut() -> bool) {
    let poll = async {
        while !met() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), poll).await.expect("it should have happened by now");
}

fn processes() -> Vec<u32> {
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}
