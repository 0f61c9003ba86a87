use super::unpack;

/// A zip of stored files, as little of one as there can be.
fn zip(files: &[(&str, u32, &str)]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, mode, content) in files {
        let at = u32::try_from(bytes.len()).unwrap();
        let length = u32::try_from(content.len()).unwrap();
        let name_length = u16::try_from(name.len()).unwrap();
        bytes.extend(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0");
        bytes.extend([length.to_le_bytes(), length.to_le_bytes()].concat());
        bytes.extend([name_length.to_le_bytes(), [0, 0]].concat());
        bytes.extend(name.as_bytes());
        bytes.extend(content.as_bytes());
        directory.extend(b"PK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0\0\0\0\0\0\0");
        directory.extend([length.to_le_bytes(), length.to_le_bytes()].concat());
        directory.extend(name_length.to_le_bytes());
        directory.extend([0; 8]);
        directory.extend([0, 0]);
        directory.extend(u16::try_from(*mode).unwrap().to_le_bytes());
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (count, at) = (u16::try_from(files.len()).unwrap(), u32::try_from(bytes.len()).unwrap());
    let size = u32::try_from(directory.len()).unwrap();
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    bytes.extend([size.to_le_bytes(), at.to_le_bytes()].concat());
    bytes.extend([0, 0]);
    bytes
}

#[test]
fn files_keep_their_names_and_permissions() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let zip = zip(&[("bin/tool", 0o100_755, "x"), ("a", 0o120_777, "bin/tool"), ("plain", 0, "y")]);
    unpack(&zip, folder.path()).unwrap();
    let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("bin/tool"), mode("plain")), (0o755, 0o644));
    assert_eq!(std::fs::read_to_string(folder.path().join("a")).unwrap(), "x");
}

#[track_caller]
fn refused(zip: &[u8], why: &str) {
    let folder = tempfile::tempdir().unwrap();
    let error = unpack(zip, folder.path()).unwrap_err().to_string();
    assert!(error.contains(why), "{error}");
}

#[test]
fn nothing_lies_outside() {
    refused(&zip(&[("../x", 0o644, "x")]), "lies outside");
    refused(&zip(&[("/x", 0o644, "x")]), "lies outside");
    refused(&zip(&[("out", 0o120_777, "/tmp"), ("out/x", 0o644, "x")]), "lies outside");
}

#[test]
fn damage_is_told() {
    refused(b"nothing", "not a zip");
    let whole = zip(&[("x", 0o644, "content")]);
    for length in 0..whole.len() {
        let folder = tempfile::tempdir().unwrap();
        assert!(unpack(&whole[..length], folder.path()).is_err(), "cut at {length}");
    }
}
