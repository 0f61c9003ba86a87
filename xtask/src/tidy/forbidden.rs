//! Rust files → what a crate uses that its invariants say it never touches.

use super::Finding;
use super::sources::Source;

pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let code = sources.iter().filter(|source| source.is_rust() && !source.is_test());
    code.flat_map(check_file).collect()
}

fn check_file(source: &Source) -> Vec<Finding> {
    let Some(member) = source.member() else { return Vec::new() };
    let rules: Vec<&Rule> = RULES.iter().filter(|rule| rule.holds_in(member)).collect();
    let mut findings = Vec::new();
    for (index, line) in source.text.lines().enumerate() {
        // From the tests on, a file may use what it likes.
        if line.starts_with("#[cfg(test)]") {
            break;
        }
        if line.trim_start().starts_with("//") {
            continue;
        }
        for rule in &rules {
            if let Some(word) = rule.words.iter().find(|word| line.contains(**word)) {
                let place = format!("{}:{}", source.path, index + 1);
                findings.push(Finding::new(place, format!("uses `{word}`: {}", rule.reason)));
            }
        }
    }
    findings
}

struct Rule {
    scope: Scope,
    words: &'static [&'static str],
    reason: &'static str,
}

enum Scope {
    In(&'static [&'static str]),
    Outside(&'static [&'static str]),
}

impl Rule {
    fn holds_in(&self, member: &str) -> bool {
        match self.scope {
            Scope::In(members) => members.contains(&member),
            Scope::Outside(members) => !members.contains(&member),
        }
    }
}

const RULES: [Rule; 6] = [
    Rule {
        scope: Scope::In(&["fastcgi", "events", "trace", "template", "access"]),
        words: &[
            "std::net::Tcp",
            "std::net::Udp",
            "std::os::unix::net",
            "std::thread",
            "thread::spawn",
            "Instant::now",
            "SystemTime::now",
            "std::env::",
            "std::process",
            "tokio::",
        ],
        reason: "the crate takes bytes and gives values; sockets, clock, environment and threads are its caller's",
    },
    Rule {
        scope: Scope::In(&["fastcgi", "events", "trace", "access"]),
        words: &["std::fs", "File::open"],
        reason: "the crate takes bytes and gives values; only `template` reads a file, the template",
    },
    Rule {
        scope: Scope::In(&["runtime"]),
        words: &["async fn", "async move", "tokio::", "thread::spawn", "thread::Builder", "thread::scope"],
        reason: "the runtime waits in one poll(2) loop, with no executor and no thread",
    },
    Rule {
        scope: Scope::In(&["runtime"]),
        words: &["getaddrinfo", "to_socket_addrs", "ToSocketAddrs"],
        reason: "a static binary cannot resolve names; the API's address is parsed",
    },
    Rule {
        scope: Scope::Outside(&["sandbox"]),
        words: &["allow(unsafe_code", "expect(unsafe_code"],
        reason: "`sandbox` is the only crate with `unsafe`",
    },
    Rule {
        scope: Scope::Outside(&[]),
        words: &["Ipv4Addr::UNSPECIFIED", "Ipv6Addr::UNSPECIFIED"],
        reason: "only loopback is listened on unless the user says otherwise",
    },
];

#[cfg(test)]
mod tests;
