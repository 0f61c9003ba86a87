//! Folders mirrored into a bucket.

use std::fs;
use std::path::Path;

use bucket::Ignore;

use crate::support::{ACCOUNT, Stack, account};

#[tokio::test]
async fn files_come_in_with_their_types_and_what_is_not_public_stays_out() {
    let (stack, folder) = (Stack::new(None), tempfile::tempdir().unwrap());
    write(
        folder.path(),
        &["css/style.css", "logo.png", "index.php", ".env", ".well-known/a.json", "notes.draft"],
    );
    let ignore = Ignore::parse("*.draft\n");
    let mirrored = stack.buckets.mirror("site", folder.path(), "assets/", &ignore).unwrap();
    assert_eq!(mirrored.written, ["assets/.well-known/a.json", "assets/css/style.css", "assets/logo.png"]);
    let reply = stack.read("assets/css/style.css", &[], &account(ACCOUNT)).await.is(200);
    assert_eq!((reply.body.as_str(), reply.header("content-type")), ("css/style.css", "text/css"));
    stack.read("assets/index.php", &[], &account(ACCOUNT)).await.refused(404, "NoSuchKey");
}

#[tokio::test]
async fn an_edit_is_brought_again_and_what_vanished_is_deleted() {
    let (stack, folder) = (Stack::new(None), tempfile::tempdir().unwrap());
    write(folder.path(), &["a.txt", "b/c.txt", "d.txt"]);
    let mirror = || stack.buckets.mirror("site", folder.path(), "", &Ignore::default()).unwrap();
    assert_eq!(mirror().written.len(), 3);
    stack.put("uploaded.txt", "by an application").await;
    fs::write(folder.path().join("a.txt"), "edited").unwrap();
    fs::remove_dir_all(folder.path().join("b")).unwrap();
    let mirrored = mirror();
    assert_eq!(
        (mirrored.written, mirrored.deleted, mirrored.unchanged),
        (vec!["a.txt".to_owned()], vec!["b/c.txt".to_owned()], 1)
    );
    assert_eq!(stack.read("a.txt", &[], &account(ACCOUNT)).await.body, "edited");
    stack.read("uploaded.txt", &[], &account(ACCOUNT)).await.is(200);
    assert_eq!(mirror().unchanged, 2);
}

#[tokio::test]
async fn links_are_followed_but_not_in_circles() {
    let (stack, folder, storage) =
        (Stack::new(None), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(storage.path(), &["photo.jpg"]);
    std::os::unix::fs::symlink(storage.path(), folder.path().join("storage")).unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("dangling")).unwrap();
    let mirrored = stack.buckets.mirror("site", folder.path(), "", &Ignore::default()).unwrap();
    assert_eq!(mirrored.written, ["storage/photo.jpg"]);
}

/// Writes files whose text is their path.
fn write(folder: &Path, paths: &[&str]) {
    for path in paths {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, path).unwrap();
    }
}
