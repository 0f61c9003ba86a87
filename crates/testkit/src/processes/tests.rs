use std::process::Command;

use super::*;

#[test]
fn a_child_is_seen_and_its_end_too() {
    let mut child = Command::new("sleep").arg("61.25").spawn().unwrap();
    let pid = i32::try_from(child.id()).unwrap();
    let ours = until(PATIENCE, || {
        descendants(std::process::id())
            .into_iter()
            .find(|process| process.pid == pid && process.command == "sleep 61.25")
    });
    let ours = ours.unwrap();
    assert_eq!(naming("61.25").len(), 1);
    ours.signal(Signal::KILL);
    assert_eq!(remaining(std::slice::from_ref(&ours)), []);
    child.wait().unwrap();
    assert!(!ours.is_alive());
}
