//! The command line: what it answers, where it prints it, and how it exits.

use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};

use testkit::binaries;
use testkit::project::Project;
use testkit::stack::Launch;

use crate::differential::TEMPLATE;

#[test]
fn a_port_in_use_is_said_and_nothing_is_left() {
    let project = Project::example("website");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = davy(&["up", folder(&project), "--port", &port]);
    assert_eq!(output.status.code(), Some(4));
    let talk = talk(&output);
    assert!(talk.contains(&format!("127.0.0.1:{port} is in use")) && talk.contains("--port"), "{talk}");
    assert_eq!(testkit::processes::naming(folder(&project)), []);
}

#[test]
fn two_do_not_share_a_state_folder() {
    let stack = Launch::of(Project::example("website")).start();
    let output = davy(&["up", folder(&stack.project), "--port", "0"]);
    assert_eq!(output.status.code(), Some(5), "{}", talk(&output));
}

#[test]
fn a_folder_with_nothing_to_run_is_said() {
    let project = Project::empty().file("readme.txt", "nothing here");
    let output = davy(&["up", folder(&project), "--port", "0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(talk(&output).contains("template.yaml"), "{}", talk(&output));
}

#[test]
fn every_problem_of_a_template_is_said_at_once_with_its_place() {
    let project = Project::example("website");
    project.replace("template.yaml", "PathPattern", "PathPatern");
    project.replace("template.yaml", "!Ref Assets\n", "!Ref Asets\n");
    let output = davy(&["validate", folder(&project)]);
    assert_eq!(output.status.code(), Some(1));
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), talk(&output));
    for part in ["PathPatern", "PathPattern", "Asets", "template.yaml:"] {
        assert!(said.contains(part), "no {part:?} in {said}");
    }
    let output = davy(&["validate", folder(&Project::example("website"))]);
    assert_eq!(output.status.code(), Some(0), "{}", talk(&output));
}

#[test]
fn a_function_is_invoked_with_an_event_from_standard_input() {
    let project = Project::empty()
        .file("template.yaml", TEMPLATE)
        .file("app/index.php", "<?php error_log('was here'); echo $_SERVER['REQUEST_URI'];");
    let mut command = Command::new(binaries::davy());
    command.args(["invoke", "Dump", "--event", "-", "--template", folder(&project)]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(EVENT.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", talk(&output));
    let answer = String::from_utf8_lossy(&output.stdout);
    assert!(answer.contains("\"statusCode\":200") && answer.contains("/any/where?a=1"), "{answer}");
    assert!(talk(&output).contains("was here"), "{}", talk(&output));
}

#[test]
fn logs_and_traces_tell_of_the_last_request_while_the_stack_runs() {
    let project = Project::empty()
        .file("template.yaml", TEMPLATE)
        .file("app/index.php", "<?php error_log('from the script'); echo 'x';");
    let stack = Launch::of(project).start();
    stack.get("/told/of").expect(200);
    let told = testkit::waiting::until(testkit::waiting::PATIENCE, || {
        let logs = davy(&["logs", "--folder", folder(&stack.project)]);
        let logs = String::from_utf8_lossy(&logs.stdout).into_owned();
        // PHP's own line may come after the platform's last.
        ["REPORT RequestId", "from the script"].iter().all(|part| logs.contains(part)).then_some(logs)
    });
    let logs = told.expect("the log has the invocation");
    for part in ["START RequestId", "from the script", "END RequestId", "Billed Duration"] {
        assert!(logs.contains(part), "no {part:?} in {logs}");
    }
    let traces = davy(&["traces", "--last", "--folder", folder(&stack.project)]);
    let traces = String::from_utf8_lossy(&traces.stdout);
    for hop in ["edge Site", "gateway Api", "lambda ", "GET", "/told/of"] {
        assert!(traces.contains(hop), "no {hop:?} in {traces}");
    }
}

#[test]
fn clean_removes_the_state_alone() {
    let project = Project::example("website").file(".davy/lock", "").file(".davy/buckets/a/b", "c");
    let output = davy(&["clean", "--yes", "--folder", folder(&project)]);
    assert_eq!(output.status.code(), Some(0), "{}", talk(&output));
    assert!(!project.path().join(".davy").exists());
    assert!(project.path().join("template.yaml").exists());
}

#[test]
fn each_command_shows_an_example() {
    let help = String::from_utf8(davy(&["--help"]).stdout).unwrap();
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let (commands, _) = commands.split_once("\n\n").unwrap();
    let names: Vec<&str> = commands
        .lines()
        // What is further to the right goes on with the line before.
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.contains(&"up") && names.contains(&"doctor"), "{names:?}");
    for name in names.into_iter().filter(|name| *name != "help") {
        let help = davy(&[name, "--help"]);
        let help = String::from_utf8_lossy(&help.stdout);
        assert!(help.contains("Example"), "davy {name} --help has no example: {help}");
    }
}

fn davy(arguments: &[&str]) -> Output {
    Command::new(binaries::davy()).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn folder(project: &Project) -> &str {
    project.path().to_str().unwrap()
}

fn talk(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const EVENT: &str = r#"{"version":"2.0","routeKey":"$default","rawPath":"/any/where","rawQueryString":"a=1",
"headers":{"host":"example.com"},"requestContext":{"http":{"method":"GET","path":"/any/where","sourceIp":"192.0.2.1"},
"stage":"$default"},"isBase64Encoded":false}"#;
