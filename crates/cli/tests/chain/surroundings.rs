//! Machines that allow less: an ordinary user, no namespaces, nothing but an index.php.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use rustix::process::Signal;
use testkit::binaries;
use testkit::project::Project;
use testkit::stack::Launch;

#[test]
fn an_ordinary_user_has_the_whole_chain() {
    check_by(&[], "functions  enclosed");
}

#[test]
fn an_ordinary_user_without_namespaces_has_it_too() {
    check_by(WITHOUT_NAMESPACES, "unenclosed");
}

#[test]
fn whoever_does_not_want_an_enclosure_has_none() {
    let launch = Launch::of(Project::example("website")).argument("--unenclosed");
    check(launch, "unenclosed");
}

#[test]
fn a_folder_with_an_index_php_needs_no_template() {
    let project =
        Project::empty().file("index.php", "<?php echo php_sapi_name(), ' ', $_SERVER['REQUEST_URI'];");
    let stack = Launch::of(project).start();
    assert_eq!(stack.get("/any/where?a=1").expect(200).text(), "fpm-fcgi /any/where?a=1");
}

#[track_caller]
fn check_by(wrapper: &[&str], expected: &str) {
    // Davy keeps its state beside the template, whoever runs it; and the project may lie where only its owner looks.
    let project = Project::example("website");
    fs::set_permissions(project.path(), Permissions::from_mode(0o777)).unwrap();
    let tools = Project::empty();
    for name in ["davy", "bootstrap"] {
        fs::copy(binaries::davy().with_file_name(name), tools.path().join(name)).unwrap();
    }
    let user = if rustix::process::geteuid().is_root() { ORDINARY } else { &["env"] };
    check(Launch::of(project).by(&[user, wrapper].concat(), tools.path().join("davy")), expected);
}

#[track_caller]
fn check(launch: Launch, expected: &str) {
    let stack = launch.start();
    stack.hear(expected);
    assert!(stack.get("/").expect(200).text().contains("fpm-fcgi"));
    stack.get("/assets/way.png").expect(200);
    let ended = stack.end(Signal::TERM);
    assert_eq!(ended.left, [], "{}", ended.talk);
}

/// Nobody in particular, if root runs the tests; `setpriv` comes with every Debian (util-linux).
const ORDINARY: &[&str] =
    &["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", "--inh-caps=-all", "--"];

/// A machine whose administrator has forbidden namespaces, which is a setting of each user namespace.
const WITHOUT_NAMESPACES: &[&str] = &[
    "unshare",
    "--user",
    "--map-current-user",
    "--keep-caps",
    "sh",
    "-c",
    "for kind in user mnt pid ipc net uts; do echo 0 >/proc/sys/user/max_${kind}_namespaces; done
     exec setpriv --ambient-caps=-all --inh-caps=-all -- \"$@\"",
    "sh",
];
