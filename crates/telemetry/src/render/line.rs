//! A line of text whose pieces say what they mean; how that looks is decided last.

use std::fmt;

use trace::{Hop, Outcome};

/// What a piece of text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Ordinary text.
    Plain,
    /// There, but not what one looks for first.
    Dim,
    /// What one looks for first.
    Strong,
    /// As it should be.
    Good,
    /// Worth a look: a cold start, a caller's error.
    Warning,
    /// Failed.
    Bad,
    /// A hop's bar or name.
    Hop(Hop),
}

impl Role {
    /// The role of an outcome.
    pub const fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Ok => Self::Good,
            Outcome::Error | Outcome::Throttle => Self::Warning,
            Outcome::Fault => Self::Bad,
        }
    }

    /// The parameters of an ANSI "select graphic rendition": the terminal's own 16 colours, which
    /// fit its background.
    const fn ansi(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Dim => "2",
            Self::Strong => "1",
            Self::Good | Self::Hop(Hop::Bucket) => "32",
            Self::Warning | Self::Hop(Hop::Initialization) => "33",
            Self::Bad => "31",
            Self::Hop(Hop::Edge) => "34",
            Self::Hop(Hop::Gateway) => "36",
            Self::Hop(Hop::Lambda) => "90",
            Self::Hop(Hop::Invocation) => "35",
            Self::Hop(Hop::Php) => "95",
        }
    }
}

/// One line of output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Its pieces, from left to right.
    pub pieces: Vec<(Role, String)>,
}

impl Line {
    /// Adds a piece.
    #[must_use]
    pub fn with(mut self, role: Role, text: impl Into<String>) -> Self {
        self.push(role, text);
        self
    }

    /// Adds a piece.
    pub fn push(&mut self, role: Role, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.pieces.push((role, text));
        }
    }

    /// The line with ANSI colours.
    pub fn painted(&self) -> String {
        let mut painted = String::new();
        for (role, text) in &self.pieces {
            match role.ansi() {
                "" => painted.push_str(text),
                code => painted.extend(["\x1b[", code, "m", text.as_str(), "\x1b[0m"]),
            }
        }
        painted
    }
}

impl fmt::Display for Line {
    /// The line without colours and without blanks at its end.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self.pieces.iter().map(|(_, text)| text.as_str()).collect();
        out.write_str(text.trim_end())
    }
}

/// `text` cut or filled to exactly `width` characters.
pub(super) fn fit(text: &str, width: usize) -> String {
    let count = text.chars().count();
    if count <= width {
        return format!("{text}{}", " ".repeat(width - count));
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    if width == 0 { kept } else { format!("{kept}…") }
}

/// `text` without what would command the terminal: control characters become visible ones.
pub(super) fn harmless(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\t' => '\t',
            '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(letter)).unwrap_or('\u{fffd}'),
            '\x7f'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests;
