//! X-Ray subsegments: what the runtime and PHP did with an invocation's time.

use std::net::{SocketAddr, UdpSocket};

use trace::{Entropy, Hop, Outcome, SegmentId, Span, Timestamp, TraceHeader, segment_documents};

/// Sends subsegments to the X-Ray daemon, if there is one.
pub(crate) struct Tracer {
    socket: Option<UdpSocket>,
}

impl Tracer {
    pub(crate) fn new(daemon: Option<SocketAddr>) -> Self {
        let socket = daemon.and_then(|daemon| {
            let socket = UdpSocket::bind(if daemon.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" }).ok()?;
            // A daemon that is slow loses a span; no invocation waits for it.
            socket.set_nonblocking(true).ok()?;
            socket.connect(daemon).ok()?;
            Some(socket)
        });
        Self { socket }
    }

    /// Records that something took from `start` to `end`, if the trace is kept.
    pub(crate) fn record(
        &self,
        header: &str,
        name: &str,
        hop: Hop,
        start: Timestamp,
        end: Timestamp,
        outcome: Outcome,
    ) {
        let Some(socket) = &self.socket else { return };
        let header = TraceHeader::parse(header);
        let (Some(trace), Some(parent), trace::Sampled::Yes) = (header.root, header.parent, header.sampled)
        else {
            return;
        };
        let span = Span {
            trace,
            id: SegmentId::new(&Keys),
            parent: Some(parent),
            hop,
            name: name.to_owned(),
            start,
            end,
            outcome,
            annotations: Vec::new(),
        };
        for document in segment_documents(&[span]) {
            _ = socket.send(format!("{{\"format\":\"json\",\"version\":1}}\n{document}").as_bytes());
        }
    }
}

/// Random bits out of the standard library's hash keys, which the kernel gives it.
struct Keys;

impl Entropy for Keys {
    fn next_u64(&self) -> u64 {
        use std::hash::{BuildHasher, Hasher, RandomState};
        RandomState::new().build_hasher().finish()
    }
}
