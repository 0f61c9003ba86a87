//! s3cmd: a slash after the bucket, 15 MiB parts, attributes as metadata.

use crate::server::Server;

#[test]
#[ignore = "slow: a client that starts several times"]
fn put_list_get_and_delete() {
    let server = Server::start();
    let data: Vec<u8> = (0..16_000_000_u32).map(|number| number.to_le_bytes()[1]).collect();
    server.file("large", &data);
    server.file("small.txt", b"small");
    let host = server.address.trim_start_matches("http://").to_owned();
    let s3cmd = |arguments: &[&str]| {
        let mut all =
            vec!["--access_key=test", "--secret_key=test", "--no-ssl", "--no-progress", "--host", &host];
        all.extend(["--host-bucket", &host]);
        all.extend(arguments);
        server.run("s3cmd", &all)
    };
    s3cmd(&["mb", "s3://site"]);
    s3cmd(&["put", "large", "small.txt", "s3://site/in/"]);
    let listed = s3cmd(&["ls", "--recursive", "s3://site"]);
    assert!(listed.contains("s3://site/in/large") && listed.contains("s3://site/in/small.txt"), "{listed}");
    assert!(s3cmd(&["info", "s3://site/in/small.txt"]).contains("text/plain"));
    s3cmd(&["get", "s3://site/in/large", "back"]);
    assert!(server.read("back") == data);
    s3cmd(&["del", "--recursive", "--force", "s3://site/in/"]);
    assert_eq!(s3cmd(&["ls", "--recursive", "s3://site"]), "");
}
