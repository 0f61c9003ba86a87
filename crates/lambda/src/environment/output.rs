//! What the processes of an environment write, as log lines that belong to the invocation under way.

use std::sync::Arc;

use sandbox::Output;
use telemetry::LogSource;
use tokio::net::unix::pipe;

use super::{Environment, Inner};
use crate::service::Service;

/// Both streams, and the beginnings of lines that have not ended.
#[derive(Default)]
pub(super) struct Lines {
    streams: Vec<Stream>,
    /// What has been explained to this environment's user already.
    explained: Vec<&'static str>,
}

struct Stream {
    pipe: Arc<pipe::Receiver>,
    partial: Vec<u8>,
}

impl Lines {
    /// The lines, and the two pipes to wait at.
    pub(super) fn new(output: Output) -> (Self, [Arc<pipe::Receiver>; 2]) {
        let pipes = [Arc::new(output.output), Arc::new(output.error)];
        let streams =
            pipes.iter().map(|pipe| Stream { pipe: Arc::clone(pipe), partial: Vec::new() }).collect();
        (Self { streams, explained: Vec::new() }, pipes)
    }
}

impl Stream {
    /// What is there now, if anything.
    ///
    /// Past tokio first, which may not have heard of the data yet; then by way of it, or it would
    /// go on saying that there is some.
    fn read(&self, buffer: &mut [u8]) -> Option<usize> {
        match rustix::io::read(&*self.pipe, &mut *buffer) {
            Ok(read @ 1..) => Some(read),
            _ => self.pipe.try_read(buffer).ok().filter(|read| *read > 0),
        }
    }
}

impl Environment {
    /// Takes all that has been written by now.
    pub(super) fn read_output(&self, service: &Service) {
        let mut inner = self.inner();
        self.drain_output(&mut inner, service);
    }

    /// The same under the lock: what was written before an invocation's end belongs to it.
    pub(super) fn drain_output(&self, inner: &mut Inner, service: &Service) {
        let Inner { lines, running, .. } = inner;
        let Lines { streams, explained } = lines;
        let mut buffer = [0; 16 << 10];
        for stream in streams {
            while let Some(read) = stream.read(&mut buffer) {
                stream.partial.extend_from_slice(&buffer[..read]);
                while let Some(end) = end_of_line(&stream.partial) {
                    let line: Vec<u8> = stream.partial.drain(..end.with_break).collect();
                    let text = String::from_utf8_lossy(&line[..end.text]).into_owned();
                    let reason = explanation(&text).filter(|reason| !explained.contains(reason));
                    let now = service.clock.now();
                    self.log(running.as_mut(), service, now, LogSource::Function, text);
                    if let Some(reason) = reason {
                        explained.push(reason);
                        self.log(running.as_mut(), service, now, LogSource::Platform, reason.to_owned());
                    }
                }
            }
        }
    }
}

struct End {
    text: usize,
    with_break: usize,
}

fn end_of_line(bytes: &[u8]) -> Option<End> {
    match bytes.iter().position(|&byte| byte == b'\n') {
        Some(at) => {
            let text = if at > 0 && bytes[at - 1] == b'\r' { at - 1 } else { at };
            Some(End { text, with_break: at + 1 })
        }
        None if bytes.len() >= LINE_MAX => Some(End { text: LINE_MAX, with_break: LINE_MAX }),
        None => None,
    }
}

/// The rule of Lambda behind an error of the kernel's, for whoever meets it here first.
fn explanation(line: &str) -> Option<&'static str> {
    if line.contains("Read-only file system") {
        Some("Davy: /var/task and /opt are read-only in Lambda: write to /tmp")
    } else if line.contains("No space left on device") || line.contains("Disk quota exceeded") {
        Some("Davy: /tmp is full: its size is the function's EphemeralStorage (512 MB unless set)")
    } else if line.contains("Too many open files") {
        Some("Davy: Lambda gives an execution environment 1,024 open files")
    } else {
        None
    }
}

/// What CloudWatch Logs takes as one event.
const LINE_MAX: usize = 256 << 10;

#[cfg(test)]
mod tests {
    use super::{LINE_MAX, end_of_line};

    #[track_caller]
    fn check(bytes: &[u8], expected: Option<(usize, usize)>) {
        assert_eq!(end_of_line(bytes).map(|end| (end.text, end.with_break)), expected);
    }

    #[test]
    fn lines_end_with_a_break_or_too_late() {
        check(b"", None);
        check(b"a", None);
        check(b"a\nb", Some((1, 2)));
        check(b"a\r\n", Some((1, 3)));
        check(b"\n", Some((0, 1)));
        check(&vec![b'a'; LINE_MAX], Some((LINE_MAX, LINE_MAX)));
    }
}
