//! Reads what matters of an Apache `.htaccess`: the front controller, and what it keeps from viewers.

/// What was understood, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Htaccess {
    /// The script that all other requests go to, relative to the file: `index.php`.
    pub(crate) front_controller: Option<String>,
    /// Directives that Davy does not carry out, each with its line.
    pub(crate) unread: Vec<String>,
}

impl Htaccess {
    /// Reads a file's text.
    pub(crate) fn parse(text: &str) -> Self {
        let mut read = Self::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            let mut words = line.split_whitespace();
            let Some(directive) = words.next() else { continue };
            match directive.to_ascii_lowercase().as_str() {
                directive if directive.starts_with(['#', '<']) => {}
                // What only says that rewriting is wanted, or when; the rule itself is below.
                "rewriteengine" | "rewritebase" | "rewritecond" | "options" | "directoryindex" => {}
                "rewriterule" => read.rule(words, line, index + 1),
                "fallbackresource" => {
                    read.front_controller =
                        words.next().map(|script| script.trim_start_matches('/').to_owned());
                }
                _ => read.unread.push(format!("line {}: {line}", index + 1)),
            }
        }
        read
    }

    fn rule<'a>(&mut self, mut words: impl Iterator<Item = &'a str>, line: &str, number: usize) {
        let (Some(_pattern), Some(target)) = (words.next(), words.next()) else { return };
        let script = target.split(['?', '$']).next().unwrap_or_default().trim_matches('/');
        if target == "-" {
            return;
        }
        if is_php(script) && self.front_controller.is_none() {
            self.front_controller = Some(script.to_owned());
        } else if self.front_controller.as_deref() != Some(script) {
            self.unread.push(format!("line {number}: {line}"));
        }
    }
}

fn is_php(script: &str) -> bool {
    std::path::Path::new(script).extension().is_some_and(|extension| extension == "php")
}

#[cfg(test)]
mod tests;
