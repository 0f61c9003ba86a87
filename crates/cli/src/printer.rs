//! The only place that writes: stdout is data for programs, stderr is talk for people.

use std::io::Write;

use crate::arguments::Color;

/// Decides every stream and every colour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printer {
    color: Color,
    choice: anstream::ColorChoice,
}

/// What a piece of text is, and so which colour it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Less important.
    Faint,
    /// A heading.
    Strong,
    /// It went well.
    Good,
    /// Worth a look.
    Warning,
    /// It went wrong.
    Bad,
    /// An address to follow.
    Link,
}

impl Printer {
    /// By the user's choice; `Auto` follows the terminal and `NO_COLOR`.
    pub(crate) fn new(color: Color) -> Self {
        let choice = match color {
            Color::Auto => anstream::AutoStream::choice(&std::io::stderr()),
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        Self { color, choice }
    }

    /// Whether stderr gets colour.
    pub(crate) fn colored(self) -> bool {
        !matches!(self.choice, anstream::ColorChoice::Never)
    }

    /// A line of data to stdout. A reader that went away (`| head`) is no error of ours.
    #[expect(clippy::unused_self, reason = "nobody writes but who holds the printer")]
    pub(crate) fn data(self, line: &str) {
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{line}");
        let _ = out.flush();
    }

    /// Bytes of data to stdout, as they are.
    #[expect(clippy::unused_self, reason = "nobody writes but who holds the printer")]
    pub(crate) fn data_bytes(self, bytes: &[u8]) {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(bytes);
        let _ = out.flush();
    }

    /// Somebody else's bytes to stderr, as they are.
    #[expect(clippy::unused_self, reason = "nobody writes but who holds the printer")]
    pub(crate) fn say_bytes(self, bytes: &[u8]) {
        let _ = std::io::stderr().lock().write_all(bytes);
    }

    /// A line for a person, to stderr.
    pub(crate) fn say(self, line: &str) {
        let mut out = anstream::AutoStream::new(std::io::stderr(), self.choice);
        let _ = writeln!(out, "{line}");
    }

    /// An error for a person.
    pub(crate) fn error(self, message: &str) {
        self.say(&format!("{} {message}", self.paint(Role::Bad, "error:")));
    }

    /// A warning for a person.
    pub(crate) fn warning(self, message: &str) {
        self.say(&format!("{} {message}", self.paint(Role::Warning, "warning:")));
    }

    /// What to do next.
    pub(crate) fn hint(self, message: &str) {
        self.say(&format!("{} {message}", self.paint(Role::Good, "hint:")));
    }

    /// `text` in its role's colour, where stderr gets colour.
    pub(crate) fn paint(self, role: Role, text: &str) -> String {
        if self.colored() { painted(role, text) } else { text.to_owned() }
    }

    /// A line that somebody drew, to stdout; its colours only where stdout gets colour.
    pub(crate) fn drawing(self, line: &telemetry::Line) {
        if self.data_colored() {
            self.data(&line.painted());
        } else {
            self.data(&line.to_string());
        }
    }

    /// Columns of the terminal at stdout; 100 where there is none.
    #[expect(clippy::unused_self, reason = "nobody writes but who holds the printer")]
    pub(crate) fn width(self) -> usize {
        terminal_size().unwrap_or(100).clamp(60, 200)
    }

    /// Whether stdout gets colour.
    pub(crate) fn data_colored(self) -> bool {
        match self.color {
            Color::Auto => {
                !matches!(anstream::AutoStream::choice(&std::io::stdout()), anstream::ColorChoice::Never)
            }
            Color::Always => true,
            Color::Never => false,
        }
    }

    /// How a template's problems look.
    pub(crate) fn appearance(self) -> template::Appearance {
        if self.colored() { template::Appearance::Coloured } else { template::Appearance::Plain }
    }
}

fn painted(role: Role, text: &str) -> String {
    let code = match role {
        Role::Faint => "2",
        Role::Strong => "1",
        Role::Good => "32",
        Role::Warning => "33",
        Role::Bad => "1;31",
        Role::Link => "36",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

/// The kernel's word for stdout's terminal, else the shell's.
fn terminal_size() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok().map(|size| usize::from(size.ws_col));
    size.filter(|columns| *columns > 0).or_else(|| std::env::var("COLUMNS").ok()?.parse().ok())
}
