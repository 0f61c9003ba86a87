use std::os::unix::fs::PermissionsExt as _;

use telemetry::SystemEntropy;

use super::*;

#[test]
fn keys_are_made_once_and_for_nobody_else_to_read() {
    let state = tempfile::tempdir().unwrap();
    let first = owner(state.path(), &SystemEntropy).unwrap();
    assert_eq!(owner(state.path(), &SystemEntropy).unwrap(), first);
    let mode = fs::metadata(path(state.path())).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_file_that_holds_no_keys_is_made_anew() {
    let state = tempfile::tempdir().unwrap();
    fs::write(path(state.path()), "[default]\naws_access_key_id =\n").unwrap();
    let made = owner(state.path(), &SystemEntropy).unwrap();
    assert_eq!(parse(&fs::read_to_string(path(state.path())).unwrap()), Some(made));
}
