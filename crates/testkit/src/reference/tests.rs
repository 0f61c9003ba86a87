use super::*;
use crate::project::Project;

#[test]
fn nginx_runs_the_front_controller() {
    let project = Project::empty()
        .file("index.php", "<?php echo $_SERVER['REQUEST_URI'], ' ', $_SERVER['PATH_INFO'] ?? 'none';");
    let reference = Reference::start(project.path(), 1);
    assert_eq!(reference.send(&Request::get("/any/where?a=%20")).expect(200).text(), "/any/where?a=%20 none");
    assert_eq!(reference.send(&Request::get("/index.php/a/b")).expect(200).text(), "/index.php/a/b /a/b");
}
