//! A layer from Debian and its opcode cache: built here, and read by an unprivileged PHP.
#![expect(clippy::unwrap_used, reason = "a step that fails fails its test")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use package::opcache::{OpcacheOptions, compile};
use package::{Files, Layer, LayerOptions};

fn layer(folder: &Path) -> PathBuf {
    let cache = std::env::temp_dir().join("davy-test-packages");
    let layer = Layer::build(&LayerOptions { cache, ..LayerOptions::default() }).unwrap();
    layer.unpack(&folder.join("opt")).unwrap();
    folder.join("opt")
}

#[expect(clippy::disallowed_methods, reason = "a test starts what it has built, and waits for it")]
fn chroot(root: &Path, arguments: &[&str]) -> String {
    let output = std::process::Command::new("/usr/sbin/chroot")
        .arg("--userspec=1051:1051")
        .arg(root)
        .args(arguments)
        .env_clear()
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test]
#[ignore = "fetches 60 MB of packages; needs root for chroot"]
async fn an_unprivileged_php_runs_what_was_compiled() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    for name in ["dev", "tmp", "var/task/lib"] {
        fs::create_dir_all(root.join(name)).unwrap();
    }
    let task = root.join("var/task");
    fs::write(root.join("dev/null"), "").unwrap();
    fs::write(task.join("index.php"), "<?php require 'lib/a.php'; echo a();").unwrap();
    fs::write(task.join("lib/a.php"), "<?php function a() { return 'from the cache'; }").unwrap();
    fs::write(task.join("broken.php"), "<?php function {").unwrap();
    fs::write(task.join("twice.php"), "<?php class A { const B = 1; const B = 2; }").unwrap();
    let options = OpcacheOptions {
        code: task.clone(),
        layer: layer(&root),
        work: folder.path().join("work"),
        launcher: env!("CARGO_BIN_EXE_package-launcher").into(),
    };
    let code = Files::of_code(&task).unwrap();
    let opcache = compile(&options, &code).await.unwrap();
    assert_eq!(opcache.compiled, 2);
    assert_eq!(opcache.refused, ["broken.php", "twice.php"]);

    // The same sources give the same cache.
    let zip = |opcache: &package::opcache::Opcache| {
        opcache.files.write_zip(&folder.path().join("cache.zip")).unwrap().sha256
    };
    let first = zip(&opcache);
    let again = compile(&options, &code).await.unwrap();
    assert_eq!(zip(&again), first);

    // As the runtime arranges it: the shipped cache, entered through a folder in /tmp.
    for (path, entry) in again.files.iter() {
        let package::files::Entry::File { path: from, .. } = entry else { continue };
        let target = task.join(path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(from, &target).unwrap();
        fs::set_permissions(&target, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    }
    let shipped = fs::read_dir(task.join(".davy/opcache")).unwrap().next().unwrap().unwrap().file_name();
    let entrance = root.join("tmp/opcache");
    fs::create_dir(&entrance).unwrap();
    symlink(Path::new("/var/task/.davy/opcache").join(&shipped), entrance.join(&shipped)).unwrap();
    std::os::unix::fs::chown(&entrance, Some(1051), Some(1051)).unwrap();
    fs::write(task.join("lib/a.php"), "<?php function a() { return 'from the source'; }").unwrap();
    let run = |more: &str| {
        chroot(
            &root,
            &[
                "/opt/bin/php",
                "-d",
                "opcache.enable_cli=1",
                "-d",
                "opcache.file_cache=/tmp/opcache",
                "-d",
                "opcache.validate_timestamps=0",
                "-d",
                more,
                "/var/task/index.php",
            ],
        )
    };
    assert_eq!(run("opcache.file_cache_only=1"), "from the cache");
    assert_eq!(run("opcache.enable=0"), "from the source");
}
