//! A condition that another process brings about → waited for, with a deadline.

use std::time::{Duration, Instant};

/// Longer than anything that works takes, on a busy machine too.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// Asks until there is an answer; `None` if the deadline comes first.
pub fn until<T>(patience: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if Instant::now() >= deadline {
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
