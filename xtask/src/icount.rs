//! Instructions per invocation, counted by valgrind: they repeat where seconds don't, so a budget of
//! them is a test.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, bail, ensure};

/// Counts what the bootstrap takes for one small invocation, and fails beyond the budget.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the project")?;
    build(root)?;
    let folder = std::env::temp_dir().join(format!("davy-icount-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("task"))?;
    std::fs::write(folder.join("task/index.php"), "<?php echo 'hello';")?;
    std::fs::write(folder.join("event.json"), EVENT)?;
    let counted = count(root, &folder, FEW).and_then(|few| Ok((few, count(root, &folder, MANY)?)));
    std::fs::remove_dir_all(&folder)?;
    let (few, many) = counted?;
    let each = (many - few) / (MANY - FEW);
    let verdict = if each <= BUDGET { "within" } else { "over" };
    say(&format!("icount: small_invocation {each}, {verdict} the budget of {BUDGET}"));
    Ok(ExitCode::from(u8::from(each > BUDGET)))
}

/// The bootstrap as it is deployed, apart from the one that `make build` leaves in target/dist.
fn build(root: &Path) -> anyhow::Result<()> {
    let status = command(&root.join("scripts/bootstrap")).arg(FOLDER).current_dir(root).status()?;
    ensure!(status.success(), "scripts/bootstrap failed");
    let arguments = ["build", "--quiet", "--package=testkit", "--bin=fake-runtime-api"];
    let status = command(Path::new(env!("CARGO"))).args(arguments).current_dir(root).status()?;
    ensure!(status.success(), "cargo {} failed", arguments.join(" "));
    Ok(())
}

/// The instructions of a whole run with that many invocations.
fn count(root: &Path, folder: &Path, invocations: u64) -> anyhow::Result<u64> {
    let report = folder.join("callgrind.out");
    let wrapper = wrapper(folder, &root.join(FOLDER).join("bootstrap"), &report)?;
    let output = command(&root.join("target/debug/fake-runtime-api"))
        .args(["--repeat", &invocations.to_string()])
        .args([&wrapper, &folder.join("task")])
        .arg("index.php")
        .arg(folder.join("event.json"))
        .env("TMPDIR", folder)
        .stdin(Stdio::null())
        .output()
        .context("start fake-runtime-api")?;
    ensure!(output.status.success(), "the run failed: {}", String::from_utf8_lossy(&output.stderr));
    let report =
        std::fs::read_to_string(&report).context("read valgrind's report (is valgrind installed?)")?;
    let total = report.lines().find_map(|line| line.strip_prefix("totals: "));
    let Some(total) = total else { bail!("valgrind's report has no `totals`") };
    Ok(total.trim().parse()?)
}

/// A program that is the bootstrap under valgrind.
fn wrapper(folder: &Path, bootstrap: &Path, report: &Path) -> anyhow::Result<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let script = format!(
        "#!/bin/sh\nexec valgrind --quiet --tool=callgrind --callgrind-out-file='{}' '{}' \"$@\"\n",
        report.display(),
        bootstrap.display()
    );
    let path = folder.join("bootstrap");
    std::fs::write(&path, script)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
    Ok(path)
}

#[expect(clippy::disallowed_methods, reason = "xtask starts programs")]
fn command(program: &Path) -> Command {
    Command::new(program)
}

#[expect(clippy::print_stdout, reason = "a command's output")]
fn say(text: &str) {
    println!("{text}");
}

/// What holds today, so that it gets no worse (docs/benchmarks.md). The aim is 12,000.
const BUDGET: u64 = 50_000;

const FOLDER: &str = "target/tests";

const FEW: u64 = 100;
const MANY: u64 = 600;

/// A browser's first request to an HTTP API, as API Gateway hands it on.
const EVENT: &str = include_str!("icount/event.json");
