use super::*;

#[track_caller]
fn check(text: &str, word: &str) {
    let found = hint(text);
    assert!(found.is_some_and(|hint| hint.contains(word)), "{text}: {found:?}");
}

#[test]
fn what_users_meet_has_a_hint() {
    check("2026-11-24T21:40:00Z abc Task timed out after 3.00 seconds", "Timeout");
    check("PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted", "memory_limit");
    check("RequestId: a Error: Runtime exited with error: signal: killed", "MemorySize");
    check("fopen(/var/task/cache/x): Failed to open stream: Read-only file system", "/tmp");
    check("SQLSTATE[HY000] [2002] Connection refused", "davy up --mysql");
    check("PHP Fatal error:  Uncaught Error: Class \"App\\Kernel\" not found", "composer");
    check("AccessDenied", "s3:GetObject");
    check("Runtime.ExitError", "log");
}

#[test]
fn what_says_enough_has_none() {
    assert_eq!(hint("teapot"), None);
}

#[test]
fn signs_are_written_as_they_are_looked_for() {
    for (signs, _) in HINTS {
        for sign in *signs {
            assert_eq!(*sign, sign.to_lowercase());
        }
    }
}
