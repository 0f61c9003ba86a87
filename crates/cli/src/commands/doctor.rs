//! `davy doctor`: what is installed, which PHP, which isolation, what is missing and how to get it.

use std::path::PathBuf;

use sandbox::Isolation;
use serde_json::json;
use stack::PhpFpm;

use crate::arguments::Doctor;
use crate::exit::Exit;
use crate::printer::{Printer, Role};

pub(crate) fn run(arguments: &Doctor, printer: Printer) -> Exit {
    let findings = [own(), runtime(), php(), isolation()];
    if arguments.json {
        let findings: Vec<_> = findings.iter().map(Finding::to_json).collect();
        printer.data(&json!(findings).to_string());
    } else {
        for finding in &findings {
            finding.print(printer);
        }
    }
    let missing = findings.iter().any(|finding| finding.state == State::Missing);
    if missing { Exit::Missing } else { Exit::Done }
}

/// One thing that was looked at.
struct Finding {
    subject: &'static str,
    state: State,
    found: String,
    advice: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Good,
    /// It works, with less than there could be.
    Limited,
    Missing,
}

impl Finding {
    fn print(&self, printer: Printer) {
        let mark = match self.state {
            State::Good => printer.paint(Role::Good, "✓"),
            State::Limited => printer.paint(Role::Warning, "!"),
            State::Missing => printer.paint(Role::Bad, "✗"),
        };
        printer.say(&format!("{mark} {:<10} {}", self.subject, self.found));
        if let Some(advice) = &self.advice {
            printer.say(&format!("  {:<10} {}", "", printer.paint(Role::Faint, advice)));
        }
    }

    fn to_json(&self) -> serde_json::Value {
        let state = match self.state {
            State::Good => "good",
            State::Limited => "limited",
            State::Missing => "missing",
        };
        json!({ "subject": self.subject, "state": state, "found": self.found, "advice": self.advice })
    }
}

fn own() -> Finding {
    let found = format!("davy {}", env!("CARGO_PKG_VERSION"));
    Finding { subject: "davy", state: State::Good, found, advice: None }
}

fn runtime() -> Finding {
    match super::bootstrap() {
        Ok(path) => Finding {
            subject: "bootstrap",
            state: State::Good,
            found: path.display().to_string(),
            advice: None,
        },
        Err(failure) => Finding {
            subject: "bootstrap",
            state: State::Missing,
            found: failure.message,
            advice: failure.hint,
        },
    }
}

fn php() -> Finding {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(PhpFpm::SYSTEM_FOLDERS.map(PathBuf::from));
    let installed: Vec<String> =
        PhpFpm::installed(folders).iter().map(|php| php.path.display().to_string()).collect();
    match installed.as_slice() {
        [] => Finding {
            subject: "php-fpm",
            state: State::Missing,
            found: "not installed".to_owned(),
            advice: Some("on Debian and Ubuntu: sudo apt-get install php-fpm".to_owned()),
        },
        [one] => Finding { subject: "php-fpm", state: State::Good, found: one.clone(), advice: None },
        [used, others @ ..] => Finding {
            subject: "php-fpm",
            state: State::Good,
            found: format!("{used} is used; there are also {}", others.join(", ")),
            advice: Some("a function chooses another with the variable DAVY_PHP_FPM".to_owned()),
        },
    }
}

fn isolation() -> Finding {
    match sandbox::probe() {
        Isolation::Enclosed => Finding {
            subject: "isolation",
            state: State::Good,
            found: "functions run enclosed: own namespaces, read-only code, own /tmp".to_owned(),
            advice: None,
        },
        Isolation::Unenclosed { why } => Finding {
            subject: "isolation",
            state: State::Limited,
            found: format!("functions run unenclosed: {why}"),
            advice: Some(
                "they run as ordinary processes of yours; where user namespaces are allowed they are enclosed"
                    .to_owned(),
            ),
        },
    }
}
