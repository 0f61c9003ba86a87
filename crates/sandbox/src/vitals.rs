//! Whether a process is on its way out, before its sockets say so.

use std::fs::File;
use std::os::unix::fs::FileExt;

/// Looks at one process. Keeps a file of `/proc` open, so a look is one system call.
#[derive(Debug)]
pub struct Vitals {
    stat: File,
}

impl Vitals {
    pub(crate) fn of(pid: u32) -> Option<Self> {
        File::open(format!("/proc/{pid}/stat")).ok().map(|stat| Self { stat })
    }

    /// Whether it has ended, is ending, or has been killed and does not know it yet. A killed
    /// process that was waiting for data still takes what comes in before it is scheduled; it
    /// never acts on that.
    pub fn is_dying(&self) -> bool {
        let mut text = [0; 1_024];
        match self.stat.read_at(&mut text, 0) {
            Ok(length @ 1..) => std::str::from_utf8(&text[..length]).is_ok_and(says_dying),
            // ESRCH: there is no such process any more.
            Ok(_) | Err(_) => true,
        }
    }
}

/// Reads a line of `/proc/PID/stat` (`proc_pid_stat(5)`): field 3 is the state, 9 the kernel's flags,
/// 31 the pending signals. The name in field 2 may hold anything, parentheses and blanks included.
fn says_dying(line: &str) -> bool {
    let Some((_, rest)) = line.rsplit_once(") ") else { return false };
    let mut fields = rest.split(' ');
    let state = fields.next().unwrap_or_default();
    let number = |field: Option<&str>| field.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    let flags = number(fields.nth(5));
    let pending = number(fields.nth(21));
    matches!(state, "Z" | "X") || flags & EXITING != 0 || pending & KILLED != 0
}

/// `PF_EXITING` of the kernel.
const EXITING: u64 = 0x4;
/// Signal 9 in a mask that begins with signal 1.
const KILLED: u64 = 1 << 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(state: &str, flags: u64, pending: u64, expected: bool) {
        let line = format!(
            "7 (a b) c) {state} 1 7 7 0 -1 {flags} 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 0 0 0 0 0 0 {pending} 0\n"
        );
        assert_eq!(says_dying(&line), expected, "{line}");
    }

    #[test]
    fn the_three_signs() {
        check("S", 0x40_0000, 0, false);
        check("R", 0x40_0000, 1 << 14, false);
        check("S", 0x40_0000, 1 << 8, true);
        check("R", 0x40_0004, 0, true);
        check("Z", 0, 0, true);
        assert!(!says_dying("nonsense"));
    }

    #[test]
    fn this_process_lives() {
        assert!(!Vitals::of(std::process::id()).expect("it has an entry").is_dying());
    }
}
