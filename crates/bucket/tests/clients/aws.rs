//! The aws CLI: `s3 mb`, `cp`, `sync`, `ls`, `rm`, `presign`, `rb`.

use crate::server::Server;

#[test]
fn a_folder_is_synchronised_there_and_back() {
    let server = Server::start();
    server.run("aws", &["s3", "mb", "s3://site"]);
    for name in ["public/index.html", "public/css/a b+c.css", "public/été.txt"] {
        server.file(name, name.as_bytes());
    }
    server.run("aws", &["s3", "sync", "public", "s3://site/web"]);
    let listed = server.run("aws", &["s3", "ls", "--recursive", "s3://site"]);
    assert_eq!(listed.lines().count(), 3, "{listed}");
    assert!(listed.contains("web/css/a b+c.css") && listed.contains("web/été.txt"), "{listed}");
    assert_eq!(server.run("aws", &["s3", "sync", "public", "s3://site/web"]), "", "nothing changed");
    std::fs::remove_file(server.work.path().join("public/index.html")).unwrap();
    let deleted = server.run("aws", &["s3", "sync", "--delete", "public", "s3://site/web"]);
    assert!(deleted.contains("delete: s3://site/web/index.html"), "{deleted}");
    server.run("aws", &["s3", "sync", "s3://site/web", "back"]);
    assert_eq!(server.read("back/css/a b+c.css"), b"public/css/a b+c.css");
    server.run("aws", &["s3", "rb", "--force", "s3://site"]);
    assert_eq!(server.run("aws", &["s3", "ls"]), "");
}

#[test]
#[ignore = "slow: twenty megabytes through a Python client"]
fn a_large_file_goes_in_parts_and_comes_in_ranges() {
    let server = Server::start();
    let data: Vec<u8> = (0..20_000_000_u32).map(|number| number.to_le_bytes()[1]).collect();
    server.file("large", &data);
    server.run("aws", &["s3", "mb", "s3://site"]);
    server.run("aws", &["s3", "cp", "--no-progress", "large", "s3://site/large"]);
    let head = server.run(
        "aws",
        &["s3api", "head-object", "--bucket", "site", "--key", "large", "--checksum-mode", "ENABLED"],
    );
    assert!(head.contains("-3\\\"") && head.contains("ChecksumCRC32"), "{head}");
    server.run("aws", &["s3", "cp", "--no-progress", "s3://site/large", "s3://site/copy"]);
    server.run("aws", &["s3", "cp", "--no-progress", "s3://site/copy", "back"]);
    assert!(server.read("back") == data);
}

/// Over TLS the CLI leaves the body unsigned and sends its checksum after it, in aws-chunked form.
#[test]
fn over_tls_uploads_come_in_chunks_with_a_trailer() {
    let server = Server::start_with(&["--tls"]);
    server.file("page.html", b"<p>");
    let aws = |arguments: &[&str]| server.run("aws", &[&["--no-verify-ssl"], arguments].concat());
    aws(&["s3", "mb", "s3://site"]);
    aws(&["s3", "cp", "page.html", "s3://site/page.html"]);
    let head = aws(&[
        "s3api",
        "head-object",
        "--bucket",
        "site",
        "--key",
        "page.html",
        "--checksum-mode",
        "ENABLED",
    ]);
    assert!(head.contains("ChecksumCRC32") && !head.contains("ContentEncoding"), "{head}");
    assert_eq!(aws(&["s3", "cp", "s3://site/page.html", "-"]), "<p>");
}

#[test]
fn a_presigned_address_of_either_version_is_good_for_anybody() {
    let server = Server::start();
    server.file("page.html", b"<p>");
    server.run("aws", &["s3", "mb", "s3://site"]);
    server.run("aws", &["s3", "cp", "page.html", "s3://site/a b.html"]);
    let second = server.run("aws", &["s3", "presign", "s3://site/a b.html"]);
    server.run("aws", &["configure", "set", "default.s3.signature_version", "s3v4"]);
    let fourth = server.run("aws", &["s3", "presign", "s3://site/a b.html"]);
    assert!(second.contains("AWSAccessKeyId=") && fourth.contains("X-Amz-Signature="), "{second}{fourth}");
    for address in [second, fourth] {
        let answer = server.run("curl", &["--silent", "--show-error", "--include", address.trim()]);
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("content-type: text/html"), "{answer}");
    }
}
