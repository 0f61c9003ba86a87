//! How much memory a tree of processes holds, read from `/proc`.

use std::fs;

/// The proportional set size of all descendants of `pid`, in bytes: pages shared by several
/// processes count once, so php-fpm's opcode cache does not count for every worker.
pub(crate) fn of_descendants(pid: u32) -> u64 {
    descendants(pid).into_iter().filter_map(proportional_bytes).sum()
}

/// All descendants of `pid`, without itself.
pub(crate) fn descendants(pid: u32) -> Vec<u32> {
    let mut found = children(pid);
    let mut next = 0;
    while let Some(&pid) = found.get(next) {
        found.extend(children(pid));
        next += 1;
    }
    found
}

/// The children of `pid`, the oldest first.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    threads
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok())
        .flat_map(|text| text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
        .collect()
}

fn proportional_bytes(pid: u32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok();
    if let Some(kilobytes) = rollup.as_deref().and_then(|text| kilobytes(text, "Pss:")) {
        return Some(kilobytes * 1_024);
    }
    // Not readable for a process that has changed its user; its resident size is.
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    kilobytes(&status, "VmRSS:").map(|kilobytes| kilobytes * 1_024)
}

fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
