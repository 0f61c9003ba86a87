use super::*;

fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let base = [("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001"), ("_HANDLER", "public/index.php")];
    base.iter().chain(pairs).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_handler_in_a_folder_makes_that_folder_the_document_root() {
    let settings = Settings::from_environment(&environment(&[("LAMBDA_TASK_ROOT", "/nowhere")])).unwrap();
    assert_eq!(settings.document_root, Path::new("/nowhere/public"));
    assert_eq!(settings.front_controller, "/index.php");
    assert!(!settings.scripts);
}

#[test]
fn a_document_root_above_the_handler_keeps_the_folder_in_the_script_name() {
    let variables = [("LAMBDA_TASK_ROOT", "/nowhere"), ("DAVY_DOCUMENT_ROOT", ".")];
    let settings = Settings::from_environment(&environment(&variables)).unwrap();
    assert_eq!(settings.front_controller, "/public/index.php");
}

#[test]
fn every_problem_is_told() {
    let variables = [
        ("AWS_LAMBDA_RUNTIME_API", "runtime.example:80"),
        ("_HANDLER", ""),
        ("DAVY_COMPAT", "nginx"),
        ("DAVY_RESPONSE", "maybe"),
        ("DAVY_SCRIPTS", "perhaps"),
        ("DAVY_DEADLINE_MARGIN_MS", "soon"),
    ];
    let problems = Settings::from_environment(&environment(&variables)).unwrap_err();
    let mut names: Vec<_> = problems.iter().map(|problem| problem.name).collect();
    names.sort_unstable();
    let mut expected: Vec<_> = variables.iter().map(|(name, _)| *name).collect();
    expected.sort_unstable();
    assert_eq!(names, expected);
    let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert!(told.contains(&"DAVY_COMPAT is `nginx`; it should be `bref` or not set.".to_owned()), "{told:?}");
}

#[test]
fn bref_s_switch_with_the_words_that_mean_off() {
    for (value, expected) in [("1", true), ("yes", true), ("0", false), ("False", false), ("no", false)] {
        assert_eq!(binary_responses(Some(value)), expected, "{value}");
    }
    assert!(!binary_responses(None));
}

#[test]
fn every_variable_is_documented_once() {
    let mut names: Vec<_> = VARIABLES.iter().map(|variable| variable.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), VARIABLES.len());
}

#[test]
fn the_reference_page_says_what_the_declarations_say() {
    use std::fmt::Write as _;
    let mut table = String::from("\n| variable | default | what it does |\n|---|---|---|\n");
    for variable in VARIABLES {
        writeln!(table, "| `{}` | {} | {} |", variable.name, variable.default, variable.about).unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/runtime.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(OPENING).unwrap();
    let (found, after) = rest.split_once(CLOSING).unwrap();
    if std::env::var_os("DAVY_WRITE_DOCS").is_some() {
        std::fs::write(&path, [before, OPENING, &table, CLOSING, after].concat()).unwrap();
        return;
    }
    assert_eq!(found, table, "write it anew: DAVY_WRITE_DOCS=1 cargo test -p runtime reference_page");
}

const OPENING: &str = "<!-- variables -->";
const CLOSING: &str = "<!-- /variables -->";
