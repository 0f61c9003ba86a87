//! Failures into what to do about them.

/// What usually mends a failure of which `text` is said; `None` if there is nothing better to say
/// than the text itself.
pub(crate) fn hint(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    HINTS.iter().find(|(signs, _)| signs.iter().any(|sign| text.contains(sign))).map(|(_, hint)| *hint)
}

/// The first line whose signs are in the text decides; signs are in lower case.
const HINTS: &[(&[&str], &str)] = &[
    (
        &["task timed out", "sandbox.timedout"],
        "The function's Timeout ran out. Its trace shows where the time went; a slow query or an outgoing call \
         is the usual cause. Else raise Timeout (an HTTP API waits 30 s at most).",
    ),
    (
        &["allowed memory size"],
        "PHP reached its own memory_limit. Raise it in php.ini or with ini_set, and MemorySize with it.",
    ),
    (
        &["signal: killed", "out of memory", "outofmemory"],
        "The environment ran out of memory. Raise MemorySize in the template.",
    ),
    (
        &["read-only file system", "permission denied", "failed to open stream"],
        "In Lambda /var/task is read-only and only /tmp can be written, and it isn't shared. Put sessions into a \
         database or cookies, caches into /tmp, uploads into the bucket.",
    ),
    (
        &["could not find driver", "call to undefined function"],
        "A PHP extension is missing. Install it for the local PHP, and add the layer that has it for AWS.",
    ),
    (
        &["connection refused", "no such file or directory (trying to connect", "sqlstate[hy000] [2002]"],
        "Nothing answers at that address. A MySQL of the stack's own starts with: davy up --mysql. On this machine \
         “localhost” inside a function is the function's own environment.",
    ),
    (
        &["primary script unknown", "file not found", "couldn't find valid bootstrap"],
        "The handler names a file that isn't there. Handler is relative to CodeUri: public/index.php, for instance.",
    ),
    (
        &["class \"", "class '", "autoload"],
        "A class can't be loaded. If vendor/ is not in CodeUri, run composer install there.",
    ),
    (
        &["parse error", "syntax error"],
        "The file doesn't parse. The line is the first that PHP couldn't read; the mistake is often just above it.",
    ),
    (
        &["responsesizetoolarge", "payload size exceeded", "6291556"],
        "An answer may have 6 MB, base64 included. Serve large files from the bucket, or stream through a Function URL.",
    ),
    (
        &["requestentitytoolarge", "request too long", "413"],
        "A request may have 6 MB as an event, so a binary upload about 4.4 MB. Upload larger files to the bucket.",
    ),
    (
        &["accessdenied", "access denied"],
        "The bucket's policy doesn't let the distribution read it. It needs s3:GetObject for the origin access \
         identity (or control) that the distribution's origin names.",
    ),
    (
        &["nosuchkey"],
        "There is no such object. Files are mirrored from the folder beside the template; the bucket's page lists them.",
    ),
    (
        &["throttl", "rate exceeded", "toomanyrequests"],
        "No environment was free in time. Raise --concurrency here, or the function's reserved concurrency.",
    ),
    (
        &["exiterror", "runtime exited", "worker died", "exit status"],
        "The function's process ended in mid-request. Its log, below, says why.",
    ),
];

#[cfg(test)]
mod tests;
