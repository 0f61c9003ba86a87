//! The template's text, with what was found put in.

/// What a template is made from.
pub(crate) struct Plan<'a> {
    pub(crate) name: &'a str,
    pub(crate) handler: &'a str,
    pub(crate) folder: &'a str,
    pub(crate) php: &'a str,
    /// Name, value, and why.
    pub(crate) variables: &'a [(&'static str, &'static str, &'static str)],
    pub(crate) patterns: &'a [String],
}

/// The text of a template.yaml.
pub(crate) fn template(plan: &Plan<'_>) -> String {
    HEAD.replace("VARIABLES", &variables(plan.variables))
        .replace("BEHAVIORS", &behaviors(plan.patterns))
        .replace("PHPVERSION", plan.php)
        .replace("HANDLER", plan.handler)
        .replace("FOLDER", plan.folder)
        .replace("NAME", plan.name)
}

fn variables(variables: &[(&str, &str, &str)]) -> String {
    let mut text = String::new();
    for (name, value, why) in variables {
        if !why.is_empty() {
            text.extend(["          # ", why, "\n"]);
        }
        text.extend(["          ", name, ": '", value, "'\n"]);
    }
    text
}

fn behaviors(patterns: &[String]) -> String {
    if patterns.is_empty() {
        return String::new();
    }
    let list: String = patterns.iter().map(|pattern| BEHAVIOR.replace("PATTERN", &quoted(pattern))).collect();
    format!("        CacheBehaviors:\n{list}")
}

/// A pattern as a YAML string: `*` at its beginning would be an alias.
fn quoted(pattern: &str) -> String {
    format!("'{}'", pattern.replace('\'', "''"))
}

const HEAD: &str = include_str!("../files/head.yaml");
const BEHAVIOR: &str = include_str!("../files/behavior.yaml");
