use super::*;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn names(files: &Files) -> Vec<&str> {
    files.iter().map(|(path, _)| path).collect()
}

#[test]
fn what_is_ignored_stays_out_but_vendor_comes_along() {
    let folder = folder(&[
        (".gitignore", "/vendor/\n*.log\n.env\n"),
        (".davyignore", "tests/\n!keep.log\nvendor/*/docs/\n"),
        (".env", "SECRET=1"),
        ("index.php", "<?php"),
        ("a.log", ""),
        ("keep.log", ""),
        ("tests/a.php", ""),
        ("vendor/autoload.php", ""),
        ("vendor/x/docs/a.md", ""),
        ("lib/.gitignore", "/cache\n"),
        ("lib/cache/a", ""),
        ("lib/b.php", ""),
        (".git/HEAD", ""),
        (".davy/telemetry.db", ""),
    ]);
    let files = Files::of_code(folder.path()).unwrap();
    assert_eq!(names(&files), ["index.php", "keep.log", "lib/b.php", "vendor/autoload.php"]);
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let content = [("b/run.sh", "#!/bin/sh\n"), ("a.php", "<?php echo 1;"), ("b-c", "x")];
    let (first, second) = (folder(&content), folder(&content));
    for (folder, mode) in [(&first, 0o700), (&second, 0o755)] {
        let script = folder.path().join("b/run.sh");
        fs::set_permissions(&script, fs::Permissions::from_mode(mode)).unwrap();
        std::os::unix::fs::symlink("a.php", folder.path().join("link")).unwrap();
    }
    let zip = |folder: &tempfile::TempDir| {
        let target = tempfile::NamedTempFile::new().unwrap();
        let files = Files::of_code(folder.path()).unwrap();
        assert_eq!(names(&files), ["a.php", "b-c", "b/run.sh", "link"]);
        let written = files.write_zip(target.path()).unwrap();
        let bytes = fs::read(target.path()).unwrap();
        assert_eq!(written.bytes, bytes.len() as u64);
        (written.sha256, bytes)
    };
    assert_eq!(zip(&first), zip(&second));
}

#[test]
fn the_report_names_the_heavy_folders() {
    let heavy = "x".repeat(2_500_000);
    let folder = folder(&[("index.php", "<?php"), ("vendor/a.php", &heavy), ("src/b.php", "abc")]);
    let weight = Files::of_code(folder.path()).unwrap().weight();
    assert_eq!(
        weight.report(),
        "2.5 MB in 3 files\n      2.5 MB  vendor\n         5 B  (top)\n         3 B  src"
    );
}

#[test]
fn over_the_limit_the_files_are_named() {
    let mut files = Files::default();
    files.insert("big.iso", Entry::File { path: PathBuf::new(), bytes: 300_000_000, executable: false });
    let report = files.weight().report();
    assert!(
        report.contains("over Lambda's limit of 262.1 MB") && report.ends_with("300.0 MB  big.iso"),
        "{report}"
    );
}
