//! An edited file is live at the next request, whatever was cached.

use testkit::project::Project;
use testkit::stack::Launch;

#[test]
fn of_a_script_whose_answers_were_cached_for_a_day() {
    let project = Project::example("website");
    let cached = "<?php header('Cache-Control: max-age=86400'); echo 'first';";
    project.write("app/index.php", cached);
    let stack = Launch::of(project).start();
    assert_eq!(stack.get("/").expect(200).text(), "first");
    assert_eq!(stack.get("/").header("X-Cache"), Some("Hit from cloudfront"));

    stack.project.write("app/index.php", cached.replace("first", "second"));
    stack.hear("index.php edited");
    assert_eq!(stack.get("/").expect(200).text(), "second");
}

#[test]
fn of_an_asset() {
    let stack = Launch::of(Project::example("website")).start();
    stack.get("/assets/style.css").expect(200);
    stack.project.write("assets/style.css", "body { color: teal }");
    stack.hear("style.css edited");
    assert_eq!(stack.get("/assets/style.css").expect(200).text(), "body { color: teal }");
}
