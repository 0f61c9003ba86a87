use super::*;

#[test]
fn one_at_a_time_and_out_of_gits_sight() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("deep/.davy");
    let first = State::hold(&state).unwrap();
    assert!(matches!(State::hold(&state), Err(StartError::StateInUse { .. })));
    assert_eq!(fs::read_to_string(state.join(".gitignore")).unwrap(), "*\n");
    drop(first);
    State::hold(&state).unwrap();
}
