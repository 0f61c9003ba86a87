//! Who may read what by which entrance: the edge's cache, the private bucket, its policy.

use testkit::http::Request;
use testkit::project::Project;
use testkit::stack::{Launch, Stack};

#[test]
fn an_asset_is_fetched_once_and_then_answered_from_the_cache() {
    let stack = Launch::of(Project::example("website")).start();
    let first = stack.get("/assets/style.css").expect(200);
    assert_eq!(first.header("X-Cache"), Some("Miss from cloudfront"));
    assert_eq!(first.header("Content-Type"), Some("text/css"));

    let second = stack.get("/assets/style.css").expect(200);
    assert_eq!(second.header("X-Cache"), Some("Hit from cloudfront"));
    assert!(second.header("Age").is_some());
    assert_eq!(second.body, first.body);

    let page = stack.get("/").expect(200);
    assert_eq!(page.header("X-Cache"), Some("Miss from cloudfront"));
    let page = stack.get("/").expect(200);
    assert_eq!(page.header("X-Cache"), Some("Miss from cloudfront"), "the page says no-store");
}

#[test]
fn the_bucket_answers_to_the_distribution_alone() {
    let stack = Launch::of(Project::example("website")).start();
    stack.get("/assets/style.css").expect(200);

    let bucket = bucket_name(&stack);
    let direct = stack
        .send_to(&stack.endpoint("s3"), &Request::get(&format!("/{bucket}/assets/style.css")))
        .expect(403);
    assert!(direct.text().contains("<Code>AccessDenied</Code>"), "{}", direct.text());
}

#[test]
fn without_the_policy_the_edge_may_not_read_either() {
    let project = Project::example("website");
    let template = std::fs::read_to_string(project.path().join("template.yaml")).unwrap();
    let (before, rest) = template.split_once("  AssetsBucketPolicy:").unwrap();
    let (_, after) = rest.split_once("  S3OriginIdentity:").unwrap();
    project.write("template.yaml", format!("{before}  S3OriginIdentity:{after}"));

    let stack = Launch::of(project).start();
    let denied = stack.get("/assets/style.css").expect(403);
    assert!(denied.text().contains("<Code>AccessDenied</Code>"), "{}", denied.text());
    assert_eq!(denied.header("X-Cache"), Some("Error from cloudfront"));
    stack.get("/").expect(200);
}

#[test]
fn taking_the_policy_away_shows_at_the_next_miss() {
    let stack = Launch::of(Project::example("website")).start();
    stack.get("/assets/style.css").expect(200);
    stack.project.replace("template.yaml", "Effect: Allow", "Effect: Deny");
    stack.hear("the template was edited");
    stack.get("/assets/way.png").expect(403);
}

#[test]
fn a_stranger_host_is_refused() {
    let stack = Launch::of(Project::example("website")).start();
    // A name of the attacker's that resolves to loopback (DNS rebinding).
    let answer = stack.send(&Request::get("/").header("Host", "attacker.example"));
    assert!((400..500).contains(&answer.status), "{} {}", answer.status, answer.text());
    assert!(!answer.text().contains("fpm-fcgi"));
}

/// The bucket has no name of its own in the template; its folder in the state has the one that it was given.
fn bucket_name(stack: &Stack) -> String {
    let folders = std::fs::read_dir(stack.project.path().join(".davy/buckets")).unwrap();
    let names: Vec<String> =
        folders.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.into_iter().find(|name| name.contains("assets")).expect("a folder for the bucket")
}
