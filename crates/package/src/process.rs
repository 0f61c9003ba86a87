//! Tools of the build: `apt-get`, `dpkg-deb`. They end before the build does, and run in the foreground.

use std::io;
use std::process::{Command, Stdio};

/// Runs a tool to its end and gives what it printed.
///
/// Errors: it is not there, or it failed: then the message has its last lines.
pub(crate) fn run(program: &str, arguments: &[&str]) -> io::Result<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a tool of the build, waited for; nothing of it outlives this call"
    )]
    let mut command = Command::new(program);
    let output = command
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| io::Error::new(error.kind(), format!("{program} cannot be run: {error}")))?;
    if output.status.success() {
        return String::from_utf8(output.stdout).map_err(io::Error::other);
    }
    let error = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = error.lines().collect();
    let last = lines[lines.len().saturating_sub(6)..].join("\n");
    Err(io::Error::other(format!("{program} {} failed ({}):\n{last}", arguments.join(" "), output.status)))
}
