//! rclone: lists of the first form, checks after each upload, modification times as metadata.

use crate::server::Server;

#[test]
#[ignore = "slow: a client that starts several times"]
fn a_folder_is_synchronised_and_checked() {
    let server = Server::start();
    for name in ["public/index.html", "public/css/a b.css", "public/deep/er/x"] {
        server.file(name, name.as_bytes());
    }
    let remote =
        format!(":s3,provider=Other,env_auth=true,region=us-east-1,endpoint='{}':site", server.address);
    server.run("rclone", &["sync", "public", &remote]);
    server.run("rclone", &["check", "public", &remote]);
    std::fs::remove_file(server.work.path().join("public/deep/er/x")).unwrap();
    server.file("public/index.html", b"edited");
    server.run("rclone", &["sync", "public", &remote]);
    let listed = server.run("rclone", &["lsf", "--recursive", "--files-only", &remote]);
    let mut names: Vec<&str> = listed.lines().collect();
    names.sort_unstable();
    assert_eq!(names, ["css/a b.css", "index.html"]);
    assert_eq!(server.run("rclone", &["cat", &format!("{remote}/index.html")]), "edited");
}
