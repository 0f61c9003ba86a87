use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// A tree as `WordPress` has one, and links that lead out of it.
fn tree() -> (tempfile::TempDir, Settings) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("public");
    for name in [
        "index.php",
        "blog.php",
        "wp-admin/index.php",
        "wp-admin/edit.php",
        "docs/index.html",
        "logo.svg",
        "wp-config.php",
        ".env",
        ".well-known/security.txt",
        ".git/config",
        "a.php/b.txt",
        "dump.sql",
        "wp-content/uploads/shell.php",
        "wp-content/uploads/cat.jpg",
        "empty/readme.txt",
    ] {
        std::fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        std::fs::write(root.join(name), name).unwrap();
    }
    std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    std::fs::write(folder.path().join("secret.php"), "secret").unwrap();
    for name in ["secret.txt", "secret.php"] {
        std::os::unix::fs::symlink(folder.path().join(name), root.join(format!("out-{name}"))).unwrap();
    }
    std::os::unix::fs::symlink(folder.path(), root.join("out")).unwrap();
    let variables =
        [("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1"), ("_HANDLER", "public"), ("DAVY_SCRIPTS", "1")];
    let mut environment: BTreeMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    environment.insert("LAMBDA_TASK_ROOT".to_owned(), folder.path().to_string_lossy().into_owned());
    (folder, Settings::from_environment(&environment).unwrap())
}

#[test]
fn paths_of_an_application_with_many_scripts() {
    let (_folder, settings) = tree();
    let check = |path: &str, expected: &str| assert_eq!(told(&settings, path), expected, "{path}");
    check("/", "/index.php");
    check("/2026/may", "/index.php");
    check("/blog.php", "/blog.php");
    check("/blog.php/2026/may", "/blog.php + /2026/may");
    check("/blog.php/", "/blog.php + /");
    check("/index.php/a/b", "/index.php + /a/b");
    check("/wp-admin/", "/wp-admin/index.php");
    check("/wp-admin", "slash");
    check("/wp-admin/edit.php", "/wp-admin/edit.php");
    check("/wp-admin/../blog.php", "400");
    check("/docs/", "file docs/index.html");
    check("/empty/", "/index.php");
    check("/logo.svg", "file logo.svg");
    check("//logo.svg", "file logo.svg");
    check("/a.php/b.txt", "file a.php/b.txt");
    check("/wp-content/uploads/cat.jpg", "file wp-content/uploads/cat.jpg");
    check("/.well-known/security.txt", "file .well-known/security.txt");
    check("/.well-known/acme-challenge/x", "/index.php");
}

#[test]
fn what_may_not_be_had() {
    let (_folder, settings) = tree();
    for path in [
        "/wp-config.php",
        "/WP-Config.php",
        "/.env",
        "/.git/config",
        "/dump.sql",
        "/docs/.well-known/x",
        "/wp-content/uploads/shell.php",
        "/wp-content/uploads/shell.PHP/x",
        "/out-secret.txt",
        "/out-secret.php",
        "/out/secret.txt",
        "/out/secret.php/x",
        "/out/public/logo.svg/../../secret.txt",
    ] {
        assert!(matches!(resolve(&settings, path), Target::Refused(_)), "{path}: {}", told(&settings, path));
    }
    for path in ["/..", "/../secret.txt", "/docs/../../secret.txt", "/logo.svg\0.php", "/..\\secret.txt"] {
        assert_eq!(resolve(&settings, path), Target::Refused(400), "{path}");
    }
    assert_eq!(decode("/%2e%2e/%2E./secret.txt"), "/../../secret.txt");
    assert_eq!(decode("/100%/a%zz%2"), "/100%/a%zz%2");
}

fn told(settings: &Settings, path: &str) -> String {
    match resolve(settings, path) {
        Target::Script(Script { name, path_info }) if path_info.is_empty() => name,
        Target::Script(Script { name, path_info }) => format!("{name} + {path_info}"),
        Target::File(file) => {
            format!(
                "file {}",
                file.strip_prefix(settings.document_root.canonicalize().unwrap()).unwrap().display()
            )
        }
        Target::Slash => "slash".to_owned(),
        Target::Refused(status) => status.to_string(),
    }
}

proptest! {
    #[test]
    fn no_path_leads_out(parts in prop::collection::vec(prop::sample::select(vec![
        "..", ".", "%2e", "%2E%2e", "/", "%2f", "out", "secret.txt", "public", "\\", "%5c", "%00", "logo.svg",
        "index.php", "docs", "a.php", "%c0%ae", "..;", "uploads"]), 0..10)) {
        let path = format!("/{}", parts.concat());
        fuzz(path.as_bytes());
        let (folder, settings) = tree();
        let root = folder.path().join("public").canonicalize().unwrap();
        match resolve(&settings, &decode(&path)) {
            Target::File(file) => prop_assert!(file.canonicalize().unwrap().starts_with(root)),
            Target::Script(script) => {
                let file = root.join(&script.name[1..]).canonicalize().unwrap();
                prop_assert!(file.starts_with(root));
            }
            Target::Slash | Target::Refused(_) => {}
        }
    }
}
