//! Lambda's runtimes and their ends. Source: Lambda developer guide, "Lambda runtimes", as
//! cfn-lint's table has it.

/// Where a runtime stands.
pub(super) enum Lifecycle {
    /// It has an `bootstrap` of the function's or a layer's own.
    Current,
    /// The same, but not for long.
    Ends { deprecated: &'static str, no_create: &'static str, no_update: &'static str },
    /// Another language's.
    Other,
}

pub(super) fn lifecycle(name: &str) -> Option<Lifecycle> {
    Some(match name {
        "provided" => {
            Lifecycle::Ends { deprecated: "2024-01-08", no_create: "2024-02-08", no_update: "2027-03-03" }
        }
        "provided.al2" => {
            Lifecycle::Ends { deprecated: "2026-07-31", no_create: "2027-02-01", no_update: "2027-03-03" }
        }
        "provided.al2023" => Lifecycle::Current,
        _ if OTHERS.iter().any(|language| name.starts_with(language)) => Lifecycle::Other,
        _ => return None,
    })
}

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    ["provided", "provided.al2", "provided.al2023"].into_iter()
}

const OTHERS: &[&str] = &["nodejs", "python", "java", "ruby", "dotnet", "go1."];
