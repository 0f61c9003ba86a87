use super::*;

fn archive(entries: &[(&str, Kind<'_>)]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new());
    for (path, kind) in entries {
        writer.add(path, *kind).unwrap();
    }
    writer.finish().unwrap()
}

#[test]
fn an_archive_is_as_the_format_has_it() {
    let bytes = archive(&[("a.txt", Kind::File { bytes: b"hi", executable: false })]);
    // Local header, name, content; central header, name; end: with no extra byte anywhere.
    assert_eq!(bytes.len(), 30 + 5 + 2 + 46 + 5 + 22);
    assert_eq!(bytes[..4], LOCAL_HEADER);
    assert_eq!(bytes[10..14], [0, 0, 0x21, 0]);
    assert_eq!(bytes[37..41], CENTRAL_HEADER);
    assert_eq!(bytes[bytes.len() - 22..][..4], END_OF_DIRECTORY);
    assert_eq!(bytes[bytes.len() - 6..][..4], 37_u32.to_le_bytes());
}

#[test]
fn other_tools_read_it() {
    let long = "x".repeat(10_000);
    let bytes = archive(&[
        ("bootstrap", Kind::File { bytes: b"#!", executable: true }),
        ("lib/é.php", Kind::File { bytes: long.as_bytes(), executable: false }),
        ("link", Kind::Link("lib/é.php")),
    ]);
    assert!(bytes.len() < 1_000, "{}", bytes.len());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zip");
    std::fs::write(&path, &bytes).unwrap();
    let read = "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\n\
                for i in z.infolist(): print(i.filename, oct(i.external_attr >> 16), i.file_size, i.date_time[0])";
    let output = crate::process::run("python3", &["-c", read, path.to_str().unwrap()]).unwrap();
    assert_eq!(
        output.replace("0o", ""),
        "bootstrap 100755 2 1980\nlib/é.php 100644 10000 1980\nlink 120777 10 1980\n"
    );
}

#[test]
fn a_path_that_is_too_long_is_refused() {
    let mut writer = Writer::new(Vec::new());
    let error = writer.add(&"a".repeat(70_000), Kind::Link("b")).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
}
